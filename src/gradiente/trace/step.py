"""One training step, executed layer by layer, and everything in it kept."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gradiente.errors import DataError, ShapeError, require
from gradiente.layers import Context, Layer
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.optimizers import Optimizer

Array = np.ndarray


class Step:
    """Forward, loss, backward and update in float64, on a copy of the network; instances are rows.

    `activations` begin with x and end with the prediction, `deltas` are ∂J/∂ of each; `gradients`, `slots` (before
    and after the step) and `updated` are by PyTorch's parameter names, without those of frozen layers.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        x: Any,
        y: Any,
        optimizer: Optimizer | None,
        slots: Mapping[str, Any] | None,
        t: int,
        training: bool,
        seed: int,
    ) -> None:
        self.network = network.astype(np.float64)
        self.loss, self.optimizer, self.t, self.training = loss, optimizer, t, training
        self.target = np.array(y)
        x = np.array(self.network.as_batch(x))
        if len(x) == 0:
            raise DataError("trace.empty")
        self._draws: list[Mapping[str, Any]] = []
        self.activations, self.caches = self._forward(x, np.random.default_rng(seed))
        self.cost = loss.value(self.prediction, self.target)
        self.deltas, self.gradients = self._backward(loss.gradient(self.prediction, self.target))
        self.fresh = t == 1 and slots is None
        self.slots_before: dict[str, dict[str, Array]] = {}
        self.slots_after: dict[str, dict[str, Array]] = {}
        self.updated: dict[str, Array] = {}
        require(optimizer is not None or slots is None, "trace.slots_alone")
        if optimizer is not None:
            self._update(optimizer, slots)

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self.network.layers

    @property
    def prediction(self) -> Array:
        return self.activations[-1]

    def cost_from(self, place: int, activation: Array) -> float:
        """J, where what goes into the layer at that place is another; layers draw what they drew."""
        for index in range(place, len(self.layers)):
            activation, _ = self._layer(index, activation, _generator(self._draws[index]))
        return self.loss.value(activation, self.target)

    def buffers(self, place: int) -> dict[str, Array]:
        """The running statistics that a layer read."""
        return dict(self.network.layer_context(place, Context()).buffers)

    def _layer(self, index: int, x: Array, generator: "np.random.Generator") -> tuple[Array, Any]:
        context = self.network.layer_context(index, Context(training=self.training, generator=generator))
        return self.layers[index].forward(self.network.layer_parameters(index), x, context)

    def _forward(self, x: Array, generator: "np.random.Generator") -> tuple[list[Array], list[Any]]:
        activations, caches = [x], []
        for index in range(len(self.layers)):
            self._draws.append(generator.bit_generator.state)
            y, cache = self._layer(index, activations[-1], generator)
            activations.append(y)
            caches.append(cache)
        return activations, caches

    def _backward(self, delta: Array) -> tuple[list[Array], dict[str, Array]]:
        deltas, gradients = [delta], dict[str, Array]()
        for index in reversed(range(len(self.layers))):
            layer, parameters = self.layers[index], self.network.layer_parameters(index)
            if index not in self.network.frozen:
                out = {key: np.empty_like(value) for key, value in parameters.items()}
                layer.parameter_gradients(parameters, self.caches[index], deltas[0], out)
                gradients |= {f"{index}.{key}": value for key, value in out.items()}
            deltas.insert(0, layer.input_gradient(parameters, self.caches[index], deltas[0]))
        return deltas, gradients

    def _update(self, optimizer: Optimizer, slots: Mapping[str, Any] | None) -> None:
        expected = optimizer.initial_slots(self.network.theta)
        given = (
            expected if slots is None else {name: np.array(flat, np.float64) for name, flat in slots.items()}
        )
        require(
            given.keys() == expected.keys(),
            "trace.slots",
            expected=", ".join(expected) or "–",
            got=", ".join(given) or "–",
        )
        for name, flat in given.items():
            if flat.shape != expected[name].shape:
                raise ShapeError("trace.slot_shape", name=name, expected=expected[name].shape, got=flat.shape)
        before = {slot: self.network.named(flat) for slot, flat in given.items()}
        for name, gradient in self.gradients.items():
            self.slots_before[name] = {slot: views[name] for slot, views in before.items()}
            self.updated[name], self.slots_after[name] = optimizer.rule(
                self.network.parameters[name], gradient, self.slots_before[name], self.t
            )


def central_difference(values: Array, index: tuple[int, ...], cost: Callable[[], float]) -> float:
    """(J(v + ε) − J(v − ε)) / 2ε at one entry, changed in place and put back; ε is 10⁻⁵, or that share of v."""
    kept = values[index]
    epsilon = 1e-5 * max(1.0, abs(float(kept)))
    costs = []
    try:
        for moved in (kept + epsilon, kept - epsilon):
            values[index] = moved
            costs.append(cost())
    finally:
        values[index] = kept
    return (costs[0] - costs[1]) / (2 * epsilon)


def _generator(state: Mapping[str, Any]) -> "np.random.Generator":
    generator = np.random.default_rng()
    generator.bit_generator.state = state
    return generator
