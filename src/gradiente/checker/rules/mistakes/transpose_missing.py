"""A transpose is missing, or there is one too many."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "transpose_missing",
    (
        WrongRule("Z", lambda q: q.W.T @ q.X + q.b),
        WrongRule("dW", lambda q: (q.dZ @ q.X.T).T),
        WrongRule("dW", lambda q: q.dZ @ q.X),
        WrongRule("dW", lambda q: q.dZ.T @ q.X),
        WrongRule("dW", lambda q: q.dZ.T @ q.X.T),
        WrongRule("dA", lambda q: q.W @ q.dZ),
        WrongRule("dA", lambda q: (q.W.T @ q.dZ).T),
    ),
    plant=("dA1 = W2.T @ dZ2", "dA1 = W2 @ dZ2"),
)
