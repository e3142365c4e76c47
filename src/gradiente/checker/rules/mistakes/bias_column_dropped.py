"""With the bias as a column of W, the wrong column is left out on the way back."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "bias_column_dropped",
    (
        WrongRule("dA", lambda q: np.hstack([q.b, q.W])[:, :-1].T @ q.dZ),
        WrongRule("dA", lambda q: np.hstack([q.W, q.b])[:, 1:].T @ q.dZ),
    ),
    plant=("dA1 = W2.T @ dZ2", "dA1 = np.hstack([b2, W2])[:, :-1].T @ dZ2"),
)
