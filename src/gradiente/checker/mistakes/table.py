"""The family of deliberately wrong back-propagations: what a student's gradients are compared with.

A mistake is one entry: its key (the title of `mistake.KEY` in the catalogue), the quantity at which it is made, and
the rule by which that quantity is computed then, from the quantities before it as the student has them. A second
entry of the same key is another way to make the same mistake.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.checker.reference.reference import Array, Reference, slope, squash

Rule = Callable[[Reference], Array]
INHERITED = (
    "inherited"  # no mistake here: what a function gives that is wrong by itself, and judged by itself
)
# In the order in which they are computed. dZ2 … db1 are ∂J/∂Z[2] … ∂J/∂b[1], in the lecture's columns form.
ORDER = ("Y", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1")


@dataclass(frozen=True)
class Mistake:
    """One deliberately wrong rule; `workshops` are those in which it can be made."""

    key: str
    at: str
    rule: Rule
    workshops: tuple[str, ...] = ("xor", "mnist")


# The right rules, and beside them the wrong ones.
RIGHT: dict[str, Rule] = {
    "Y": lambda q: q.Y,
    "dZ2": lambda q: (q.A2 - q.Y) / q.m,
    "dW2": lambda q: q.dZ2 @ q.A1.T,
    "db2": lambda q: q.dZ2.sum(axis=1, keepdims=True),
    "dA1": lambda q: q.W2.T @ q.dZ2,
    "dZ1": lambda q: q.dA1 * q.slope(q.A1),
    "dW1": lambda q: q.dZ1 @ q.X.T,
    "db1": lambda q: q.dZ1.sum(axis=1, keepdims=True),
}


def _jacobian(a: Array, d: Array) -> Array:
    """What softmax's derivative makes of d."""
    return a * (d - np.sum(d * a, axis=0, keepdims=True))


def _running(q: Reference, own: float, share: float, *, before: bool = False) -> Array:
    """∂J/∂A[1] instance by instance, through W[2] · own + the part of ∂L/∂W[2] that is summed by then · share."""
    columns, total = [], np.zeros_like(q.W2)
    for i in range(q.m):
        d = q.m * q.dZ2[:, i]
        added = np.outer(d, q.A1[:, i])
        columns.append((q.W2 * own + share * (total if before else total + added)).T @ d / q.m)
        total = total + added
    return np.stack(columns, axis=1)


def _other_slopes(at: str) -> list[Mistake]:
    """The derivative of another activation, written for a or for z, given a or z."""

    def rule(name: str, given: str, squashed: bool) -> Rule:
        def other(q: Reference) -> Array:
            x = q.numbers[given]
            return q.dA1 * (
                slope(name, squash(name, x) if squashed else x) if name != q.activation else np.nan
            )

        return other

    return [
        Mistake("derivative_other", at, rule(name, given, squashed))
        for name in ("sigmoid", "tanh", "relu")
        for given in ("A1", "Z1")
        for squashed in (False, True)
    ]


def _products(at: str, delta: str, activation: str) -> list[Mistake]:
    """What goes wrong in ∂J/∂W = ∂J/∂Z · Aᵀ."""

    def d(q: Reference) -> Array:
        return getattr(q, delta)

    def a(q: Reference) -> Array:
        return getattr(q, activation)

    return [
        Mistake("elementwise", at, lambda q: d(q) * a(q)),
        Mistake("elementwise", at, lambda q: (d(q) * a(q)).sum(axis=1, keepdims=True)),
        Mistake("transpose_missing", at, lambda q: (d(q) @ a(q).T).T),
        Mistake("transpose_missing", at, lambda q: d(q) @ a(q)),
        Mistake("transpose_missing", at, lambda q: d(q).T @ a(q)),
        Mistake("transpose_missing", at, lambda q: d(q).T @ a(q).T),
        Mistake("only_last_instance", at, lambda q: d(q)[:, -1:] @ a(q)[:, -1:].T),
        Mistake("only_first_instance", at, lambda q: d(q)[:, :1] @ a(q)[:, :1].T),
        Mistake("integer_truncation", at, lambda q: np.floor(d(q) @ a(q).T)),
        Mistake("integer_truncation", at, lambda q: np.floor(q.m * (d(q) @ a(q).T))),
        Mistake("weights_zero", at, lambda q: np.zeros((len(d(q)), len(a(q))))),
    ]


def _sums(at: str, delta: str) -> list[Mistake]:
    """What goes wrong in ∂J/∂b = Σ ∂J/∂Z."""

    def d(q: Reference) -> Array:
        return getattr(q, delta)

    return [
        Mistake("bias_not_summed", at, d),
        Mistake("bias_axis", at, lambda q: d(q).sum(axis=0, keepdims=True)),
        Mistake("bias_total", at, lambda q: d(q).sum(keepdims=True)),
        Mistake("bias_total", at, lambda q: np.full((len(d(q)), 1), d(q).sum())),
        Mistake("only_last_instance", at, lambda q: d(q)[:, -1:]),
        Mistake("only_first_instance", at, lambda q: d(q)[:, :1]),
        Mistake("bias_zero", at, lambda q: np.zeros((len(d(q)), 1)), ("mnist",)),
    ]


_XOR, _MNIST = ("xor",), ("mnist",)

TABLE: list[Mistake] = [
    Mistake("onehot_shift", "Y", lambda q: np.roll(q.Y, 1, axis=0), _MNIST),
    Mistake("onehot_shift", "Y", lambda q: np.roll(q.Y, -1, axis=0), _MNIST),
    Mistake("onehot_shift", "Y", lambda q: np.vstack([0 * q.Y[:1], q.Y[:-1]]), _MNIST),
    Mistake("onehot_shift", "Y", lambda q: np.vstack([q.Y[1:], 0 * q.Y[:1]]), _MNIST),
    Mistake("output_sign", "dZ2", lambda q: (q.Y - q.A2) / q.m),
    Mistake("output_other_loss", "dZ2", lambda q: (q.A2 - q.Y) * q.A2 * (1 - q.A2) / q.m),
    Mistake("output_derivative_only", "dZ2", lambda q: (q.A2 - q.Y) / (q.A2 * (1 - q.A2)) / q.m, _XOR),
    Mistake("output_derivative_only", "dZ2", lambda q: -q.Y / q.A2 / q.m, _MNIST),
    Mistake("output_derivative_only", "dZ2", lambda q: (q.A2 - q.Y) / (q.A2 * (1 - q.A2)) / q.m, _MNIST),
    Mistake("output_derivative_only", "dZ2", lambda q: -q.Y * (1 - q.A2) / q.m, _MNIST),
    Mistake("softmax_jacobian", "dZ2", lambda q: _jacobian(q.A2, q.A2 - q.Y) / q.m, _MNIST),
    Mistake("target_missing", "dZ2", lambda q: q.A2 / q.m),
    Mistake("target_missing", "dZ2", lambda q: -q.Y / q.m),
    Mistake("output_squared", "dZ2", lambda q: (q.A2 - q.Y) ** 2 / q.m),
    Mistake("output_absolute", "dZ2", lambda q: np.abs(q.A2 - q.Y) / q.m),
    Mistake("output_rounded", "dZ2", lambda q: ((q.A2 > 0.5) - q.Y) / q.m, _XOR),
    Mistake(
        "output_rounded", "dZ2", lambda q: ((q.A2.max(axis=0, keepdims=True) == q.A2) - q.Y) / q.m, _MNIST
    ),
    Mistake("derivative_twice", "dZ2", lambda q: (q.A2 - q.Y) * (q.A2 * (1 - q.A2)) ** 2 / q.m),
    Mistake("output_other_loss", "dZ2", lambda q: (q.A2 - q.Y) * q.Z2 * (1 - q.Z2) / q.m),
    Mistake("output_other_loss", "dZ2", lambda q: (q.A2 - q.Y) * _sigmoid_slope(q.A2) / q.m),
    Mistake("output_other_loss", "dZ2", lambda q: (q.A2 - q.Y) * (1 - q.A2**2) / q.m),
    Mistake("target_missing", "dZ2", lambda q: q.A2 * (1 - q.A2) / q.m),
    *_products("dW2", "dZ2", "A1"),
    Mistake("wrong_input", "dW2", lambda q: q.dZ2 @ q.X.T),
    Mistake("wrong_input", "dW2", lambda q: q.dZ2 @ q.Z1.T),
    Mistake("wrong_input", "dW2", lambda q: q.dZ2 @ q.A2.T),
    Mistake("wrong_input", "dW2", lambda q: q.dZ2 @ q.slope(q.A1).T),
    *_sums("db2", "dZ2"),
    Mistake("dw2_for_w2", "dA1", lambda q: (q.dZ2 @ q.A1.T).T @ q.dZ2),
    Mistake("dw2_for_w2", "dA1", lambda q: (q.dZ2 @ q.A1.T).T @ q.dZ2 * q.m),
    Mistake("dw2_for_w2", "dA1", lambda q: (q.dZ2 @ q.A1.T).T @ q.dZ2 / q.m),
    Mistake("dw2_for_w2", "dA1", lambda q: _running(q, 0.0, 1.0)),
    Mistake("dw2_for_w2", "dA1", lambda q: _running(q, 0.0, 1.0, before=True)),
    Mistake("dw2_for_w2", "dA1", lambda q: _running(q, 0.0, 1 / q.m)),
    Mistake("dw2_for_w2", "dA1", lambda q: _running(q, 0.0, 1 / q.m, before=True)),
    Mistake("w2_updated", "dA1", lambda q: q.W2_after.T @ q.dZ2),
    Mistake("w2_missing", "dA1", lambda q: np.ones_like(q.W2).T @ q.dZ2),
    Mistake("w2_missing", "dA1", lambda q: np.ones_like(q.A1)),
    Mistake("transpose_missing", "dA1", lambda q: q.W2 @ q.dZ2),
    Mistake("transpose_missing", "dA1", lambda q: (q.W2.T @ q.dZ2).T),
    Mistake("elementwise", "dA1", lambda q: q.W2 * q.dZ2),
    Mistake("wrong_weights", "dA1", lambda q: q.W1.T @ q.dZ2),
    Mistake("bias_column_dropped", "dA1", lambda q: np.hstack([q.b2, q.W2])[:, :-1].T @ q.dZ2),
    Mistake("bias_column_dropped", "dA1", lambda q: np.hstack([q.W2, q.b2])[:, 1:].T @ q.dZ2),
    Mistake("delta_missing", "dA1", lambda q: q.W2.T @ np.ones_like(q.dZ2) / q.m),
    Mistake("delta_missing", "dA1", lambda q: q.W2.T @ q.A2 / q.m),
    Mistake("output_other_loss", "dA1", lambda q: q.W2.T @ (q.dZ2 * q.A2 * (1 - q.A2))),
    Mistake("output_derivative_only", "dA1", lambda q: q.W2.T @ (q.dZ2 / (q.A2 * (1 - q.A2)))),
    Mistake(INHERITED, "dZ1", lambda q: q.dA1 * q.helper_of_a),
    Mistake(INHERITED, "dZ1", lambda q: q.dA1 * q.helper_of_z),
    Mistake("derivative_missing", "dZ1", lambda q: q.dA1),
    Mistake("derivative_twice", "dZ1", lambda q: q.dA1 * q.slope(q.A1) ** 2),
    Mistake("derivative_of_z", "dZ1", lambda q: q.dA1 * q.slope(q.Z1)),
    Mistake("derivative_of_a", "dZ1", lambda q: q.dA1 * q.slope(q.squash(q.A1))),
    Mistake("derivative_of_output", "dZ1", lambda q: q.dA1 * q.slope(q.A2)),
    Mistake("activation_for_derivative", "dZ1", lambda q: q.dA1 * q.A1),
    Mistake("activation_for_derivative", "dZ1", lambda q: q.dA1 * q.squash(q.A1)),
    Mistake("activation_for_derivative", "dZ1", lambda q: q.dA1 * (1 - q.A1)),
    Mistake("derivative_summed", "dZ1", lambda q: q.dA1 * q.slope(q.A1).sum(axis=0, keepdims=True)),
    Mistake("derivative_times_z", "dZ1", lambda q: q.dA1 * q.slope(q.A1) * q.Z1),
    *_other_slopes("dZ1"),
    *_products("dW1", "dZ1", "X"),
    Mistake("wrong_input", "dW1", lambda q: q.dZ1 @ q.A1.T),
    Mistake("wrong_input", "dW1", lambda q: q.dZ1 @ q.Z1.T),
    Mistake("wrong_delta", "dW1", lambda q: q.dZ2 @ q.X.T),
    Mistake("derivative_missing", "dW1", lambda q: q.dA1 @ q.X.T),
    *_sums("db1", "dZ1"),
    Mistake("derivative_missing", "db1", lambda q: q.dA1.sum(axis=1, keepdims=True)),
    Mistake("wrong_delta", "db1", lambda q: q.dZ2.sum(axis=1, keepdims=True)),
]


def _sigmoid_slope(z: Array) -> Array:
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def mistakes_at(quantity: str, workshop: str, rates: Sequence[float] = ()) -> list[Mistake]:
    """The wrong rules for one quantity; `rates` are learning rates with which W[2] may have been updated before."""
    found = [entry for entry in TABLE if entry.at == quantity and workshop in entry.workshops]
    if quantity != "dA1":
        return found
    return [
        *found,
        *(_updated(rate, sums) for rate in rates for sums in (False, True)),
        *(Mistake("w2_updated", "dA1", lambda q, rate=rate: _running(q, 1.0, -rate)) for rate in rates),
    ]


def _updated(rate: float, sums: bool) -> Mistake:
    """W[2] − α ∂J/∂W[2] in the place of W[2], the gradient a mean or a sum."""
    return Mistake(
        "w2_updated", "dA1", lambda q: (q.W2 - rate * (q.m if sums else 1) * (q.dZ2 @ q.A1.T)).T @ q.dZ2
    )
