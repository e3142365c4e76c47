"""The contract of a schedule: the learning rate as a function of time, in closed form."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gradiente.concept import Concept
from gradiente.errors import ArgumentError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class Schedule(metaclass=Concept):
    """α(t), from the learning rate α₀ that the optimizer was given.

    t counts finished epochs (or steps, by `every`): the first one runs at t = 0.
    A schedule has no state; one that monitors the loss gets its whole history.

    `equation` is the LaTeX of the formula; `watches` means that it reads the metrics; `examples` are its notation with
    several options: what tests and parity try.
    """

    equation: ClassVar[str] = ""
    watches: ClassVar[bool] = False
    examples: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        """The learning rate for the epoch that follows t finished ones, whose monitored values are `metrics`."""

    def to_torch(self, optimizer: "torch.optim.Optimizer") -> Any:
        """The same schedule for an optimizer of PyTorch.

        Errors: ArgumentError for a custom schedule that does not define it
        """
        raise ArgumentError("schedule.no_torch", schedule=type(self).__name__)
