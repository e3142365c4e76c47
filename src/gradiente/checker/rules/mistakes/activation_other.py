"""Another activation than the one that the layer is to have."""

from gradiente.checker.rules.activations import activated
from gradiente.checker.rules.dataflow import Rule
from gradiente.checker.rules.mistake import Mistake, WrongRule, only

NAMES = ("sigmoid", "tanh", "relu", "softmax", "leaky_relu")


def other(name: str) -> Rule:
    own = ("softmax", "sigmoid") if name == "sigmoid" else (name,)  # for softmax a mistake of its own
    return only(lambda q: q.activation not in own, lambda q: activated(name, q.Z))


MISTAKE = Mistake(
    "activation_other",
    (
        *(WrongRule("A", other(name)) for name in NAMES),
        WrongRule("A", lambda q: 2 * activated("sigmoid", q.Z) - 1),
    ),
    plant=None,
)
