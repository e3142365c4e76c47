"""g′ is multiplied by Z."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "derivative_times_z",
    (WrongRule("dZ", lambda q: q.dA * q.slope(q.A) * q.Z),),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * A1 * (1 - A1) * Z1"),
)
