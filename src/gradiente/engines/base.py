"""The contract of an engine: who executes a training step. The numbers are the formulas', whoever computes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from gradiente.layers import Context
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer

Array = np.ndarray
T = TypeVar("T")


@dataclass(frozen=True)
class EngineState:
    """How far a training is: steps taken, parameters, running statistics, and what the optimizer remembers."""

    t: int
    theta: Array
    buffers: dict[str, Array]
    slots: dict[str, Array]


class Batch(NamedTuple):
    """A batch as an engine computes with it: row numbers of the data set, x and y of those rows.

    Where several processes share a training, `rows` are this one's, and `whole` those of all of them.
    """

    rows: Array
    x: Any
    y: Any
    whole: Array


class StepResult(NamedTuple):
    """What one step says: J before the update, the penalties' part of it, and the network's output.

    Numbers and an array; from an engine that is `deferred`, what `fetch` makes into an array.
    """

    value: Any
    penalty: Any
    prediction: Any


class Engine(ABC):
    """Runs a network's steps: forward, loss, backward, clip, update.

    `deferred` says that a step's numbers stay on the device until they are asked for, and that the loss is not
    looked at before the update; it may be set to False. `rank` is the number of this process among `processes` that
    share the training.
    """

    name: str
    deferred: bool = False
    rank: int = 0
    processes: int = 1

    @abstractmethod
    def __init__(self, objective: Objective, optimizer: Optimizer) -> None:
        """An engine for that objective, at step 0."""

    def start(self) -> None:  # noqa: B027  (what computes on the network itself has nothing to take over)
        """Take over the network as it is: parameters, buffers, what is frozen."""

    def settle(self) -> None:  # noqa: B027
        """Bring the network up to date: parameters, buffers, the gradient of the last step."""

    def batches(
        self,
        x: Array,
        y: Array,
        order: Iterable[Array],
        change: Callable[[Array], Array] | None = None,
    ) -> Iterator[Batch]:
        """The batches of an epoch, one for each array of row numbers, their x changed where that is asked for."""
        for rows in order:
            yield Batch(rows, x[rows] if change is None else change(x[rows]), y[rows], rows)

    @abstractmethod
    def step(
        self, x: Any, y: Any, context: Context, optimizer: Optimizer, *, instances: int | None = None
    ) -> StepResult:
        """One step on a batch with that rule. Where the loss is not finite nothing is updated.

        Arguments:
            instances: of the batch over all processes; None: those of x
        """

    def fetch(self, parts: Sequence[Any]) -> Array:
        """What several steps said, joined along the first axis; numbers become a vector."""
        return np.concatenate([np.atleast_1d(part) for part in parts])

    def total(self, counts: Array) -> Array:
        """The sum of what every process counted."""
        return counts

    def agree(self, wish: bool, step: int) -> bool:
        """Whether any process wishes to stop, found together before that step of the epoch."""
        return wish

    def first(self, work: "Callable[[], T]") -> T:
        """What the first process finds by that work, for all of them; an error it meets is everybody's."""
        return work()

    def together(self) -> AbstractContextManager[None]:
        """Around all that is computed of a training: the loss of another process ends this one with a message."""
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
