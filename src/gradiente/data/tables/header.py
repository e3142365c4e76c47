"""The names of a table's columns: in its first row, or none; the columns that are none."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gradiente.data.tables import cells
from gradiente.errors import DataError
from gradiente.locale import text

if TYPE_CHECKING:
    import polars as pl

ROWS = 1000  # by which it is found out
_OF_PANDAS = "Unnamed: "  # what pandas calls a column without a name


def named(
    path: Path,
    first: Sequence[str] | None,
    width: int,
    is_empty: Callable[[int], bool],
    is_index: Callable[[int], bool],
) -> tuple[dict[str, int], list[str]]:
    """The places of the columns by their names, without the row numbers that pandas writes; and what is to be said.

    Arguments:
        first: the header; None: the columns are named by their places
        width: how many columns there are
        is_empty, is_index: whether no row has a cell there, and whether each has another one

    Errors: DataError for names that are missing or twice there
    """
    if first is None:
        return {f"column_{place + 1}": place for place in range(width) if not is_empty(place)}, []
    places, remarks = dict[str, int](), []
    for place, name in enumerate(first):
        if not name or name.startswith(_OF_PANDAS):
            if is_empty(place):
                continue
            if place == 0 and is_index(place):
                remarks.append(text("csv.remark.index", path=path.name))
                continue
            if not name:
                raise DataError("csv.unnamed", path=path, position=place + 1)
        if name in places:
            raise DataError("csv.repeated", path=path, column=name)
        places[name] = place
    return places, remarks


def has_header(frame: "pl.DataFrame") -> bool | None:
    """Whether the first row has names; None: it may be either.

    It has none where it holds numbers as those below do, and a word that stands below too.
    """
    body = frame.slice(1, ROWS)
    words = []
    found = False
    for name in frame.columns:
        first, below = frame[name].slice(0, 1), body[name]
        present = below.filter(~cells.missing(below, number=True))
        if not len(present) or not _numeric(present) >= cells.MOSTLY_NUMBERS * len(present):
            words.append(name)
        elif not cells.missing(first, number=True)[0]:
            if not _numeric(first):
                return True
            found = True
    if not len(body) or not found:
        return not (found or (not len(body) and all(map(_is_numeric, frame.row(0)))))
    again = [name for name in words if frame[name][0] in body[name]]
    return False if again or not words else None


def _numeric(column: "pl.Series") -> int:
    """How many cells are numbers, with a point or a comma."""
    if not cells.typed(column, ".").null_count():
        return len(column)
    plain = cells.plain(column)
    return max(len(plain) - cells.numbers(plain, decimal).null_count() for decimal in ".,")


def _is_numeric(cell: str) -> bool:
    import polars as pl

    return _numeric(pl.Series("", [cell])) == 1
