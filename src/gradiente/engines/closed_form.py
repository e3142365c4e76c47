"""A step by the closed forms; how the rule is carried out is left open."""

import math
from abc import abstractmethod

import numpy as np

from gradiente.engines.base import Clip, Engine, OptimizerState
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.optimizers import Optimizer

Array = np.ndarray


class ClosedFormEngine(Engine):
    """Forward and backward as the layers write them, in NumPy; then the rule, over the flat array."""

    def __init__(self, network: Network, loss: Loss, optimizer: Optimizer, clip: Clip) -> None:
        self.network = network
        self.loss = loss
        self.clip = clip
        self.t = 0
        self.slots = optimizer.initial_slots(network.theta)

    def step(self, x: Array, y: Array, context: Context, optimizer: Optimizer) -> tuple[float, Array]:
        network = self.network
        prediction, caches = network.forward(x, context)
        value = self.loss.value(prediction, y)
        if math.isfinite(value):
            network.backward(caches, self.loss.gradient(prediction, y))
            clip_gradient(network.gradient, self.clip)
            self.t += 1
            self._update(optimizer)
        return value, prediction

    def predict(self, x: Array) -> Array:
        return self.network.predict(x)

    def state(self) -> OptimizerState:
        return OptimizerState(self.t, self.network.theta, self.slots).copy()

    def load_state(self, state: OptimizerState) -> None:
        self.t = state.t
        self.network.theta[...] = state.theta
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
