"""Only the last instance counts."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "only_last_instance",
    (
        WrongRule("dW", lambda q: q.dZ[:, -1:] @ q.X[:, -1:].T),
        WrongRule("db", lambda q: q.dZ[:, -1:]),
    ),
    plant=("db1 = dZ1.sum(axis=1, keepdims=True)", "db1 = dZ1[:, -1:]"),
)
