"""The gradient is cut to integers."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "integer_truncation",
    (
        WrongRule("dW", lambda q: np.floor(q.dZ @ q.X.T)),
        WrongRule("dW", lambda q: np.floor(q.m * (q.dZ @ q.X.T))),
    ),
    plant=("dW1 = dZ1 @ X.T", "dW1 = np.floor(dZ1 @ X.T)"),
)
