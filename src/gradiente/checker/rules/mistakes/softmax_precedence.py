"""The largest score is subtracted from e^z, not from z."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, of_softmax


def off_powers(z: np.ndarray, axis: int) -> np.ndarray:
    powers = np.exp(z) - z.max(axis=axis, keepdims=True)
    return powers / powers.sum(axis=axis, keepdims=True)


MISTAKE = Mistake(
    "softmax_precedence",
    of_softmax(lambda q: off_powers(q.Z, 0), lambda q: off_powers(q.Z, 1)),
    plant=None,
)
