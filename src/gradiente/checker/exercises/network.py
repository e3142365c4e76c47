"""The network of an exercise: fully connected layers with their activations, and a loss whose gradient is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.checker.rules.activations import ACTIVATIONS, IDENTITY
from gradiente.errors import ArgumentError
from gradiente.layers import REGISTRY as LAYERS
from gradiente.layers import Layer, Linear, Sigmoid, Softmax
from gradiente.losses import REGISTRY as LOSSES
from gradiente.losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss
from gradiente.notation import parse, parse_list, write

CROSS_ENTROPY, SQUARED_ERROR = "cross_entropy", "squared_error"
# Of every loss the kind of its gradient, and the activation that the output has with it where none is written.
KINDS: dict[type[Loss], tuple[str, Layer | None]] = {
    CrossEntropyLoss: (CROSS_ENTROPY, Softmax()),
    BCELoss: (CROSS_ENTROPY, None),
    BCEWithLogitsLoss: (CROSS_ENTROPY, Sigmoid()),
    MSELoss: (SQUARED_ERROR, None),
}
FREE = (3, 5, 4, 6, 7, 8)


@dataclass(frozen=True)
class Dense:
    """One layer: its sizes, whether it has a bias, the activation as a key of ACTIVATIONS."""

    inputs: int
    outputs: int
    bias: bool
    activation: str


@dataclass(frozen=True)
class ExerciseNetwork:
    """A network and its loss, as the exercise file writes them.

    Arguments:
        layers: Linear layers, each with its activation
        loss: of the product's losses
    """

    layers: tuple[Dense, ...]
    loss: Loss

    @classmethod
    def parse(cls, network: str, loss: str) -> "ExerciseNetwork":
        """From the notation of the command line.

        Errors: ArgumentError for what is no network of Linear layers and activations, or another loss
        """
        objective = parse(loss, LOSSES)
        if type(objective) not in KINDS:
            names = ", ".join(kind.__name__ for kind in KINDS)
            raise ArgumentError("exercise.loss", loss=loss, names=names)
        layers: list[Dense] = []
        for layer in parse_list(network, LAYERS):
            if isinstance(layer, Linear):
                if layers and layers[-1].outputs != layer.in_features:
                    raise ArgumentError(
                        "exercise.sizes", network=network, before=layers[-1].outputs, size=layer.in_features
                    )
                layers.append(Dense(layer.in_features, layer.out_features, layer.bias, IDENTITY))
                continue
            name = next((key for key, known in ACTIVATIONS.items() if known == layer), None)
            if name is None or not layers or layers[-1].activation:
                raise ArgumentError(
                    "exercise.network", network=network, layer=write(layer, LAYERS, brief=True)
                )
            layers[-1] = Dense(layers[-1].inputs, layers[-1].outputs, layers[-1].bias, name)
        if not layers:
            raise ArgumentError("exercise.network", network=network, layer=network)
        output = KINDS[type(objective)][1]
        if output is not None and not layers[-1].activation:
            name = next(key for key, known in ACTIVATIONS.items() if known == output)
            layers[-1] = Dense(layers[-1].inputs, layers[-1].outputs, layers[-1].bias, name)
        return cls(tuple(layers), objective)

    @property
    def kind(self) -> str:
        """Of the gradient of the loss: "cross_entropy" or "squared_error"."""
        return KINDS[type(self.loss)][0]

    @property
    def depth(self) -> int:
        return len(self.layers)

    @property
    def sizes(self) -> list[int]:
        return [self.layers[0].inputs, *(layer.outputs for layer in self.layers)]

    def free(self) -> "ExerciseNetwork":
        """The same network with small sizes of inputs and hidden layers, each another than those beside it."""
        outputs = self.layers[-1].outputs
        free = [size for size in FREE if size != outputs]
        return self.sized([*(free[place % len(free)] for place in range(self.depth)), outputs])

    def square(self) -> "ExerciseNetwork":
        """The same network with all sizes alike, so that wrong products have the right shapes; one output stays one."""
        outputs = self.layers[-1].outputs
        return self.sized([outputs if outputs > 1 else FREE[0]] * self.depth + [outputs])

    def sized(self, sizes: Sequence[int]) -> "ExerciseNetwork":
        """The same network with these sizes, from the inputs on."""
        layers = tuple(
            Dense(before, after, layer.bias, layer.activation)
            for layer, before, after in zip(self.layers, sizes, sizes[1:], strict=False)
        )
        return ExerciseNetwork(layers, self.loss)

    def notation(self) -> str:
        """As the exercise file writes it."""
        pieces: list[str] = []
        for layer in self.layers:
            linear: Any = Linear(layer.inputs, layer.outputs, bias=layer.bias)
            pieces.append(write(linear, LAYERS, brief=True))
            if layer.activation:
                pieces.append(write(ACTIVATIONS[layer.activation], LAYERS, brief=True))
        return ", ".join(pieces)


def random_data(network: ExerciseNetwork, m: int, seed: int) -> tuple[np.ndarray, np.ndarray, Sequence[int]]:
    """X (n, m), Y (k, m) and the labels; of one output with MSELoss any numbers."""
    generator = np.random.default_rng([seed, 11])
    x = generator.normal(size=(network.layers[0].inputs, m))
    k = network.layers[-1].outputs
    labels = generator.permutation(np.arange(m) % max(k, 2))
    if k > 1 and network.kind == CROSS_ENTROPY:
        return x, np.eye(k)[:, labels], labels.tolist()
    y = generator.uniform(0.1, 0.9, size=(k, m)) if network.kind == SQUARED_ERROR else labels.reshape(1, -1)
    return x, y.astype(float), labels.tolist()
