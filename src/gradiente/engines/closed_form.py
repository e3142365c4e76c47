"""A step by the closed forms; how the rule is carried out is left open."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import nullcontext

import numpy as np

from gradiente.engines.base import Clip, Engine, EngineState, Step
from gradiente.engines.processes import Processes
from gradiente.errors import require
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.penalties import Penalty, penalize
from gradiente.threads import sharing

Array = np.ndarray


class ClosedFormEngine(Engine):
    """Forward and backward as the layers write them, in NumPy; then the rule, over the flat array."""

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        clip: Clip,
        penalties: Sequence[Penalty] = (),
    ) -> None:
        launched = Processes.launched().count
        require(launched == 1, "engine.processes", engine=self.name, count=launched)
        self.network = network
        self.loss = loss
        self.clip = clip
        self.penalties = penalties
        self.threads = sharing if any(layer.shares_batch for layer in network.layers) else nullcontext
        self.t = 0
        self.slots = optimizer.initial_slots(network.theta)

    def step(
        self, x: Array, y: Array, context: Context, optimizer: Optimizer, *, instances: int | None = None
    ) -> Step:
        with self.threads():
            return self._step(x, y, context, optimizer)

    def _step(self, x: Array, y: Array, context: Context, optimizer: Optimizer) -> Step:
        network = self.network
        prediction, caches = network.forward(x, context)
        value, penalty = self.loss.value(prediction, y), 0.0
        if math.isfinite(value):
            network.backward(caches, self.loss.gradient(prediction, y))
            if self.penalties:
                penalty = penalize(self.penalties, network.weights())
        if math.isfinite(value + penalty):
            clip_gradient(network.gradient, self.clip)
            network.update_buffers(caches)
            self.t += 1
            self._update(optimizer)
        return Step(value + penalty, penalty, prediction)

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
        """Carry out the rule for step self.t, in place, on the network's parameters and the slots."""


def clip_gradient(gradient: Array, clip: Clip) -> None:
    """Shorten the gradient in place: first entry by entry, then as a whole."""
    if clip.value is not None:
        np.clip(gradient, -clip.value, clip.value, out=gradient)
    if clip.norm is not None:
        length = math.sqrt(float(gradient @ gradient))
        gradient *= min(1.0, clip.norm / (length + 1e-6))
