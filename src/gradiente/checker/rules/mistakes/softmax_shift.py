"""The largest score is subtracted in one of numerator and denominator, and not in the other."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, of_softmax


def shifted(z: np.ndarray, axis: int | None, *, above: bool) -> np.ndarray:
    """Of the numerator only (`above`), or of the sum only."""
    powers, less = np.exp(z), np.exp(z - z.max(axis=axis, keepdims=True))
    return (less if above else powers) / (powers if above else less).sum(axis=0, keepdims=True)


MISTAKE = Mistake(
    "softmax_shift",
    of_softmax(
        lambda q: shifted(q.Z, 0, above=False),
        lambda q: shifted(q.Z, 0, above=True),
        lambda q: shifted(q.Z, None, above=False),
        lambda q: shifted(q.Z, None, above=True),
    ),
    plant=None,
)
