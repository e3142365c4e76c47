"""The error goes back through weights that the same step has updated."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "w2_updated",
    (WrongRule("dA", lambda q: q.W_after.T @ q.dZ),),
    plant=("dA1 = W2.T @ dZ2", "W2 = W2 - 0.05 * dW2\n    dA1 = W2.T @ dZ2"),
)
