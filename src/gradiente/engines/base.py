"""The contract of an engine: who executes a training step. The numbers are the formulas', whoever computes."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gradiente.engines.data import HostData
from gradiente.engines.group import Group
from gradiente.layers import Context
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer

Array = np.ndarray


@dataclass(frozen=True)
class EngineState:
    """How far a training is: steps taken, parameters, running statistics, and what the optimizer remembers."""

    t: int
    theta: Array
    buffers: dict[str, Array]
    slots: dict[str, Array]


class StepResult(NamedTuple):
    """What one step says: J before the update, the penalties' part of it, and the network's output.

    Numbers and an array; from an engine that is `deferred`, what `data.fetch` makes into an array.
    """

    value: Any
    penalty: Any
    prediction: Any


class Engine(ABC):
    """Executes a network's steps: forward, loss, backward, clip, update.

    Who speaks with the other processes is its `group`, and where the data lie its `data`. `deferred` says that a
    step's numbers stay on the device until they are fetched, and that the loss is not looked at before the update; it
    may be set to False.
    """

    name: str
    deferred: bool = False
    group: Group
    data: HostData

    @abstractmethod
    def __init__(self, objective: Objective, optimizer: Optimizer) -> None:
        """An engine for that objective, at step 0."""

    def upload(self) -> None:  # noqa: B027  (what computes on the network itself has nothing to copy)
        """Take over the network as it is: parameters, buffers, which layers are frozen."""

    def download(self) -> None:  # noqa: B027
        """Bring the network up to date: parameters, buffers, the gradient of the last step."""

    @abstractmethod
    def step(
        self, x: Any, y: Any, context: Context, optimizer: Optimizer, *, instances: int | None = None
    ) -> StepResult:
        """One step on a batch with that rule. Where the loss is not finite nothing is updated.

        Arguments:
            instances: of the batch over all processes; None: those of x
        """

    def session(self) -> AbstractContextManager[None]:
        """Around all that is computed of a training.

        Errors: ProcessError where another process died; MemoryError
        """
        return nullcontext()

    @abstractmethod
    def predict(self, x: Array) -> Array:
        """The network's output for any number of instances."""

    @abstractmethod
    def state(self) -> EngineState:
        """A copy of where the training is."""

    @abstractmethod
    def load_state(self, state: EngineState) -> None:
        """Go back to where a training was."""

    def generator_state(self, generator: "np.random.Generator") -> Array | None:
        """Where the engine's own generator stands, if layers draw from one that the context's generator has seeded."""
        return None

    def load_generator_state(self, generator: "np.random.Generator", state: Array) -> None:  # noqa: B027
        """Go on drawing where the engine's own generator stood, in contexts that hold that generator."""
