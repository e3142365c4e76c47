"""The wrong forward passes: what a student's activations are compared with, one rule for every quantity."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradiente.checker.reference.reference import Array, Reference, slope, softmax, squash

Rule = Callable[[Reference], Array]


@dataclass(frozen=True)
class Mistake:
    """One deliberately wrong rule; `workshops` are those in which it can be made."""

    key: str
    at: str
    rule: Rule
    workshops: tuple[str, ...] = ("xor", "mnist")


def _over_all(powers: Array) -> Array:
    return powers / powers.sum()


def _mixed(z: Array, axis: int) -> Array:
    """The largest taken off along one axis, the sum along the other."""
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=1 - axis, keepdims=True)


def maximum_off_powers(z: Array, axis: int) -> Array:
    """e^z − c in the place of e^(z − c), over its sum."""
    powers = np.exp(z) - z.max(axis=axis, keepdims=True)
    return powers / powers.sum(axis=axis, keepdims=True)


def _other(name: str) -> Rule:
    """Another activation than the layer's own; where it is that, no number."""
    return lambda q: squash(name, q.Z1) if name != q.activation else np.full_like(q.Z1, np.nan)


def _output(q: Reference) -> Array:
    """A[2]: softmax over the classes; of a single output its sigmoid."""
    return softmax(q.Z2) if q.workshop == "mnist" else squash("sigmoid", q.Z2)


MNIST, XOR = ("mnist",), ("xor",)
RIGHT: dict[str, Rule] = {
    "Z1": lambda q: q.W1 @ q.X + q.b1,
    "A1": lambda q: q.squash(q.Z1),
    "Z2": lambda q: q.W2 @ q.A1 + q.b2,
    "A2": _output,
}
TABLE = [
    Mistake("bias_missing", "Z1", lambda q: q.W1 @ q.X),
    Mistake("bias_sign", "Z1", lambda q: q.W1 @ q.X - q.b1),
    Mistake("bias_broadcast", "Z1", lambda q: q.W1 @ q.X + q.b1.T),
    Mistake("bias_broadcast", "Z1", lambda q: q.W1 @ q.X + q.b1.sum()),
    Mistake("bias_broadcast", "Z1", lambda q: q.W1 @ q.X + q.b1.mean()),
    Mistake("bias_broadcast", "Z1", lambda q: q.W1 @ q.X + q.b1[0, 0]),
    Mistake("transpose_missing", "Z1", lambda q: q.W1.T @ q.X + q.b1),
    Mistake("activation_missing", "A1", lambda q: q.Z1),
    *(Mistake("activation_other", "A1", _other(name)) for name in ("sigmoid", "tanh", "relu")),
    Mistake("activation_other", "A1", lambda q: softmax(q.Z1)),
    Mistake("activation_other", "A1", lambda q: np.where(q.Z1 > 0, q.Z1, 0.01 * q.Z1)),
    Mistake("activation_other", "A1", lambda q: 2 / (1 + np.exp(-q.Z1)) - 1),
    Mistake("derivative_for_activation", "A1", lambda q: q.slope(q.squash(q.Z1))),
    Mistake("derivative_for_activation", "A1", lambda q: q.slope(q.Z1)),
    Mistake("activation_twice", "A1", lambda q: q.squash(q.squash(q.Z1))),
    Mistake("bias_missing", "Z2", lambda q: q.W2 @ q.A1),
    Mistake("bias_sign", "Z2", lambda q: q.W2 @ q.A1 - q.b2),
    Mistake("bias_broadcast", "Z2", lambda q: q.W2 @ q.A1 + q.b2.T),
    Mistake("wrong_input", "Z2", lambda q: q.W2 @ q.Z1 + q.b2),
    Mistake("wrong_input", "Z2", lambda q: q.W2 @ q.X + q.b2),
    Mistake("softmax_axis", "A2", lambda q: softmax(q.Z2, 1), MNIST),
    *(Mistake("softmax_axis", "A2", lambda q, axis=axis: _mixed(q.Z2, axis), MNIST) for axis in (0, 1)),
    Mistake("softmax_total", "A2", lambda q: np.exp(q.Z2) / np.exp(q.Z2).sum(), MNIST),
    *(
        Mistake(
            "softmax_total",
            "A2",
            lambda q, axis=axis: _over_all(np.exp(q.Z2 - q.Z2.max(axis=axis, keepdims=True))),
            MNIST,
        )
        for axis in (0, 1)
    ),
    Mistake("softmax_precedence", "A2", lambda q: maximum_off_powers(q.Z2, 0), MNIST),
    Mistake("softmax_missing", "A2", lambda q: q.Z2, MNIST),
    Mistake("softmax_sigmoid", "A2", lambda q: squash("sigmoid", q.Z2), MNIST),
    Mistake("activation_other", "A2", lambda q: np.tanh(q.Z2)),
    Mistake("softmax_missing_sum", "A2", lambda q: np.exp(q.Z2), MNIST),
    Mistake("softmax_log", "A2", lambda q: np.log(softmax(q.Z2)), MNIST),
    Mistake("softmax_twice", "A2", lambda q: softmax(softmax(q.Z2)), MNIST),
    Mistake("activation_on_output", "A2", lambda q: softmax(np.tanh(q.Z2)), MNIST),
    Mistake("activation_on_output", "A2", lambda q: softmax(np.maximum(q.Z2, 0)), MNIST),
    Mistake("softmax_sign", "A2", lambda q: softmax(-q.Z2), MNIST),
    Mistake("activation_missing", "A2", lambda q: q.Z2, XOR),
    Mistake("activation_other", "A2", lambda q: np.maximum(q.Z2, 0), XOR),
    Mistake("activation_twice", "A2", lambda q: squash("sigmoid", squash("sigmoid", q.Z2)), XOR),
    Mistake("derivative_for_activation", "A2", lambda q: slope("sigmoid", squash("sigmoid", q.Z2)), XOR),
]


def mistakes_at(quantity: str, workshop: str) -> list[Mistake]:
    """The wrong rules by which a quantity can be computed."""
    return [entry for entry in TABLE if entry.at == quantity and workshop in entry.workshops]
