"""The sum is that of all instances together."""

import numpy as np

from gradiente.checker.rules.activations import shifted_powers
from gradiente.checker.rules.mistake import Mistake, of_softmax


def over_all(powers: np.ndarray) -> np.ndarray:
    return powers / powers.sum()


MISTAKE = Mistake(
    "softmax_total",
    of_softmax(
        lambda q: over_all(np.exp(q.Z)),
        lambda q: over_all(shifted_powers(q.Z, 0)),
        lambda q: over_all(shifted_powers(q.Z, 1)),
    ),
    plant=None,
)
