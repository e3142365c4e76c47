"""A call of a student's function and what comes of it, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

ENDED, TIMEOUT = "Ended", "Timeout"  # kinds of an error that no exception has
# What Python raises where code reaches for files, the network or other programs, none of which a workshop needs.
OUTSIDE = (
    "PermissionError",
    "FileNotFoundError",
    "OSError",
    "ConnectionRefusedError",
    "gaierror",
    "BlockingIOError",
    "IsADirectoryError",
    "NotADirectoryError",
    "ConnectionError",
    "TimeoutError",
    "BrokenPipeError",
    "FileExistsError",
)


@dataclass(frozen=True)
class Call:
    """One call of a student's function; `probe` is instead the source of a function `probe` that gets the arguments.

    `record` names functions whose own calls are to be written down meanwhile.
    """

    function: str
    arguments: Sequence[Any] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    record: tuple[str, ...] = ()
    seed: int = 0
    probe: str | None = None


@dataclass(frozen=True)
class Problem:
    """What ended a call: the kind of exception or `Ended`, `Timeout`; the line of the student's file."""

    type: str
    message: str = ""
    line: int | None = None
    function: str = ""
    shapes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    direct: bool = True


@dataclass(frozen=True)
class Record:
    """One call that another function made meanwhile."""

    name: str
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    result: Any


@dataclass(frozen=True)
class Outcome:
    """What came of a call: its result, or the problem; the arguments afterwards, and the places of those changed."""

    result: Any = None
    problem: Problem | None = None
    after: tuple[Any, ...] = ()
    mutated: tuple[int, ...] = ()
    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Other:
    """A value that is not numbers: the name of its type."""

    type: str


@dataclass(frozen=True)
class Tensor:
    """An argument that is to arrive as a tensor of PyTorch."""

    values: np.ndarray
