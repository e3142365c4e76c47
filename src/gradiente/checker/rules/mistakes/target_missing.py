"""The prediction is not compared with the target."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "target_missing",
    (
        WrongRule("output", lambda q: q.A / q.m),
        WrongRule("output", lambda q: -q.Y / q.m),
        WrongRule("output", lambda q: q.A * (1 - q.A) / q.m),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = A3 / m"),
)
