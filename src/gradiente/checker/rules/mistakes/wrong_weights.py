"""The error goes back through the weights of another layer."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "wrong_weights",
    (
        WrongRule("dA", lambda q: q.previous.W.T @ q.dZ),
        WrongRule("dA", lambda q: q.previous.W @ q.dZ),
        WrongRule("dA", lambda q: q.next.W.T @ q.dZ),
    ),
    plant=("dA1 = W2.T @ dZ2", "dA1 = W1.T @ dZ2"),
)
