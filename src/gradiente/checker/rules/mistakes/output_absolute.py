"""The absolute value of the error."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "output_absolute",
    (
        WrongRule("output", lambda q: np.abs(q.A - q.Y) / q.m),
        WrongRule("output", lambda q: q.backward(np.abs(q.A - q.Y)) / q.m),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = np.abs(A3 - Y) / m"),
)
