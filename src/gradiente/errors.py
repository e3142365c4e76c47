"""The errors: what was expected, what came, and what to do, in the reader's language."""

from collections.abc import Iterable, Sequence
from functools import partial
from numbers import Integral, Real
from typing import Any

from gradiente.locale import text

MOST_COMPARED, MOST_SHOWN = 2_000, 100  # names, as of the columns of a table


class GradienteError(Exception):
    """An error whose words come from the catalogue: `raise ShapeError("linear.shape", layer=…, got=…)`.

    `exit_status` is that of the command line: 1 for a failure, 2 for a usage error.
    """

    exit_status = 1

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        return text(f"error.{self.key}", **self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), self.key, **self.values), ()


class ArgumentError(GradienteError, ValueError):
    """An invalid name, option or hyperparameter: a usage error."""

    exit_status = 2


class ShapeError(GradienteError, ValueError):
    """An array whose shape or dtype does not fit."""


class DataError(GradienteError, ValueError):
    """Data that cannot be learned from: missing, infinite, of one class, out of range."""


class FileError(GradienteError):
    """A file or folder that is missing, corrupt, of another network, or cannot be written."""


class DivergenceError(GradienteError, ArithmeticError):
    """The loss became NaN or infinite; the message is the diagnosis."""


class ProcessError(GradienteError):
    """Another process of the same training run died."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that suggests the nearest known name, then lists all of them, or the first of very many."""
    from difflib import get_close_matches

    known = sorted(known)
    folded = {candidate.casefold(): candidate for candidate in known[:MOST_COMPARED]}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    names = ", ".join(known[:MOST_SHOWN]) + (", …" if len(known) > MOST_SHOWN else "")
    if near:
        return text("error.did_you_mean", nearest=folded[near[0]], known=names)
    return text("error.known_names", known=names)


def require(condition: bool, key: str, /, **values: object) -> None:
    """Raise ArgumentError(key, …) unless the condition holds: the one-line guard of a hyperparameter.

    A value that takes work, such as a hint or the repr of a layer, is for `if not …: raise ArgumentError(…)`.
    """
    if not condition:
        raise ArgumentError(key, **values)


def require_in(interval: str, owner: str, **values: float) -> None:
    """Every value is a number, not True, inside the interval, written as in a book: "[0, 1)", "(-inf, inf)"."""
    low, high = (float(end) for end in interval[1:-1].split(","))
    for name, value in values.items():
        inside = (
            isinstance(value, Real)
            and not isinstance(value, bool)
            and (low < value or (interval[0] == "[" and value == low))
            and (value < high or (interval[-1] == "]" and value == high))
        )
        if not inside:
            raise ArgumentError("interval", owner=owner, name=name, interval=interval, value=repr(value))


def is_whole(value: object, least: int | None = None) -> bool:
    """Whether a value is a whole number, of at least that much; True and 2.0 are none."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        return False
    return least is None or int(value) >= least


def require_whole(least: int, owner: str, **values: int) -> None:
    """Every value is a whole number of at least that much."""
    for name, value in values.items():
        if not is_whole(value, least):
            raise ArgumentError("whole", owner=owner, name=name, least=least, value=repr(value))


def require_flag(owner: str, **flags: bool) -> None:
    """Every flag is True or False."""
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise ArgumentError("flag", owner=owner, name=name, value=repr(value))


def require_one_of(choices: Sequence[object], owner: str, **values: object) -> None:
    """Every value is one of the choices; 1 is not True."""
    for name, value in values.items():
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            known = ", ".join(map(repr, choices))
            raise ArgumentError("one_of", owner=owner, name=name, choices=known, value=repr(value))


def require_installed(package: str, *, extra: str) -> None:
    """Raise an error with the install command unless an optional package is installed.

    Arguments:
        extra: the name under which gradiente asks for it
    """
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise ArgumentError("package.missing", package=package, command=f'pip install "gradiente[{extra}]"')
