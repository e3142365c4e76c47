"""The activation, or a piece of its derivative, stands for the derivative."""

from gradiente.checker.rules.mistake import CROSS_ENTROPY, Mistake, WrongRule

MISTAKE = Mistake(
    "activation_for_derivative",
    (
        WrongRule("dZ", lambda q: q.dA * q.A),
        WrongRule("dZ", lambda q: q.dA * q.activate(q.A)),
        WrongRule("dZ", lambda q: q.dA * (1 - q.A)),
        WrongRule("dZ", lambda q: q.dA * (1 + q.A)),
        WrongRule("output", lambda q: (q.A - q.Y) * q.A / q.m, ("squared_error",)),
        WrongRule("output", lambda q: (q.A - q.Y) * (1 - q.A) / q.m, ("squared_error",)),
        WrongRule("output", lambda q: q.entropy_error * q.A / q.m, CROSS_ENTROPY),
        WrongRule("output", lambda q: q.entropy_error * (1 - q.A) / q.m, CROSS_ENTROPY),
    ),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * A1"),
)
