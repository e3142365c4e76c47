"""The derivative is written for a and gets z."""

from gradiente.checker.rules.mistake import CROSS_ENTROPY, Mistake, WrongRule

MISTAKE = Mistake(
    "derivative_of_z",
    (
        WrongRule("dZ", lambda q: q.dA * q.slope(q.Z)),
        WrongRule("output", lambda q: (q.A - q.Y) * q.slope(q.Z) / q.m, ("squared_error",)),
        WrongRule("output", lambda q: q.entropy_error * q.slope(q.Z) / q.m, CROSS_ENTROPY),
    ),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * Z1 * (1 - Z1)"),
)
