"""A sign in the derivative of the activation is wrong."""

from gradiente.checker.rules.dataflow import Array, View
from gradiente.checker.rules.mistake import Mistake, WrongRule


def with_plus(q: View) -> Array:
    """a · (1 + a) for the sigmoid, 1 + a² for tanh."""
    if q.activation not in ("sigmoid", "tanh"):
        raise ValueError(q.activation)
    return q.A * (1 + q.A) if q.activation == "sigmoid" else 1 + q.A**2


MISTAKE = Mistake(
    "derivative_sign",
    (
        WrongRule("dZ", lambda q: q.dA * with_plus(q)),
        WrongRule("output", lambda q: (q.A - q.Y) * with_plus(q) / q.m, ("squared_error",)),
    ),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * A1 * (1 + A1)"),
)
