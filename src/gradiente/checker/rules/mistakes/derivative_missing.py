"""g′ is missing."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "derivative_missing",
    (
        WrongRule("dZ", lambda q: q.dA),
        WrongRule("dW", lambda q: q.dA @ q.X.T),
        WrongRule("db", lambda q: q.dA.sum(axis=1, keepdims=True)),
    ),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1"),
)
