"""The derivative of another activation than the layer's."""

from itertools import product

import numpy as np

from gradiente.checker.rules.activations import activated
from gradiente.checker.rules.dataflow import View, slope
from gradiente.checker.rules.mistake import Mistake, WrongRule

NAMES = ("sigmoid", "tanh", "relu")


def other(name: str, given: str, inside: bool):
    """The slope of activation `name`, written for z (`inside`) or for a, at the Z or the A of the layer."""

    def rule(q: View) -> np.ndarray:
        if name == q.activation:
            raise ValueError(name)
        x = getattr(q, given)
        return q.dA * slope(name, activated(name, x) if inside else x)

    return rule


MISTAKE = Mistake(
    "derivative_other",
    tuple(WrongRule("dZ", other(*choice)) for choice in product(NAMES, "AZ", (False, True))),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * (1 - A1**2)"),
)
