"""The division by the sum is missing."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake(
    "softmax_missing_sum",
    of_softmax(
        lambda q: np.exp(q.Z),
        lambda q: np.exp(q.Z - q.Z.max(axis=0, keepdims=True)),
        lambda q: np.exp(q.Z - q.Z.max()),
    ),
    plant=None,
)
