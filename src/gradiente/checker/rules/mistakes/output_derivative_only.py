"""The chain rule stops between A and Z."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "output_derivative_only",
    (
        WrongRule("output", lambda q: (q.A - q.Y) / (q.A * (1 - q.A)) / q.m),
        WrongRule("output", lambda q: -q.Y / q.A / q.m),
        WrongRule("output", lambda q: -q.Y * (1 - q.A) / q.m),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = -Y * (1 - A3) / m"),
)
