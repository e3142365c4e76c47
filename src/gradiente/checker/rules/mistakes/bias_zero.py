"""The gradient of the bias is zero."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "bias_zero",
    (WrongRule("db", lambda q: np.zeros((len(q.dZ), 1))),),
    plant=("db1 = dZ1.sum(axis=1, keepdims=True)", "db1 = np.zeros((4, 1))"),
)
