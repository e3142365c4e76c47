"""Classes are compared, not probabilities."""

import numpy as np

from gradiente.checker.rules.dataflow import View
from gradiente.checker.rules.mistake import Mistake, WrongRule


def by_half(q: View) -> np.ndarray:
    classes = q.A > 0.5
    if not classes.any():
        raise ValueError  # −Y alone is a mistake of its own
    return (classes - q.Y) / q.m


MISTAKE = Mistake(
    "output_rounded",
    (
        WrongRule("output", by_half),
        WrongRule("output", lambda q: ((q.A.max(axis=0, keepdims=True) == q.A) - q.Y) / q.m),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = (np.round(A3) - Y) / m"),
)
