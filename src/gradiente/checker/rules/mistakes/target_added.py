"""The target is added to the prediction."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "target_added",
    (
        WrongRule("output", lambda q: (q.A + q.Y) / q.m),
        WrongRule("output", lambda q: q.backward(q.A + q.Y) / q.m, ("squared_error",)),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = (A3 + Y) / m"),
)
