"""The squared error stands where its derivative belongs."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "output_squared",
    (
        WrongRule("output", lambda q: (q.A - q.Y) ** 2 / q.m),
        WrongRule("output", lambda q: q.backward((q.A - q.Y) ** 2) / q.m),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = (A3 - Y) ** 2 / m"),
)
