"""What a page may ask of its session; anything else is refused."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, get_args, get_type_hints

from gradiente.errors import ArgumentError, GradienteError, require
from gradiente.lab.architecture import Architecture
from gradiente.lab.fork import Edit
from gradiente.lab.rooms import REQUESTS, Request
from gradiente.plain import conforms, require_fields
from gradiente.training.config import Config

FASTEST = 1e6  # steps a second that may be asked for


@dataclass(frozen=True)
class Open:
    """Begin a new run; without an architecture, of the config's network."""

    config: Config
    architecture: Architecture | None


@dataclass(frozen=True)
class OpenFolder:
    """Open the training run that the lab was started with."""


@dataclass(frozen=True)
class Ready:
    """The page has drawn what it got, and takes the next state."""


@dataclass(frozen=True)
class Speak:
    """Say what is said in this language."""

    language: Literal["en", "es"]


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


@dataclass(frozen=True)
class Fork:
    """Begin another run where the first one is, with other settings, or one number of its parameters edited."""

    config: Config
    architecture: Architecture | None
    edit: Edit | None


@dataclass(frozen=True)
class Race:
    """Begin another run from the beginning, and go back there."""

    config: Config
    architecture: Architecture | None


@dataclass(frozen=True)
class Drop:
    """Remove a run that was added: its number, from 1."""

    run: int


@dataclass(frozen=True)
class Refused:
    """What is no message, or asks for what there is not: why, and the kind that it would have been, "" for none."""

    error: GradienteError
    do: str


Message = Open | OpenFolder | Ready | Speak | Play | Pause | GoTo | Advance | Fork | Race | Drop | Request
KINDS: dict[str, type[Message]] = {
    "open": Open,
    "open-folder": OpenFolder,
    "ready": Ready,
    "speak": Speak,
    "play": Play,
    "pause": Pause,
    "go-to": GoTo,
    "advance": Advance,
    "fork": Fork,
    "race": Race,
    "drop": Drop,
    **REQUESTS,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def read(received: str | bytes) -> Message | Refused:
    """The message that came over the wire, as JSON; bytes are none."""
    values: Any = received
    with suppress(ValueError, RecursionError):
        values = json.loads(received) if isinstance(received, str) else received
    try:
        return message_of(values)
    except GradienteError as error:
        return Refused(error, values["do"] if _is_known(values) else "")


def message_of(values: Any) -> Message:
    """The message that plain data describes.

    Errors: ArgumentError for what is none

    >>> message_of({"do": "go-to", "step": 12})
    GoTo(step=12)
    """
    require(_is_known(values), "lab.message", value=_short(values))
    kind = KINDS[values["do"]]
    given = {name: value for name, value in values.items() if name != "do"}
    expected = get_type_hints(kind)
    require(given.keys() == {field.name for field in fields(kind)}, "lab.message", value=_short(values))
    given = {name: _read(value, expected[name]) for name, value in given.items()}
    fits = all(_fits(value, expected[name]) for name, value in given.items())
    require(fits, "lab.message", value=_short(values))
    return kind(**given)


def _is_known(values: Any) -> bool:
    return isinstance(values, Mapping) and isinstance(values.get("do"), str) and values["do"] in KINDS


def _read(value: Any, expected: Any) -> Any:
    """A Config or another dataclass from a mapping; anything else as it is.

    Errors: ArgumentError
    """
    if not isinstance(value, Mapping):
        return value
    kinds: tuple[Any, ...] = get_args(expected) or (expected,)
    for kind in kinds:
        if kind is Config:
            return Config.from_dict(value)
        if isinstance(kind, type) and is_dataclass(kind):
            try:
                require_fields(kind, value)
            except ValueError as error:
                raise ArgumentError("lab.message", value=_short(value)) from error
            return kind(**value)
    return value


def _fits(value: Any, expected: Any) -> bool:
    return conforms(value, expected) and not (isinstance(value, int | float) and not 0 <= value <= FASTEST)


def _short(values: Any) -> str:
    written = ascii(values)
    return written if len(written) <= 80 else f"{written[:79]}…"
