"""A call of a student's function and what comes of it, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

ENDED, TIMEOUT = "Ended", "Timeout"  # kinds of an error that no exception has
ABSENT = (
    "Absent"  # a call that needs what is absent: a package that is not installed, a file that is not there
)
# While a file is loaded: a statement that the environment has let down, a missing package, one that NumPy stands for.
LEFT_OUT, NOT_INSTALLED, NUMPY_INSTEAD = "LeftOut", "NotInstalled", "NumPyInstead"
# What Python raises where code reaches for files, the network or other programs, none of which a workshop needs.
OUTSIDE = (
    "PermissionError",
    "FileNotFoundError",
    "FileExistsError",
    "IsADirectoryError",
    "NotADirectoryError",
)
OUTSIDE += ("OSError", "BlockingIOError", "BrokenPipeError", "ConnectionError", "ConnectionRefusedError")
OUTSIDE += ("TimeoutError", "gaierror")


@dataclass(frozen=True)
class Call:
    """One call of a student's function; `probe` is instead the source of a function `probe` that gets the arguments.

    `record` names functions whose calls are recorded during it; with `observe` every value that a variable of the
    student's code takes is.
    """

    function: str
    arguments: Sequence[Any] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    record: tuple[str, ...] = ()
    seed: int = 0
    probe: str | None = None
    observe: bool = False


@dataclass(frozen=True)
class Failure:
    """Why a call failed: the type of the exception, or `Ended` or `Timeout`; the line of the student's file."""

    type: str
    message: str = ""
    line: int | None = None
    function: str = ""
    shapes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    direct: bool = True


@dataclass(frozen=True)
class RecordedCall:
    """A call of another function of the file, recorded during the call."""

    name: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    result: Any


@dataclass(frozen=True)
class Event:
    """A variable that has a new value: the function it is in, the line that gave it, its name as `self.W1`, `p['b']`.

    What a function returns has the name `return`. Of equal values the array is one object. `owner` is the number of the
    object whose attribute it is, 0 where it is none's.
    """

    function: str
    line: int
    name: str
    value: np.ndarray
    owner: int = 0

    @property
    def variable(self) -> tuple[str, str]:
        """What holds the value: of an object its attribute, else the function's variable."""
        return (f"#{self.owner}", self.name.rpartition(".")[2]) if self.owner else (self.function, self.name)


@dataclass(frozen=True)
class CallOutcome:
    """The outcome of a call: its result or failure, the arguments afterwards, the positions of those it changed.

    `records` are the calls of the functions that `Call.record` names; `cut` those of them that were called more often
    than is written down. `events` are what was observed, also where the call failed.
    """

    result: Any = None
    failure: Failure | None = None
    after: tuple[Any, ...] = ()
    mutated: tuple[int, ...] = ()
    records: tuple[RecordedCall, ...] = ()
    cut: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class OpaqueValue:
    """A returned value that is not numeric: only the name of its type."""

    type: str


@dataclass(frozen=True)
class Tensor:
    """An argument that arrives as a PyTorch tensor."""

    values: np.ndarray
