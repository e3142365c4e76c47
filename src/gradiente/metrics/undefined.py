"""A metric that is not defined on the data it is given: what is said of it, and to whom."""

import math
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from gradiente.formatting import measure_name, short
from gradiente.locale import text

MOST_NAMED = 8  # classes of one message
_collected: ContextVar[list["Undefined"] | None] = ContextVar("undefined", default=None)


@dataclass(frozen=True)
class Undefined:
    """A metric that is 0/0: where, and what it counts as instead.

    Arguments:
        metric: its name, as that of its function
        value: what counts instead: a number, or NaN for nothing
        classes: those of which it is not defined; none where the metric as a whole is not
        rows: in how many rows it is not defined, and of how many, where it is a mean over rows

    >>> print(Undefined("precision", 0, classes=(3,)))
    precision is not defined for class 3 (never predicted): counted as 0
    """

    metric: str
    value: float
    classes: tuple[int, ...] = ()
    rows: tuple[int, int] | None = None

    def sentence(self, names: Sequence[str] = ()) -> str:
        """One line for a person, in the reader's language.

        Arguments:
            names: of the classes; by default their numbers

        >>> Undefined("recall", 0, classes=(0, 2)).sentence(["cat", "dog", "cow"])
        'recall is not defined for the classes cat, cow (no instances): counted as 0'
        """
        of_classes, (rows, total) = bool(self.classes), self.rows or (0, 0)
        form = "rows" if rows else ("class", "classes")[len(self.classes) > 1] if of_classes else "whole"
        listed = [names[k] if k < len(names) else str(k) for k in self.classes[:MOST_NAMED]]
        more = ["…"] if len(self.classes) > MOST_NAMED else []
        return text(
            f"undefined.{form}",
            metric=measure_name(self.metric),
            classes=", ".join([*listed, *more]),
            rows=rows,
            total=total,
            reason=text(f"undefined.reason.{self.metric}{'.class' if of_classes else ''}"),
            result=self._result(),
        )

    def _result(self) -> str:
        if math.isnan(self.value):
            return text("undefined.left_out" if self.classes or self.rows else "undefined.no_value")
        return text("undefined.counted", value=short(self.value))

    def __str__(self) -> str:
        return self.sentence()


class UndefinedMetricWarning(UserWarning):
    """A metric is not defined on the data it was given; `undefined` says which and where."""

    def __init__(self, undefined: Undefined) -> None:
        super().__init__(undefined)
        self.undefined = undefined


def say(undefined: Undefined) -> None:
    """Warn the caller, or tell the `undefined_metrics` block around."""
    collected = _collected.get()
    if collected is not None:
        collected.append(undefined)
    else:
        warnings.warn(UndefinedMetricWarning(undefined), stacklevel=_level_of_the_caller())


@contextmanager
def undefined_metrics() -> Iterator[list[Undefined]]:
    """A context manager: what is not defined inside its block comes into its list, and there is no warning.

    Unlike Python's `warnings.catch_warnings` it is of this context alone, so two threads do not disturb each other.

    >>> from gradiente.metrics import precision
    >>> with undefined_metrics() as undefined:
    ...     precision([0, 1], [0, 0])
    0.0
    >>> [str(entry) for entry in undefined]
    ['precision is not defined for class 1 (never predicted): counted as 0']
    """
    collected: list[Undefined] = []
    token = _collected.set(collected)
    try:
        yield collected
    finally:
        _collected.reset(token)


def _level_of_the_caller() -> int:
    """How many calls lie between `say` and the line, outside of this package, that asked for the metric."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("gradiente."):
        frame, level = frame.f_back, level + 1
    return level
