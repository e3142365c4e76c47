"""b is added to the wrong numbers; or its gradient has lost its axis, and broadcasting makes a matrix of it."""

from collections.abc import Callable

import numpy as np

from gradiente.checker.rules.dataflow import Array, Rule
from gradiente.checker.rules.mistake import Mistake, WrongRule, only


def one_number(of: Callable[[Array], float]) -> Rule:
    """One number for all neurons: softmax does not see it, since all its classes get it alike."""
    return only(lambda q: q.activation != "softmax", lambda q: q.W @ q.X + of(q.b))


MISTAKE = Mistake(
    "bias_broadcast",
    (
        WrongRule("Z", lambda q: q.W @ q.X + q.b.T),
        *(WrongRule("Z", one_number(rule)) for rule in (np.sum, np.mean, lambda b: b[0, 0])),
        WrongRule("db", lambda q: q.dZ.sum(axis=1)[None, :]),
        WrongRule(
            "db", lambda q: q.dZ.sum(axis=1, keepdims=True)
        ),  # right, but for a bias that is a matrix then
    ),
    plant=("db1 = dZ1.sum(axis=1, keepdims=True)", "db1 = dZ1.sum(axis=1)"),
)
