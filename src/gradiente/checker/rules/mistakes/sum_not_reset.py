"""A loop over the neurons sums their errors in a variable that it does not set back to 0."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "sum_not_reset",
    (WrongRule("dA", lambda q: np.cumsum(q.W.T @ q.dZ, axis=0)),),
    plant=("dA1 = W2.T @ dZ2", "dA1 = np.cumsum(W2.T @ dZ2, axis=0)"),
)
