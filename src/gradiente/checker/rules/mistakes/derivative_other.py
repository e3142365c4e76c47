"""The derivative of another activation than the layer's."""

from itertools import product

import numpy as np

from gradiente.checker.rules.activations import activated, slope
from gradiente.checker.rules.dataflow import Array, Rule, View
from gradiente.checker.rules.mistake import CROSS_ENTROPY, Mistake, WrongRule

NAMES = ("sigmoid", "tanh", "relu")


def other(name: str, given: str, *, inside: bool) -> Rule:
    """The slope of activation `name`, written for z (`inside`) or for a, at the Z or the A of the layer."""

    def rule(q: View) -> Array:
        x = getattr(q, given)
        found = slope(name, activated(name, x) if inside else x)
        if name == q.activation or (found == 1).all():  # the latter is no derivative at all
            raise ValueError(name)
        return found

    return rule


def leaky(share: float) -> Rule:
    """The slope of a ReLU or LeakyReLU that has another share below 0 than the layer's."""

    def rule(q: View) -> Array:
        name = q.layer.activation
        own = {"relu": 0.0, "leaky_relu": 0.01}.get(name, float(name.partition("leaky_relu_")[2] or -1))
        if own in (-1, share):
            raise ValueError(share)
        return np.where(q.Z > 0, 1.0, share)

    return rule


OTHERS = [other(name, given, inside=inside) for name, given, inside in product(NAMES, "AZ", (False, True))]
MISTAKE = Mistake(
    "derivative_other",
    (
        *(WrongRule("dZ", lambda q, rule=rule: q.dA * rule(q)) for rule in OTHERS),
        *(WrongRule("dZ", lambda q, rule=rule: q.dA * rule(q)) for rule in map(leaky, (0.01, 0.1, 0.2, 0.3))),
        *(
            WrongRule("output", lambda q, rule=rule: q.entropy_error * rule(q) / q.m, CROSS_ENTROPY)
            for rule in OTHERS
        ),
        *(
            WrongRule("output", lambda q, rule=rule: (q.A - q.Y) * rule(q) / q.m, ("squared_error",))
            for rule in OTHERS
        ),
    ),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * (1 - A1**2)"),
)
