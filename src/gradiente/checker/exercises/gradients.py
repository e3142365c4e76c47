"""The gradients of a role, explained: the mistakes that give them, their signs and factors."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gradiente.checker.exercises.comparison import Compared
from gradiente.checker.exercises.named import Named
from gradiente.checker.exercises.penalty import wrong_penalty
from gradiente.checker.exercises.problem import stepped
from gradiente.checker.judging.factors import ALIKE, factor_key
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.rules.dataflow import Step, gradients_of
from gradiente.checker.rules.search import Explanation, Search

Array = np.ndarray
WRITTEN_FOR = {
    "dZ": 1,
    "dA": 2,
    "output": 2,
    "target": 2,
}  # in words written for two layers, the layer of each kind


def named_gradients(one: Compared) -> list[Named]:
    """The mistakes that give what came; "unknown" where none does."""
    order = gradients_of(one.problems[0].step)
    changes = [_changes(one, place, order) for place in range(len(one.problems))]
    known = [change for change in changes if change is not None]
    if not set(one.names) & set(order) or len(known) < len(changes):
        return [_misshapen(one, order)]
    explanation = Search([_step(one, place) for place in range(len(one.problems))], known).best()
    if len(explanation.unknown) == len(known[0]):
        return [_misshapen(one, order)]
    return list(_explained(one, explanation)) or [_misshapen(one, order)]


def _step(one: Compared, place: int) -> Step:
    """The step of a problem, its parameters after it by the learning rate of the code."""
    problem = one.problems[place]
    return stepped(problem.step, problem.values, one.rate(place)) if one.whole_step else problem.step


def _misshapen(one: Compared, order: Sequence[str]) -> Named:
    """The first gradient whose shape is wrong; else the first that is wrong."""
    wrong = [name for name in order if name in one.wrong] or one.wrong
    return next((found for name in wrong if (found := _shape(one, name))), Named("unknown", wrong[0]))


def _shape(one: Compared, name: str) -> Named | None:
    """A gradient whose shape is not that of its parameter."""
    if one.got(0, name) is None or one.canonical(0, name) is not None:
        return None
    return misshapen(one, name)


def misshapen(one: Compared, name: str) -> Named:
    """A quantity with the shape that came and the right one."""
    shapes = {"shape": str(np.shape(one.got(0, name))), "wanted": str(one.form(0, name).shape)}
    return Named("bias_shape", name, shapes)


def _explained(one: Compared, explanation: Explanation) -> Iterator[Named]:
    seen = explanation.values[0]
    for made in explanation.made:
        kind = made.wrong.kind
        shift = made.layer - WRITTEN_FOR[kind] if kind in WRITTEN_FOR else 0
        yield Named(made.mistake.key, made.quantity, {"layers_on": shift}, seen)
    if one.whole_step and explanation.still:
        names = ", ".join(label(name[1:]) for name in explanation.still)
        yield Named("not_updated", explanation.still[0], {"names": names})
    if explanation.unknown:
        first = explanation.unknown[0]
        yield _shape(one, first) or Named("unknown", first)
    yield from _factors(one, explanation)
    l2 = one.problems[0].numbers["l2"]  # which is taken out of what the search sees
    extra = {name: d for name, (key, d) in explanation.extra.items() if key == "weight_decay" and d}
    weights = [name for name in gradients_of(one.problems[0].step) if name[1] == "W"]
    biases = {name: -d for name, d in extra.items() if name not in weights}
    for wrong in (
        wrong_penalty(l2, {name: l2 - extra.get(name, 0.0) for name in weights}),
        wrong_penalty(0.0, biases),
    ):
        if wrong is not None:
            yield Named(wrong[0], wrong[1][0], wrong[2])


def _factors(one: Compared, explanation: Explanation) -> Iterator[Named]:
    """Signs and factors; where some gradients have the right length, the others differ from those."""
    problem, seen = one.problems[0], explanation.values[0]
    if not explanation.base:
        return
    common = explanation.base[0] / -problem.share
    known = one.rate_given or not one.whole_step
    lengths = {name: length * common for name, length in explanation.lengths.items()}
    if known and any(abs(length - 1) <= ALIKE for length in lengths.values()):
        wrong = {name: length for name, length in lengths.items() if abs(length - 1) > ALIKE}
    else:
        wrong = explanation.scaled
        if common < 0:
            yield Named("output_sign", f"dZ{problem.depth}", {"layers_on": problem.depth - 2}, seen)
        if known and abs(abs(common) - 1) > ALIKE:
            yield _scaled(one, abs(common), [f"dZ{problem.depth}"], seen)
    groups: dict[float, list[str]] = {}
    for name, length in wrong.items():
        groups.setdefault(float(f"{length:.3g}"), []).append(name)
    for names in groups.values():
        yield _scaled(one, wrong[names[0]], names, seen)


def _scaled(one: Compared, factor: float, names: Sequence[str], seen: Mapping[str, Array]) -> Named:
    """What the factor of some quantities is; of a whole step it may be the rate."""
    step, rates = one.problems[0].step, [one.rate(0)] if one.whole_step and one.rate_given else []
    sizes = {size for layer in step.layers for size in layer.W.shape}
    key = factor_key(
        factor, step.m, rates, others=dict.fromkeys((step.m / size for size in sizes), "mean_wrong_size")
    )
    words = ", ".join(label(name.removeprefix("d")) for name in names)
    return Named(key, names[0], {"names": words, "factor": f"{factor:.4g}"}, seen)


def _changes(one: Compared, place: int, order: Sequence[str]) -> dict[str, Array] | None:
    """The gradients that are given as the changes of a step with rate 1, without the penalty."""
    problem = one.problems[place]
    found: dict[str, Array] = {}
    for name in set(one.names) & set(order):
        layer = problem.step.layers[int(name[2:]) - 1]
        penalty = one.problems[0].numbers["l2"] * layer.W if name.startswith("dW") else np.zeros(())
        value = one.canonical(place, name)
        if value is None:
            value = _bias(one, place, name)
        if value is None:
            return None
        found[name] = -(value - penalty)
    return found


def _bias(one: Compared, place: int, name: str) -> Array | None:
    """A gradient of b of another size, as a mistake may leave it."""
    found = one.got(place, name)
    if not name.startswith("db") or not isinstance(found, np.ndarray | float | int):
        return None
    value = np.asarray(found, dtype=float)
    if value.ndim < 2:
        return value.reshape(-1, 1)
    return None if value.ndim > 2 else value if one.layout.columns else value.T
