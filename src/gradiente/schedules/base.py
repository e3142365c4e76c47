"""The contract of a schedule: the learning rate as a function of time, in closed form."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gradiente.concept import Concept
from gradiente.errors import ArgumentError, is_whole, require

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Schedule(metaclass=Concept):
    """α(t), from the learning rate α₀ that the optimizer was given.

    t counts finished epochs (or steps, by `every`): the first one runs at t = 0.
    A schedule has no state; one that monitors the loss gets its whole history.

    Facts about the schedule, read by generic code (a schedule made of others, parity, tests):

        equation    the LaTeX of the formula
        watches     whether it reads the metrics
        chainable   whether it multiplies α₀ by a factor that depends on t alone, in PyTorch's class too
        absolute    whether it sets α by its own numbers, whatever α₀ is: it is no part of another schedule then
        examples    its notation with several options: what tests and parity try
    """

    equation: ClassVar[str] = ""
    watches: ClassVar[bool] = False
    chainable: ClassVar[bool] = False
    absolute: ClassVar[bool] = False
    examples: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        """The learning rate for the epoch that follows t finished ones, whose monitored values are `metrics`."""

    def momentum(self, t: int) -> float | None:
        """The momentum for the same epoch; None leaves the optimizer's own."""
        return None

    def to_torch(self, optimizer: "torch.optim.Optimizer") -> Any:
        """The same schedule for an optimizer of PyTorch.

        Errors: ArgumentError for a custom schedule that does not define it
        """
        raise ArgumentError("schedule.no_torch", schedule=type(self).__name__)


def whole_numbers(least: int, owner: str, name: str, values: Any) -> tuple[int, ...]:
    """A list of whole numbers, each of at least that much, as a tuple."""
    listed = isinstance(values, Iterable) and not isinstance(values, str)
    numbers = tuple(values) if listed else ()
    whole = listed and all(is_whole(number, least) for number in numbers)
    require(whole, "schedule.whole_numbers", owner=owner, name=name, least=least, value=repr(values))
    return tuple(map(int, numbers))


def schedule_parts(owner: str, name: str, values: Any) -> tuple[Schedule, ...]:
    """The schedules that another is made of, at least one, as a tuple."""
    listed = isinstance(values, list | tuple) and len(values) > 0
    known = listed and all(isinstance(value, Schedule) for value in values)
    require(known, "schedule.parts", owner=owner, name=name, value=repr(values))
    for part in values:
        require(not part.absolute, "schedule.absolute", owner=owner, part=type(part).__name__)
    return tuple(values)


def torch_sequence(
    optimizer: "torch.optim.Optimizer", parts: Sequence[Schedule], milestones: Sequence[int]
) -> "torch.optim.lr_scheduler.SequentialLR":
    """PyTorch's schedulers one after another.

    Errors: ArgumentError for a part that PyTorch's SequentialLR cannot contain
    """
    from torch.optim import lr_scheduler

    compound = lr_scheduler.SequentialLR | lr_scheduler.ChainedScheduler | lr_scheduler.ReduceLROnPlateau
    schedulers = [part.to_torch(optimizer) for part in parts]
    for part, scheduler in zip(parts, schedulers, strict=True):
        require(not isinstance(scheduler, compound), "schedule.torch_part", part=type(part).__name__)
    return lr_scheduler.SequentialLR(optimizer, schedulers, list(milestones))
