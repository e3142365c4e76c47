"""What a page may ask of its session; anything else is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from gradiente.errors import require
from gradiente.plain import conforms
from gradiente.training.config import Config

FASTEST = 1e6  # steps a second that may be asked for


@dataclass(frozen=True)
class Open:
    """Begin a new run."""

    config: Config


@dataclass(frozen=True)
class Ready:
    """The page has drawn what it got, and takes the next state."""


@dataclass(frozen=True)
class Play:
    """Take steps: so many a second, or None: as many as there can be."""

    speed: float | None


@dataclass(frozen=True)
class Pause:
    """Take no more steps."""


@dataclass(frozen=True)
class GoTo:
    """Go to the moment after so many steps, and pause."""

    step: int


@dataclass(frozen=True)
class Advance:
    """Take so many steps, or those to the end of the epoch, and pause."""

    steps: int
    epoch: bool


Message = Open | Ready | Play | Pause | GoTo | Advance
KINDS: dict[str, type[Message]] = {
    "open": Open,
    "ready": Ready,
    "play": Play,
    "pause": Pause,
    "go-to": GoTo,
    "advance": Advance,
}


def message_of(values: Any) -> Message:
    """The message that plain data describes.

    Errors: ArgumentError for what is none

    >>> message_of({"do": "go-to", "step": 12})
    GoTo(step=12)
    """
    known = isinstance(values, Mapping) and isinstance(values.get("do"), str) and values["do"] in KINDS
    require(known, "lab.message", value=_short(values))
    kind = KINDS[values["do"]]
    given = {name: value for name, value in values.items() if name != "do"}
    expected = get_type_hints(kind)
    require(given.keys() == {field.name for field in fields(kind)}, "lab.message", value=_short(values))
    if kind is Open:
        require(isinstance(given["config"], Mapping), "lab.message", value=_short(values))
        return Open(Config.from_dict(given["config"]))
    fits = all(conforms(value, expected[name]) for name, value in given.items())
    require(fits, "lab.message", value=_short(values))
    numbers = [value for value in given.values() if isinstance(value, int | float)]
    require(all(0 <= number <= FASTEST for number in numbers), "lab.message", value=_short(values))
    return kind(**given)


def _short(values: Any) -> str:
    written = repr(values)
    return written if len(written) <= 80 else f"{written[:79]}…"
