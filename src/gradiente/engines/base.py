"""The contract of an engine: who executes a training step. The numbers are the formulas', whoever computes."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_in
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.optimizers import Optimizer

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
class OptimizerState:
    """How far a training is: steps taken, parameters, and what the optimizer remembers. A copy, or a place."""

    t: int
    theta: Array
    slots: dict[str, Array]

    def copy(self) -> "OptimizerState":
        """The same numbers in arrays of their own."""
        return OptimizerState(
            self.t, self.theta.copy(), {name: slot.copy() for name, slot in self.slots.items()}
        )


class Engine(ABC):
    """Runs a network's steps: forward, loss, backward, clip, update."""

    name: str

    @abstractmethod
    def __init__(self, network: Network, loss: Loss, optimizer: Optimizer, clip: Clip) -> None:
        """An engine for that network, at step 0."""

    @abstractmethod
    def step(self, x: Array, y: Array, context: Context, optimizer: Optimizer) -> tuple[float, Array]:
        """One step on a batch with that rule: its loss before the update, and the network's output.

        Where the loss is not finite nothing is updated.
        """

    @abstractmethod
    def predict(self, x: Array) -> Array:
        """The network's output for any number of instances."""

    @abstractmethod
    def state(self) -> OptimizerState:
        """A copy of where the training is."""

    @abstractmethod
    def load_state(self, state: OptimizerState) -> None:
        """Go back to where a training was."""
