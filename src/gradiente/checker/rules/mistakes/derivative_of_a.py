"""The derivative is written for z and gets a."""

from gradiente.checker.rules.mistake import CROSS_ENTROPY, Mistake, WrongRule

MISTAKE = Mistake(
    "derivative_of_a",
    (
        WrongRule("dZ", lambda q: q.dA * q.slope(q.activate(q.A))),
        WrongRule("output", lambda q: (q.A - q.Y) * q.slope(q.activate(q.A)) / q.m, ("squared_error",)),
        WrongRule("output", lambda q: q.entropy_error * q.slope(q.activate(q.A)) / q.m, CROSS_ENTROPY),
    ),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "S = 1 / (1 + np.exp(-A1))\n    dZ1 = dA1 * S * (1 - S)"),
)
