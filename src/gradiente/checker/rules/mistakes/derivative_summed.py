"""g′ is summed over the neurons."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "derivative_summed",
    (WrongRule("dZ", lambda q: q.dA * q.slope(q.A).sum(axis=0, keepdims=True)),),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * (A1 * (1 - A1)).sum(axis=0)"),
)
