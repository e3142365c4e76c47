"""One forward and backward pass over some instances, and what each layer with weights does to the signal."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradiente.layers import Context, Layer
from gradiente.losses import Loss
from gradiente.network import Network

Array = np.ndarray


@dataclass(frozen=True)
class Signal:
    """What passes through a layer with weights.

    Arguments:
        layer: its number, from 1
        gain: the spread of its output over that of its input
        spread: how much its output differs between instances, the root mean square of the standard deviations
        delta: the root mean square of ∂J/∂output
    """

    layer: int
    gain: float
    spread: float
    delta: float


class Pass:
    """A forward and a backward pass with given parameters.

    Arguments:
        network: changed by nothing but its gradient
        x, y: instances, and the targets as the loss takes them
        weights: of the instances; None: all count alike
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        x: Array,
        y: Array,
        context: Context,
        weights: Array | None = None,
    ) -> None:
        self.network = network
        self.x = network.as_batch(x)
        walked = list(network.walk(self.x, context))
        self.outputs = [output for output, _ in walked]
        self.prediction = self.outputs[-1]
        self.value = float(loss.value(self.prediction, y, weights))
        self.deltas: dict[int, float] = {}
        delta = loss.gradient(self.prediction, y, weights).astype(network.dtype)
        self.deltas[len(self.outputs)] = rms(delta)
        for value, found in network.walk_back([cache for _, cache in walked], delta):
            self.deltas[value] = rms(found)
        self.gradient = network.gradient.astype(np.float64)
        self.gradients = {name: each.copy() for name, each in network.trainable_gradients().items()}

    def signals(self) -> list[Signal]:
        """Of every layer with a matrix of weights, from the input to the output."""
        found = list[Signal]()
        values = [self.x, *self.outputs]
        for index, node in enumerate(self.network.nodes):
            weight = self.network.node_parameters(index).get("weight")
            if node.is_sum or weight is None or weight.ndim < 2 or node.layer.index_count is not None:
                continue
            into, spread = _spread(values[node.inputs[0]]), _spread(values[index + 1])
            gain = spread / into if into else 0.0
            found.append(Signal(len(found) + 1, gain, spread, self.deltas.get(index + 1, 0.0)))
        return found

    def activations(self) -> Iterator[tuple[int, Layer, Array]]:
        """Number of the layer with weights before it, layer, and output of every hidden activation."""
        number, last = 0, len(self.network.nodes) - 1
        for index, node in enumerate(self.network.nodes):
            weight = self.network.node_parameters(index).get("weight")
            number += weight is not None and weight.ndim > 1
            if type(node.layer).elementwise and index < last and number:
                yield number, node.layer, self.outputs[index]


def _spread(values: Array) -> float:
    return rms(values.std(axis=0, dtype=np.float64))


def rms(values: Array) -> float:
    """The root mean square.

    >>> rms(np.array([3.0, -3.0]))
    3.0
    """
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))) if values.size else 0.0
