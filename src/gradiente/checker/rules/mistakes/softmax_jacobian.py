"""The derivative of softmax is applied once more."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule


def d(q):
    return q.A - q.Y


MISTAKE = Mistake(
    "softmax_jacobian",
    (
        WrongRule(
            "output",
            lambda q: q.A * (d(q) - np.sum(d(q) * q.A, axis=0, keepdims=True)) / q.m,
            ("cross_entropy",),
        ),
    ),
    plant=("dZ3 = (A3 - Y) / m", "d = A3 - Y\n    dZ3 = A3 * (d - np.sum(d * A3, axis=0)) / m"),
)
