"""The sum runs over the instances."""

import numpy as np

from gradiente.checker.rules.activations import shifted_powers, softmax
from gradiente.checker.rules.mistake import Mistake, of_softmax


def mixed(z: np.ndarray, axis: int) -> np.ndarray:
    """The largest taken off along one axis, the sum along the other."""
    powers = shifted_powers(z, axis)
    return powers / powers.sum(axis=1 - axis, keepdims=True)


MISTAKE = Mistake(
    "softmax_axis",
    of_softmax(lambda q: softmax(q.Z, 1), lambda q: mixed(q.Z, 0), lambda q: mixed(q.Z, 1)),
    plant=None,
)
