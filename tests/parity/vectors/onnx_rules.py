"""ONNX's optimizers: one step of a few parameters at once, from state that is given."""

from collections.abc import Iterator, Sequence

import numpy as np

from gradiente.optimizers import SGD, Adagrad, Optimizer
from gradiente.optimizers.base import Slots

from .onnx_nodes import Node
from .vector import Missing, Quantity


def adagrad(node: Node) -> Sequence[Quantity]:
    """T counts the steps before this one, ours count from 1."""
    rule = Adagrad(
        lr=float(node.inputs[0]),
        lr_decay=node.attribute("decay_factor", 0.0),
        weight_decay=node.attribute("norm_coefficient", 0.0),
        eps=node.attribute("epsilon", 0.0),
    )
    return list(_step(node, rule, t=int(node.inputs[1]) + 1))


def momentum(node: Node) -> Sequence[Quantity]:
    """β, which scales every gradient but the first, is 1 − dampening; V is given at the first step too."""
    first, beta = int(node.inputs[1]) == 0, node.attributes["beta"]
    rule = SGD(
        lr=float(node.inputs[0]),
        momentum=node.attributes["alpha"],
        dampening=0.0 if first else 1 - beta,
        weight_decay=node.attributes["norm_coefficient"],
        nesterov=node.attributes["mode"] == "nesterov",
    )
    return list(_step(node, rule, t=2))


def adam(node: Node) -> Sequence[Quantity]:
    raise Missing("ε beside the uncorrected root")


def _step(node: Node, rule: Optimizer, t: int) -> Iterator[Quantity]:
    """Inputs: α, T, every θ, every gradient, every slot; outputs: every θ, every slot."""
    count = len(node.outputs) // 2
    thetas, gradients, states = (node.inputs[2 + i * count : 2 + (i + 1) * count] for i in range(3))
    for i, (theta, gradient, state) in enumerate(zip(thetas, gradients, states, strict=True)):
        slots: Slots = {name: np.asarray(state) for name in rule.initial_slots(np.asarray(theta))}
        new, after = rule.rule(theta, gradient, slots, t)
        (slot,) = after.values()
        yield node.value(i, new, f"θ{i}")
        yield node.value(count + i, slot, f"slot of θ{i}")
