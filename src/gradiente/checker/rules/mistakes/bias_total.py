"""Everything is added into one number."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "bias_total",
    (
        WrongRule("db", lambda q: q.dZ.sum(keepdims=True)),
        WrongRule("db", lambda q: np.full((len(q.dZ), 1), q.dZ.sum())),
    ),
    plant=("db1 = dZ1.sum(axis=1, keepdims=True)", "db1 = dZ1.sum()"),
)
