"""A − Y carries the derivative of an activation, which cancels with cross-entropy.

Of the squared error it is the derivative of another activation.
"""

import numpy as np

from gradiente.checker.rules.activations import activated, slope
from gradiente.checker.rules.dataflow import View
from gradiente.checker.rules.mistake import CROSS_ENTROPY, Mistake, WrongRule, of_the_output


def with_slope(q: View) -> np.ndarray:
    if q.activation == "softmax":
        raise ValueError  # a mistake of its own
    return q.backward(q.A - q.Y) / q.m


MISTAKE = Mistake(
    "output_other_loss",
    (
        WrongRule("output", with_slope, CROSS_ENTROPY),
        WrongRule("output", lambda q: (q.A - q.Y) * q.A * (1 - q.A) / q.m, CROSS_ENTROPY),
        WrongRule("output", lambda q: (q.A - q.Y) * q.Z * (1 - q.Z) / q.m, CROSS_ENTROPY),
        WrongRule("output", lambda q: (q.A - q.Y) * q.slope(q.activate(q.A)) / q.m, CROSS_ENTROPY),
        WrongRule(
            "output",
            lambda q: (q.A - q.Y) * slope("sigmoid", activated("sigmoid", q.A)) / q.m,
            CROSS_ENTROPY,
        ),
        WrongRule("output", lambda q: (q.A - q.Y) * (1 - q.A**2) / q.m, CROSS_ENTROPY),
        WrongRule("dA", of_the_output(lambda q: q.W.T @ (q.dZ * q.A * (1 - q.A))), CROSS_ENTROPY),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = (A3 - Y) * A3 * (1 - A3) / m"),
)
