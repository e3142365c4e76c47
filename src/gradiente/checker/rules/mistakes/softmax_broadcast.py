"""With as many classes as instances, a sum that has lost its axis divides the wrong numbers."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake(
    "softmax_broadcast",
    of_softmax(
        lambda q: np.exp(q.Z) / np.exp(q.Z).sum(axis=1),
        lambda q: np.exp(q.Z) / np.exp(q.Z).sum(axis=0)[:, None],
    ),
    plant=None,
)
