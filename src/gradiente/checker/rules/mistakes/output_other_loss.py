"""A − Y carries the derivative of an activation, which cancels with cross-entropy."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "output_other_loss",
    (
        WrongRule("output", lambda q: q.backward(q.A - q.Y) / q.m, ("cross_entropy",)),
        WrongRule("output", lambda q: (q.A - q.Y) * q.A * (1 - q.A) / q.m),
        WrongRule("output", lambda q: (q.A - q.Y) * q.Z * (1 - q.Z) / q.m),
        WrongRule("output", lambda q: (q.A - q.Y) * q.slope(q.activate(q.A)) / q.m),
        WrongRule("output", lambda q: (q.A - q.Y) * (1 - q.A**2) / q.m),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = (A3 - Y) * A3 * (1 - A3) / m"),
)
