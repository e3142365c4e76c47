"""The slope of ReLU is taken at the error that comes back."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "derivative_of_error",
    (WrongRule("dZ", lambda q: q.dA * (q.dA > 0)),),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * (dA1 > 0)"),
)
