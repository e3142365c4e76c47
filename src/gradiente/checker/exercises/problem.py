"""A random step of an exercise's network: every quantity that a call may name, and what it is after the step."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradiente.checker.exercises.network import ExerciseNetwork, random_data
from gradiente.checker.reference.layout import Layout
from gradiente.checker.rules.activations import ACTIVATIONS, activated
from gradiente.checker.rules.dataflow import Layer, Step, link
from gradiente.layers import Linear
from gradiente.losses import BCEWithLogitsLoss, CrossEntropyLoss
from gradiente.network import Network
from gradiente.trace import Trace, trace

Array = np.ndarray
LEARNING_RATE, EPOCHS, BATCH = 0.25, 3, 3
LOSS = "loss"  # J without the penalty: no name of a call
LISTED = re.compile(r"(d?[WbZA])(\d*)")


@dataclass(frozen=True)
class Problem:
    """One step.

    Arguments:
        step: its forward pass, for the rules
        values: every array by its name, instances as columns; gradients are those of `scale` times the loss
        numbers: m, n, k, lr …
        labels: of the instances
        share: the gradients of the loss, beside those that the rules give
        trace: of the same step
    """

    step: Step
    values: Mapping[str, Array]
    numbers: Mapping[str, Any]
    labels: Array
    share: float
    trace: Trace

    @property
    def depth(self) -> int:
        return len(self.step.layers)

    @property
    def names(self) -> set[str]:
        """What calls may name."""
        bare = {f"{d}{letter}" for d in ("", "d") for letter in "WbZA" if self.listed(f"{d}{letter}")}
        classes = {"labels"} if self.numbers["k"] > 1 else set()
        return set(self.values) | (set(self.numbers) - {LOSS}) | bare | classes

    def listed(self, name: str) -> list[str]:
        """The quantities of all layers that a name without a number stands for: W is W1, W2 …; itself for another."""
        found = LISTED.fullmatch(name)
        if found is None or found[2]:
            return [name]
        return [
            f"{found[1]}{layer}" for layer in range(1, self.depth + 1) if f"{found[1]}{layer}" in self.values
        ]

    def given(self, name: str, layout: Layout) -> Any:
        """A quantity as the student's code gets it."""
        if name == "labels":
            return np.array(self.labels)
        if name in self.numbers:
            return self.numbers[name]
        if name in self.values:
            labels = self.labels if self.numbers["k"] > 1 else None
            return layout.to_student(name.removeprefix("d"), self.values[name], labels)
        return [self.given(one, layout) for one in self.listed(name)]


def random_problem(
    network: ExerciseNetwork,
    m: int,
    seed: int,
    *,
    scale: float = 1.0,
    l2: float = 0.0,
    zero_biases: bool = False,
) -> Problem:
    """A random step of m instances.

    Arguments:
        scale: J is this times the loss
        l2: λ in J + λ/2 Σ W²
        zero_biases: b = 0 in every layer
    """
    generator = np.random.default_rng([seed, 7])
    x, y, labels = random_data(network, m, seed)
    layers, a = [], x
    for number, layer in enumerate(network.layers, 1):
        w = generator.normal(size=(layer.outputs, layer.inputs)) / np.sqrt(layer.inputs)
        b = generator.normal(size=(layer.outputs, 1)) * (0.0 if zero_biases else 0.5) if layer.bias else None
        z = w @ a + (0 if b is None else b)
        out = activated(layer.activation, z)
        layers.append(Layer(number, a, w, b, z, out, layer.activation, w, b))
        a = out
    step = Step(tuple(layers), y, network.kind)
    record = _traced(network, step, labels)
    names = {f"d{letter}{n}": f"d{letter}[{n}]" for n in range(1, len(layers) + 1) for letter in "WbZA"}
    names["dX"] = "dX"
    gradients = {ours: record[theirs].value for ours, theirs in names.items() if theirs in record.names}
    cost = float(np.asarray(record["J"].value).ravel()[0])
    for layer in layers:
        if not layer.activation and f"dZ{layer.number}" in gradients:
            gradients.setdefault(f"dA{layer.number}", gradients[f"dZ{layer.number}"])
    output = link(step, "output", len(layers), {})
    share = float((gradients[f"dZ{len(layers)}"] * output).sum() / (output**2).sum()) * scale
    values: dict[str, Array] = {"X": x, "Y": y}
    for layer in layers:
        for letter in "WbZA":
            value = getattr(layer, letter)
            if value is not None:
                values[f"{letter}{layer.number}"] = value
    values |= {name: scale * value for name, value in gradients.items()}
    for layer in layers:
        values[f"dW{layer.number}"] = values[f"dW{layer.number}"] + l2 * layer.W
    step = stepped(step, values, LEARNING_RATE)
    sizes = [x.shape[0], *(len(layer.W) for layer in layers)]
    hidden = sizes[1:-1]
    penalty = l2 / 2 * sum(float((layer.W**2).sum()) for layer in layers)
    numbers: dict[str, Any] = {
        **{"m": m, "n": sizes[0], "k": sizes[-1], "sizes": sizes, "l2": l2},
        **({"h": hidden[0]} if len(hidden) == 1 else {f"h{place}": h for place, h in enumerate(hidden, 1)}),
        **{"lr": LEARNING_RATE, "epochs": EPOCHS, "batch_size": BATCH},
        **{"J": scale * cost + penalty, LOSS: scale * cost},
    }
    return Problem(step, values, numbers, np.array(labels), share, record)


def stepped(step: Step, values: Mapping[str, Array], rate: float) -> Step:
    """The step with the parameters that it ends with.

    Arguments:
        values: its gradients
    """
    layers = []
    for layer in step.layers:
        w, b = (getattr(layer, letter) for letter in "Wb")
        after = None if b is None else b - rate * values[f"db{layer.number}"]
        layers.append(replace(layer, W_after=w - rate * values[f"dW{layer.number}"], b_after=after))
    return replace(step, layers=tuple(layers))


def _traced(network: ExerciseNetwork, step: Step, labels: Sequence[int]) -> Trace:
    """The step of the product's own network."""
    own, target = own_network(network, step, labels)
    return trace(own, network.loss, step.layers[0].X.T, target, columns=True)


def own_network(network: ExerciseNetwork, step: Step, labels: Sequence[int]) -> tuple[Network, Array]:
    """The product's network with the parameters before the step, and the target that its loss takes."""
    layers: list[Any] = []
    inside = isinstance(
        network.loss, CrossEntropyLoss | BCEWithLogitsLoss
    )  # the output's activation is in the loss
    for number, layer in enumerate(network.layers, 1):
        layers.append(Linear(layer.inputs, layer.outputs, bias=layer.bias))
        if layer.activation and not (inside and number == len(network.layers)):
            layers.append(ACTIVATIONS[layer.activation])
    own = Network(layers, dtype="float64", seed=0)
    parameters = [getattr(layer, letter) for layer in step.layers for letter in "Wb"]
    for into, value in zip(
        own.parameters.values(), [one for one in parameters if one is not None], strict=True
    ):
        into[...] = value.reshape(into.shape)
    target = np.array(labels) if isinstance(network.loss, CrossEntropyLoss) else step.Y.T
    return own, target
