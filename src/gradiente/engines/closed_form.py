"""A step by the closed forms; subclasses execute the update rule."""

from abc import abstractmethod
from contextlib import nullcontext

import numpy as np

from gradiente.engines.base import Engine, EngineState, StepResult
from gradiente.engines.data import HostData
from gradiente.engines.group import Group, launched
from gradiente.errors import require
from gradiente.layers import Context
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.threads import single_threaded_products

Array = np.ndarray


class ClosedFormEngine(Engine):
    """Forward and backward as the layers write them, in NumPy; then the rule, over the flat array."""

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        *,
        parameter_groups: ParameterGroups | None = None,
    ) -> None:
        count = launched().world_size
        require(count == 1, "engine.processes", engine=self.name, count=count)
        self.group, self.data = Group(), HostData()
        self.objective = objective
        self.parameter_groups = parameter_groups or ParameterGroups()
        self.network = objective.network
        shared = any(node.layer.shares_batch for node in self.network.nodes)
        self.threads = single_threaded_products if shared else nullcontext
        self.t = 0
        self.slots = optimizer.initial_slots(self.network.theta)

    def step(
        self,
        x: Array,
        y: Array,
        context: Context,
        optimizer: Optimizer,
        *,
        divisor: float | None = None,
        weights: Array | None = None,
    ) -> StepResult:
        with self.threads():
            done = self.objective.forward(x, y, context, weights)
            if done.finite:
                self.objective.backward(done, y, weights)
                self.objective.clip.apply(self.network.gradient)
                self.network.update_buffers(done.caches)
                self.t += 1
                self._update(optimizer)
        return StepResult(done.value, done.penalty, done.prediction)

    def predict(self, x: Array) -> Array:
        with self.threads():
            return self.network.predict(x)

    def state(self) -> EngineState:
        buffers, slots = (
            {name: array.copy() for name, array in arrays.items()}
            for arrays in (self.network.buffers, self.slots)
        )
        return EngineState(self.t, self.network.theta.copy(), buffers, slots)

    def load_state(self, state: EngineState) -> None:
        self.t = state.t
        self.network.restore(state.theta, state.buffers)
        for name, slot in self.slots.items():
            slot[...] = state.slots[name]

    @abstractmethod
    def _update(self, optimizer: Optimizer) -> None:
        """Execute the rule for step self.t, in place, on the network's parameters and the slots."""
