"""The sum runs along the wrong axis."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "bias_axis",
    (
        WrongRule("db", lambda q: q.dZ.sum(axis=0, keepdims=True)),
        WrongRule("db", lambda q: q.dZ.sum(axis=0)[:, None]),
    ),
    plant=None,
)
