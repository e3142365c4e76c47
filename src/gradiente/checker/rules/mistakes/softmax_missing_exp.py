"""The exponential is missing."""

from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake(
    "softmax_missing_exp",
    of_softmax(
        lambda q: q.Z / q.Z.sum(axis=0, keepdims=True),
        lambda q: q.Z / q.Z.sum(axis=1, keepdims=True),
    ),
    plant=None,
)
