"""The instances are not added up."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "bias_not_summed",
    (WrongRule("db", lambda q: q.dZ),),
    plant=("db1 = dZ1.sum(axis=1, keepdims=True)", "db1 = dZ1"),
)
