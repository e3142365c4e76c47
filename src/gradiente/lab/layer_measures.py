"""What the layers of a run hold where it is: activations, weights and gradients as histograms, and what they show."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.diagnosis.units import dead, saturated
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.training.targets import targets

Array = np.ndarray
INSTANCES = 256  # of the training data that are measured, at most
BINS = 24
VANISHING = 1e-3  # of the largest gradient of a layer's weights
EXPLODING = 1e3
MOST_GRADIENTS = 20_000  # numbers that are sent one by one


@dataclass(frozen=True)
class Remark:
    """What is to be said of a run: a text of the page, and its numbers."""

    key: str
    values: dict[str, Any]


class LayerMeasures:
    """One forward and backward pass over some of the training data, with the network as it is.

    Arguments:
        network, loss: of the run
        data: what is passed through, at most 256 instances of it
    """

    def __init__(self, network: Network, loss: Loss, data: Dataset) -> None:
        self.network = network
        data = data.subset(np.arange(min(INSTANCES, len(data))))
        passed = list(network.walk(network.as_batch(data.x), Context()))
        self.outputs = [output for output, _ in passed]
        y = targets(data, loss, self.outputs[-1].shape[1])
        delta = loss.gradient(self.outputs[-1], y, data.loss_weights).astype(network.dtype)
        for _ in network.walk_back([cache for _, cache in passed], delta):
            pass
        self.gradients = {name: values.copy() for name, values in network.trainable_gradients().items()}

    def arrays(self) -> dict[str, Array]:
        """Histograms, and each gradient where they are few.

        "h.a.2" is that of the output of layer 2, "h.w.0.weight" that of a parameter, "h.g.0.weight" of its gradient:
        the counts of 24 equal parts from −largest to largest, then largest.
        """
        network = self.network
        activations = (k for k, node in enumerate(network.nodes) if type(node.layer).elementwise)
        found = {f"h.a.{k}": _histogram(self.outputs[k]) for k in activations}
        for name, gradient in self.gradients.items():
            if gradient.ndim > 1:
                found[f"h.w.{name}"] = _histogram(network.parameters[name])
                found[f"h.g.{name}"] = _histogram(gradient)
        if network.theta.size <= MOST_GRADIENTS:
            found |= {f"g.{name}": gradient.astype(np.float32) for name, gradient in self.gradients.items()}
        return found

    def remarks(self) -> list[Remark]:
        """What stands in the way of learning: dead or saturated units, vanishing or exploding gradients.

        A unit is dead where it answers 0 to every instance, and saturated where it is beyond 0.99 of its range for
        every instance.
        """
        found = list[Remark]()
        for number, place, layer in self._activations():
            far = saturated(layer, self.outputs[place]).all(axis=0)
            for key, units in (("dead", dead(layer, self.outputs[place])), ("saturated", int(far.sum()))):
                if units:
                    found.append(Remark(key, {"layer": number, "count": units, "units": far.size}))
        return found + self._gradient_remarks()

    def _activations(self) -> list[tuple[int, int, Any]]:
        """The number of the layer with weights before it, its place, and each activation."""
        found, number = [], 0
        for place, node in enumerate(self.network.nodes):
            number += f"{node.path}.weight" in self.network.parameters
            found.append((number, place, node.layer))
        return [each for each in found if type(each[2]).elementwise]

    def _gradient_remarks(self) -> list[Remark]:
        sizes = [
            float(np.sqrt(np.mean(g.astype(np.float64) ** 2))) for g in self.gradients.values() if g.ndim > 1
        ]
        if len(sizes) < 2 or not sizes[-1] > 0 or not all(map(np.isfinite, sizes)):
            return []
        ratio = sizes[0] / sizes[-1]
        if 0 < ratio < VANISHING:
            return [Remark("vanishing", {"ratio": 1 / ratio, "last": len(sizes)})]
        if ratio > EXPLODING:
            return [Remark("exploding", {"ratio": ratio, "last": len(sizes)})]
        return []


def _histogram(values: Array) -> Array:
    values = values.ravel()
    if not np.isfinite(values).all():
        values = values[np.isfinite(values)]
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    bins = ((values / largest + 1) * (BINS / 2)).astype(np.uint8)  # np.histogram's, in a quarter of its time
    counts = np.bincount(np.minimum(bins, BINS - 1), minlength=BINS)
    return np.append(counts, largest).astype(np.float32)
