"""The contract of an engine: who executes a training step. The numbers are the formulas', whoever computes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gradiente.errors import require_in
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.penalties import Penalty

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A bound on the gradient of a step; None is no bound.

    Arguments:
        norm: the whole gradient is shortened to this length where it is longer, > 0
        value: every entry is cut to [−value, value], > 0

    Errors: ArgumentError for a bound that is not positive

    >>> Clip(norm=1.0)
    Clip(norm=1.0, value=None)

    Source: torch.nn.utils.clip_grad_norm_ and clip_grad_value_
    """

    norm: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        for name, bound in (("norm", self.norm), ("value", self.value)):
            if bound is not None:
                require_in("(0, inf)", "Clip", **{name: bound})


@dataclass(frozen=True)
class EngineState:
    """How far a training is: steps taken, parameters, running statistics, and what the optimizer remembers."""

    t: int
    theta: Array
    buffers: dict[str, Array]
    slots: dict[str, Array]


class Step(NamedTuple):
    """What one step says: J before the update, the penalties' part of it, and the network's output."""

    value: float
    penalty: float
    prediction: Array


class Engine(ABC):
    """Runs a network's steps: forward, loss, backward, clip, update."""

    name: str

    @abstractmethod
    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        clip: Clip,
        penalties: Sequence[Penalty] = (),
    ) -> None:
        """An engine for that network, at step 0."""

    @abstractmethod
    def step(self, x: Array, y: Array, context: Context, optimizer: Optimizer) -> Step:
        """One step on a batch with that rule. Where the loss is not finite nothing is updated."""

    @abstractmethod
    def predict(self, x: Array) -> Array:
        """The network's output for any number of instances."""

    @abstractmethod
    def state(self) -> EngineState:
        """A copy of where the training is."""

    @abstractmethod
    def load_state(self, state: EngineState) -> None:
        """Go back to where a training was."""
