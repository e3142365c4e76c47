"""By which rule the rows of a data set are split, into training, validation and test parts, and into folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gradiente.data.splits.by_group import group_split
from gradiente.data.splits.in_time import time_split
from gradiente.data.splits.stratified import stratified_split
from gradiente.errors import ArgumentError, DataError
from gradiente.formatting import count
from gradiente.locale import text

Rows = np.ndarray  # row numbers, from 0


@dataclass(frozen=True)
class SplitRule:
    """At random and class by class; in time, or by whole groups, which a column says.

    >>> SplitRule.parse("time:date")
    SplitRule(kind='time', column='date')

    Errors: ArgumentError of `parse` for anything but "random", "time:COLUMN" and "group:COLUMN"
    """

    kind: Literal["random", "time", "group"] = "random"
    column: str | None = None

    @classmethod
    def parse(cls, words: str | None) -> "SplitRule":
        """The rule that is written so; None is "random"."""
        if words in (None, "random"):
            return cls()
        kind, _, column = words.partition(":")
        if kind not in ("time", "group") or not column.strip():
            raise ArgumentError("split.rule", got=repr(words))
        return cls(kind, column.strip())

    def __str__(self) -> str:
        return self.kind if self.column is None else f"{self.kind}:{self.column}"


AT_RANDOM = SplitRule()


@dataclass(frozen=True, eq=False)
class Origin:
    """Where the rows of a data set come from, and what they are split by.

    Arguments:
        rows: their numbers in the table, the first below its header is 1
        rule: of every split
        values: of the rule's column, one a row: a time in any unit, or the number of a group; None: at random
    """

    rows: np.ndarray
    rule: SplitRule = AT_RANDOM
    values: np.ndarray | None = None

    def take(self, rows: Rows) -> "Origin":
        """Of those rows, in that order."""
        return Origin(self.rows[rows], self.rule, None if self.values is None else self.values[rows])


def hold_out(
    y: np.ndarray,
    fraction: float,
    seed: int,
    *,
    origin: Origin | None = None,
    part: str = "test",
    classes: Sequence[str] = (),
) -> tuple[Rows, Rows]:
    """Row numbers to keep and to hold out, by the rule of their origin.

    Arguments:
        y, fraction, seed, part, classes: as of `stratified_split`
        origin: of the rows; None: they are split at random

    Errors: as of `stratified_split`, `time_split` and `group_split`; DataError for a class that is only in the part
        held out
    """
    if origin is None or origin.values is None:
        return stratified_split(y, fraction, seed, part=part, classes=classes)
    if origin.rule.kind == "time":
        kept, held_out = time_split(origin.values, fraction)
    else:
        kept, held_out = group_split(origin.values, y, fraction, seed)
    require_seen(y, kept, held_out, origin.rule, text(f"split.part.{part}"), classes)
    return kept, held_out


def require_seen(
    y: np.ndarray, kept: Rows, held_out: Rows, rule: SplitRule, part: str, classes: Sequence[str]
) -> None:
    """Raise a DataError for a class of the part that is held out, of which no row is kept."""
    if y.dtype.kind == "f":
        return
    unseen = np.setdiff1d(y[held_out], y[kept])
    if unseen.size:
        label = classes[unseen[0]] if classes else unseen[0]
        rows = count(int((y == unseen[0]).sum()))
        raise DataError("split.unseen", rule=rule, label=label, count=rows, part=part)
