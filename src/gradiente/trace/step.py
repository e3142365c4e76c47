"""One training step, executed as by an engine, with all its intermediate values."""

from collections.abc import Callable, Mapping
from copy import copy
from types import MappingProxyType
from typing import Any

import numpy as np

from gradiente.errors import DataError, ShapeError, require
from gradiente.layers import Context
from gradiente.layers.graph import Node
from gradiente.losses import Loss
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups

Array = np.ndarray


class TracedStep:
    """Forward, loss, backward, clip and update in float64, on a copy of the network; instances are rows.

    `values` are x and the output of every node, the last one the prediction; `deltas` are ∂J/∂ of each. `gradients`,
    `clipped`, `slots` (before and after the step) and `updated` are by PyTorch's parameter names, without those of
    frozen layers; `rules` are the optimizer with what each parameter has of its own.
    """

    def __init__(
        self,
        objective: Objective,
        x: Any,
        y: Any,
        weights: Any,
        optimizer: Optimizer | None,
        parameter_groups: ParameterGroups,
        slots: Mapping[str, Any] | None,
        t: int,
        training: bool,
        generator: "np.random.Generator",
        dropout: float = 1.0,
    ) -> None:
        self.network = objective.network.astype(np.float64)
        self.objective = Objective(self.network, objective.loss, objective.penalties, objective.clip)
        self.optimizer, self.t, self.training, self.dropout = optimizer, t, training, dropout
        self.parameter_groups = parameter_groups
        self.rules: dict[str, Optimizer] = {}
        self.target = np.array(y)
        given = objective.loss.instance_weights(weights, self.target)
        self.weights = None if given is None else given.astype(np.float64)
        x = np.array(self.network.as_batch(x))
        if len(x) == 0:
            raise DataError("trace.empty")
        self._forward(x, generator)
        objective.loss.require_counted(self.target, self.weights)
        self._backward()
        self.fresh = t == 1 and slots is None
        self.slots_before: dict[str, dict[str, Array]] = {}
        self.slots_after: dict[str, dict[str, Array]] = {}
        self.updated: dict[str, Array] = {}
        require(optimizer is not None or slots is None, "trace.slots_alone")
        if optimizer is not None:
            self._update(optimizer, slots)

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.network.nodes

    @property
    def loss(self) -> Loss:
        return self.objective.loss

    @property
    def prediction(self) -> Array:
        return self.values[-1]

    @property
    def cost(self) -> float:
        return self.loss_value + self.penalty

    def input_of(self, place: int) -> int:
        """The value that goes into the node at that place; of a sum the first."""
        return self.nodes[place].inputs[0]

    def users(self, value: int) -> list[int]:
        """The places of the nodes that a value goes into."""
        return [place for place, node in enumerate(self.nodes) if value in node.inputs]

    def cost_from(self, place: int, changed: Mapping[int, Array] = MappingProxyType({})) -> float:
        """J, computed again from the node at that place on, with some values replaced; layers draw what they drew."""
        values = [changed.get(k, value) for k, value in enumerate(self.values)]
        for index in range(place, len(self.nodes)):
            parameters = self.network.node_parameters(index)
            values[index + 1], _ = self.nodes[index].forward(parameters, values, self.node_context(index))
        return self.loss.value(values[-1], self.target, self.weights) + self.objective.penalty()

    def apart(self) -> "TracedStep":
        """The same step with a network of its own: its parameters may be changed while another thread reads these."""
        other = copy(self)
        other.network = self.network.astype(np.float64)
        kept = self.objective
        other.objective = Objective(other.network, kept.loss, kept.penalties, kept.clip)
        return other

    def context(self, place: int) -> Context:
        """What the forward pass of a node had: training or not, and a generator in the state of then."""
        return self._context(_generator(self._draws[place]))

    def node_context(self, place: int) -> Context:
        """The same with the layer's own running statistics."""
        return self.network.node_context(place, self.context(place))

    def is_penalized(self, name: str) -> bool:
        """Whether a parameter is one that penalties act on."""
        return bool(self.objective.penalties) and name in self.network.weight_names

    def _context(self, generator: "np.random.Generator") -> Context:
        return Context(training=self.training, generator=generator, dropout=self.dropout)

    def _forward(self, x: Array, generator: "np.random.Generator") -> None:
        self._draws = [generator.bit_generator.state]
        self.values, self.caches = [x], []
        for y, cache in self.network.walk(x, self._context(generator)):
            self.values.append(y)
            self.caches.append(cache)
            self._draws.append(generator.bit_generator.state)
        self.loss_value = self.loss.value(self.prediction, self.target, self.weights)
        self.penalty = self.objective.penalty()

    def _backward(self) -> None:
        network = self.network
        delta = self.loss.gradient(self.prediction, self.target, self.weights)
        deltas = dict(network.walk_back(self.caches, delta, input_gradient=True))
        self.deltas = [deltas[k] for k in range(len(self.values))]
        self.objective.add_penalties()
        self.gradients = {name: value.copy() for name, value in network.trainable_gradients().items()}
        self.clip_scale = self.objective.clip.apply(network.gradient)
        self.clipped = network.trainable_gradients()

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
        self.rules = self.parameter_groups.rules(self.network, optimizer)
        for name, gradient in self.clipped.items():
            self.slots_before[name] = {slot: views[name] for slot, views in before.items()}
            self.updated[name], self.slots_after[name] = self.rules[name].rule(
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
