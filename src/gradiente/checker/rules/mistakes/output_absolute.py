"""The absolute value of the error.

−(y/a + (1 − y)/(1 − a)) for the derivative of the cross-entropy, which has a − in the middle, gives −|A − Y|.
"""

import numpy as np

from gradiente.checker.rules.mistake import CROSS_ENTROPY, Mistake, WrongRule

MISTAKE = Mistake(
    "output_absolute",
    (
        WrongRule("output", lambda q: np.abs(q.A - q.Y) / q.m),
        WrongRule("output", lambda q: -np.abs(q.A - q.Y) / q.m, CROSS_ENTROPY),
        WrongRule("output", lambda q: q.backward(np.abs(q.A - q.Y)) / q.m),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = np.abs(A3 - Y) / m"),
)
