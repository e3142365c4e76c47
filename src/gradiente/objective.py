"""The objective J and its gradient, shared by training, trace and parity."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradiente.clip import Clip
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.penalties import Penalty

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A forward pass: the network's output, the cache of every layer, the two parts of J."""

    prediction: Array
    caches: list[Any]
    loss: float
    penalty: float

    @property
    def value(self) -> float:
        """J"""
        return self.loss + self.penalty

    @property
    def finite(self) -> bool:
        return math.isfinite(self.value)


@dataclass(frozen=True, eq=False)
class Objective:
    r"""J of a network: the loss of its output, and the penalties of every trainable weight.

    Equation:   J = loss(network(x), y, w) + Σ penalty(W),   where w are the weights of the instances, if they have any
    Derivative: ∂J/∂θ by back-propagation, + ∂penalty/∂W; `clip` then bounds it

    Arguments:
        network: whose parameters are learned
        loss: of its output
        penalties: of its weights; biases and frozen layers are left out
        clip: gradient clipping before the optimizer

    Errors: ArgumentError for a loss that is not reduced to one number

    >>> from gradiente.layers import Linear
    >>> from gradiente.losses import MSELoss
    >>> objective = Objective(Network([Linear(1, 1, bias=False)]), MSELoss())
    >>> objective.network.theta[...] = 3.0
    >>> step = objective.forward(np.array([[1.0]]), np.array([[1.0]]), Context(training=True))
    >>> objective.backward(step, np.array([[1.0]]))
    >>> step.value, objective.network.gradient.tolist()
    (4.0, [4.0])
    """

    network: Network
    loss: Loss
    penalties: Sequence[Penalty] = ()
    clip: Clip = field(default_factory=Clip)

    def __post_init__(self) -> None:
        self.loss.require_number()

    def forward(self, x: Array, y: Array, context: Context, weights: Array | None = None) -> Evaluation:
        """J on a batch; the network is not changed."""
        prediction, caches = self.network.forward(x, context)
        return Evaluation(prediction, caches, self.loss.value(prediction, y, weights), self.penalty())

    def penalty(self) -> float:
        """The penalties of the trainable weights."""
        if not self.penalties:
            return 0.0
        return sum(
            penalty.value(weight) for weight, _ in self.network.weights() for penalty in self.penalties
        )

    def backward(self, evaluation: Evaluation, y: Array, weights: Array | None = None) -> None:
        """Fill the network's gradient with ∂J/∂θ, not clipped."""
        self.network.backward(evaluation.caches, self.loss.gradient(evaluation.prediction, y, weights))
        self.add_penalties()

    def add_penalties(self) -> None:
        """Add the gradient of every penalty to that of its weight."""
        if self.penalties:
            for weight, gradient in self.network.weights():
                for penalty in self.penalties:
                    gradient += penalty.gradient(weight)
