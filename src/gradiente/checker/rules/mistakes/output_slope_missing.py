"""With the squared error the output's own derivative g′ is left out."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "output_slope_missing",
    (WrongRule("output", lambda q: (q.A - q.Y) / q.m, ("squared_error",)),),
    plant=None,
)
