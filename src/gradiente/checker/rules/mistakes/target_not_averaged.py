"""The mean is taken of A alone, before Y is subtracted."""

from gradiente.checker.rules.mistake import Mistake, WrongRule, only

MISTAKE = Mistake(
    "target_not_averaged",
    (WrongRule("output", only(lambda q: q.m > 1, lambda q: q.A / q.m - q.Y)),),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = A3 / m - Y"),
)
