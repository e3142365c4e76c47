"""The contract of an engine, which executes training steps; all engines compute the same formulas."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gradiente.engines.data import HostData
from gradiente.engines.group import Group
from gradiente.layers import Context
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups

Array = np.ndarray


@dataclass(frozen=True)
class EngineState:
    """The state of an engine: steps taken, parameters, running statistics, and optimizer state."""

    t: int
    theta: Array
    buffers: dict[str, Array]
    slots: dict[str, Array]


class StepResult(NamedTuple):
    """The result of one step: J before the update, the penalties' part of it, and the network's output.

    Numbers and an array; from an engine that is `deferred`, what `data.fetch` makes into an array.
    """

    value: Any
    penalty: Any
    prediction: Any


class Steps(NamedTuple):
    """The results of several steps: arrays with J and the penalties' part of it, and the output row after row.

    `taken` is how many changed the network. Where it is smaller than the number of values, J of the last one is not
    finite; where that step's data are not `valid` for the loss, its value means nothing.
    """

    taken: int
    valid: bool
    values: Array
    penalties: Array
    prediction: Array


class RepeatedSteps(NamedTuple):
    """The results of several steps on the same batch, those that were taken.

    Shapes: values (steps,), prediction (steps, instances, outputs), thetas and gradients (steps, parameters), after
        each step
    """

    values: Array
    prediction: Array
    thetas: Array
    gradients: Array


class Engine(ABC):
    """Executes a network's steps: forward, loss, backward, clip, update.

    Its `group` communicates with the other processes, and its `data` stores the data; `parameter_groups` are where the
    update of some parameters differs. `deferred` means that a step's numbers stay on the device until they are fetched,
    and that the loss is not looked at before the update; it may be set to False. `batch_size` may be set to the rows of
    all batches but the last of an epoch.
    """

    name: str
    deferred: bool = False
    batch_size: int = 0
    objective: Objective
    group: Group
    data: HostData
    parameter_groups: ParameterGroups

    @abstractmethod
    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        *,
        parameter_groups: ParameterGroups | None = None,
    ) -> None:
        """An engine for that objective, at step 0."""

    def upload(self) -> None:  # noqa: B027  (what computes on the network itself has nothing to copy)
        """Copy the network to the engine: parameters, buffers, which layers are frozen."""

    def download(self) -> None:  # noqa: B027
        """Copy the engine's state to the network: parameters, buffers, the gradient of the last step."""

    @abstractmethod
    def step(
        self,
        x: Any,
        y: Any,
        context: Context,
        optimizer: Optimizer,
        *,
        divisor: float | None = None,
        weights: Any = None,
    ) -> StepResult:
        """One step on a batch with that rule. Where the loss is not finite nothing is updated.

        Arguments:
            divisor: of the loss for the batch over all processes (Loss.divisor); None: that for y
            weights: of the instances; None: they have none
        """

    def steps(
        self,
        x: Array,
        y: Array,
        rows: Sequence[Array],
        context: Context,
        optimizer: Optimizer,
        divisors: Sequence[float],
        weights: Array | None = None,
    ) -> Steps | None:
        """One step after the other on these rows of x and y, or the first few of them; None: take single steps.

        Arguments:
            divisors: of the loss, for each step
            weights: of all instances, as x and y; None: they have none
        """
        return None

    def repeated(
        self,
        x: Array,
        y: Array,
        rows: Array,
        context: Context,
        optimizer: Optimizer,
        divisor: float,
        times: int,
        weights: Array | None = None,
    ) -> RepeatedSteps | None:
        """So many steps, each on the same rows, or the first few of them; None: take single steps."""
        return None

    def session(self) -> AbstractContextManager[None]:
        """Context manager around all computations of a training run.

        Errors: ProcessError where another process died; MemoryError
        """
        return nullcontext()

    @abstractmethod
    def predict(self, x: Array) -> Array:
        """The network's output for any number of instances."""

    @abstractmethod
    def state(self) -> EngineState:
        """A copy of the engine's state."""

    @abstractmethod
    def load_state(self, state: EngineState) -> None:
        """Restore a state."""

    def generator_state(self, generator: "np.random.Generator") -> Array | None:
        """The state of the engine's own generator, if layers draw from one seeded by the context's generator."""
        return None

    def load_generator_state(self, generator: "np.random.Generator", state: Array) -> None:  # noqa: B027
        """Restore the state of the engine's own generator, for contexts with that generator."""
