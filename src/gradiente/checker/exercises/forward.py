"""Wrong forward passes of any layer, and what the later layers make of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from gradiente.checker.exercises.comparison import Compared
from gradiente.checker.exercises.named import Named, near
from gradiente.checker.rules.activations import activated
from gradiente.checker.rules.dataflow import Layer, Step

Array = np.ndarray


def _softmax(z: Array, axis: int) -> Array:
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _mixed(z: Array, axis: int) -> Array:
    """The largest taken off along one axis, the sum along the other."""
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=1 - axis, keepdims=True)


def _other(name: str) -> Callable[[Layer], Array | None]:
    return lambda q: activated(name, q.Z) if name != q.activation else None


# Z and A of one layer as a mistake gives them; None where it is none there.
SUMS: list[tuple[str, Callable[[Layer], Array | None]]] = [
    ("bias_missing", lambda q: q.W @ q.X if q.b is not None else None),
    ("bias_sign", lambda q: q.W @ q.X - q.b if q.b is not None else None),
    ("transpose_missing", lambda q: q.W.T @ q.X + (0 if q.b is None else q.b)),
]
OUTPUTS: list[tuple[str, Callable[[Layer], Array | None]]] = [
    ("activation_missing", lambda q: q.Z if q.activation and q.activation != "softmax" else None),
    ("softmax_missing", lambda q: q.Z if q.activation == "softmax" else None),
    ("softmax_axis", lambda q: _softmax(q.Z, 1) if q.activation == "softmax" else None),
    ("softmax_axis", lambda q: _mixed(q.Z, 0) if q.activation == "softmax" else None),
    ("softmax_axis", lambda q: _mixed(q.Z, 1) if q.activation == "softmax" else None),
    ("softmax_total", lambda q: np.exp(q.Z) / np.exp(q.Z).sum() if q.activation == "softmax" else None),
    ("softmax_missing_sum", lambda q: np.exp(q.Z) if q.activation == "softmax" else None),
    (
        "softmax_missing_sum",
        lambda q: np.exp(q.Z - q.Z.max(axis=0)) if q.activation == "softmax" else None,
    ),
    ("softmax_sigmoid", lambda q: activated("sigmoid", q.Z) if q.activation == "softmax" else None),
    ("softmax_sign", lambda q: _softmax(-q.Z, 0) if q.activation == "softmax" else None),
    ("activation_other", _other("sigmoid")),
    ("activation_other", _other("tanh")),
    ("activation_other", _other("relu")),
    ("activation_other", _other("softmax")),
    ("activation_twice", lambda q: activated(q.activation, q.A) if q.activation else None),
]


def named_forward(one: Compared) -> list[Named]:
    """The mistake that gives what came; "unknown" where none does."""
    numbers = [list(_wrong_forwards(problem.step)) for problem in one.problems]
    for entries in zip(*numbers, strict=True):
        if all(_gives(one, place, values) for place, (_, _, values) in enumerate(entries)):
            key, at, values = entries[0]
            shift = int(at[1:]) - 2 if at.startswith("A") else 0
            return [Named(key, at, {"layers_on": shift}, values)]
    return [Named("unknown", one.wrong[0])]


def _gives(one: Compared, place: int, values: Mapping[str, Array]) -> bool:
    """Whether all that came is what a mistake gives."""
    return all(name in values and near(one.canonical(place, name), values[name]) for name in one.names)


def _wrong_forwards(step: Step) -> Iterator[tuple[str, str, Mapping[str, Array]]]:
    """Every mistake with the quantity in which it is made, and all Z and A that follow from it."""
    for place, layer in enumerate(step.layers):
        for key, rule in SUMS:
            z = _value(rule, layer)
            if z is not None:
                wrong = replace(layer, Z=z, A=activated(layer.activation, z))
                yield key, f"Z{layer.number}", _following(step, place, wrong)
        for key, rule in OUTPUTS:
            a = _value(rule, layer)
            if a is not None:
                yield key, f"A{layer.number}", _following(step, place, replace(layer, A=a))
    for kind, rules in (("Z", SUMS), ("A", OUTPUTS)):
        for key, rule in rules:
            values = _everywhere(step, kind, rule)
            if values is not None:
                yield key, f"{kind}1", values


def _everywhere(step: Step, kind: str, rule: Callable[[Layer], Array | None]) -> Mapping[str, Array] | None:
    """The same mistake in every layer in which it can be made, as a loop over layers makes it; None for one layer."""
    values, a, count = {}, step.layers[0].X, 0
    for layer in step.layers:
        z = layer.W @ a + (0 if layer.b is None else layer.b)
        now = replace(layer, X=a, Z=z, A=activated(layer.activation, z))
        found = _value(rule, now)
        if found is not None:
            count += 1
            now = (
                replace(now, Z=found, A=activated(layer.activation, found))
                if kind == "Z"
                else replace(now, A=found)
            )
        values |= {f"Z{layer.number}": now.Z, f"A{layer.number}": now.A}
        a = now.A
    return values if count > 1 else None


def _value(rule: Callable[[Layer], Array | None], layer: Layer) -> Array | None:
    try:
        value = rule(layer)
    except ValueError:  # shapes that do not fit together
        return None
    return value if value is not None and value.shape == layer.Z.shape and np.isfinite(value).all() else None


def _following(step: Step, place: int, wrong: Layer) -> dict[str, Array]:
    values, a = {}, wrong.A
    for layer in (*step.layers[:place], wrong):
        values |= {f"Z{layer.number}": layer.Z, f"A{layer.number}": layer.A}
    for layer in step.layers[place + 1 :]:
        z = layer.W @ a + (0 if layer.b is None else layer.b)
        a = activated(layer.activation, z)
        values |= {f"Z{layer.number}": z, f"A{layer.number}": a}
    return values
