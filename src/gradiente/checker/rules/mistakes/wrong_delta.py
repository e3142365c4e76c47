"""The ∂J/∂Z of another layer is used."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "wrong_delta",
    (
        WrongRule("dW", lambda q: q.next.dZ @ q.X.T),
        WrongRule("db", lambda q: q.next.dZ.sum(axis=1, keepdims=True)),
    ),
    plant=("db1 = dZ1.sum(axis=1, keepdims=True)", "db1 = dZ2.sum(axis=1, keepdims=True)"),
)
