"""The error goes back through weights that the same step has updated."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "w2_updated",
    (WrongRule("dA", lambda q: q.W_after.T @ q.dZ),),
    plant=None,
)
