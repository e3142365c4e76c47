"""What each column of a data set holds, with its evidence."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gradiente.formatting import count, share, short
from gradiente.locale import text

Array = np.ndarray
SHOWN = 3  # of the categories or texts of a column, the most frequent first
SHOWN_LETTERS = 24  # of each


@dataclass(frozen=True)
class ColumnFacts:
    """What a column holds.

    Arguments:
        name: of the column
        kind: "numbers", "whole" numbers, "categories", "text" that is different in almost every row, "dates", "classes"
            and "numbers" of a target, or "empty"
        values: how many there are
        missing: how many are not there
        different: how many different ones there are
        evidence: the ends of numbers; the most frequent words and how often each is there
        is_target: whether it is what a network is to answer
    """

    name: str
    kind: str
    values: int
    missing: int
    different: int
    evidence: str
    is_target: bool = False

    @property
    def kind_in_words(self) -> str:
        """In the reader's language."""
        return text(f"check.kind.{self.kind}")

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def is_missing(column: Array) -> Array:
    """Which values of a column are not there: NaN among numbers, "" among words."""
    return column == "" if column.dtype.kind == "U" else np.isnan(column)


def facts_of(
    name: str, column: Array, *, is_target: bool = False, classes: bool = False, dates: bool = False
) -> ColumnFacts:
    """What a column holds.

    Arguments:
        column: numbers, NaN where one is missing, or words, "" where one is
        classes: whether its words are the classes of a target
        dates: whether its words are dates
    """
    gaps = is_missing(column)
    present = column[~gaps]
    values, counts = np.unique(present, return_counts=True)
    numbers = column.dtype.kind == "f"
    if not len(present):
        kind, evidence = "empty", ""
    elif numbers and not classes:
        kind = "whole" if (values == np.round(values)).all() else "numbers"
        evidence = f"{_end(float(values[0]))} … {_end(float(values[-1]))}"
    else:
        unlike = len(values) > 0.5 * len(present) and len(values) > SHOWN and not classes
        kind = "classes" if classes else "dates" if dates else "text" if unlike else "categories"
        first = np.argsort(-counts, kind="stable")[:SHOWN]
        words = [_cut(str(values[place])) for place in first]
        if not unlike:
            words = [f"{word} {count(int(counts[place]))}" for word, place in zip(words, first, strict=True)]
        if classes:  # what always answering the most frequent one gets right
            words[0] += f" ({share(float(counts.max() / len(present)))})"
        evidence = ", ".join(words) + (", …" if len(values) > SHOWN else "")
    return ColumnFacts(name, kind, len(present), int(gaps.sum()), len(values), evidence, is_target)


def _end(value: float) -> str:
    """A whole number in full, as long as it is exact; another one as short as it can be."""
    if value != round(value) or abs(value) >= 1e15:
        return short(value)
    return ("−" if value < 0 else "") + count(abs(int(value)))


def _cut(word: str) -> str:
    return word if len(word) <= SHOWN_LETTERS else word[: SHOWN_LETTERS - 1] + "…"
