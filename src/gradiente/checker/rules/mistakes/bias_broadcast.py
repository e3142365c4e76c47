"""The sum has lost its axis, and broadcasting makes a matrix of the bias."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "bias_broadcast",
    (
        WrongRule("db", lambda q: q.dZ.sum(axis=1)[None, :]),
        WrongRule(
            "db", lambda q: q.dZ.sum(axis=1, keepdims=True)
        ),  # right, but for a bias that is a matrix then
    ),
    plant=("db1 = dZ1.sum(axis=1, keepdims=True)", "db1 = dZ1.sum(axis=1)"),
)
