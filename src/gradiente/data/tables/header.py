"""The names of a table's columns: in its first row, or none; the columns that are none."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gradiente.data.tables import cells
from gradiente.errors import ArgumentError, DataError
from gradiente.locale import text

if TYPE_CHECKING:
    import polars as pl

_ROWS = 1000  # by which it is found out
_OF_PANDAS = "Unnamed: "  # what pandas calls a column without a name


@dataclass(frozen=True)
class Headed:
    """The rows below the header, named; how many rows the header has, 0 or 1; what is to be said about it."""

    frame: "pl.DataFrame"
    header: int
    remarks: tuple[str, ...]


def headed(path: Path, frame: "pl.DataFrame", header: bool | None) -> Headed:
    """A table's rows under the names of its columns, without the row numbers that pandas writes.

    Arguments:
        header: as given; None: no names where the first row holds numbers as those below do, and a word that stands
            below too

    Errors: ArgumentError where both are possible; DataError for names that are missing or twice there
    """
    remarks = []
    if header is None:
        header = _has_header(frame)
        if header is None:
            raise ArgumentError("csv.header", path=path, first=", ".join(frame.row(0)[:4]))
        if not header:
            remarks.append(text("csv.remark.no_header", path=path.name, first=", ".join(frame.row(0)[:3])))
    if not header:
        empty = [name for name in frame.columns if (frame[name] == "").all()]
        frame = frame.drop(empty)
        return Headed(
            frame.rename({name: f"column_{int(name) + 1}" for name in frame.columns}), 0, tuple(remarks)
        )
    names, frame = list(frame.row(0)), frame.slice(1)
    kept = dict(zip(frame.columns, names, strict=True))
    for place, (column, name) in enumerate(list(kept.items())):
        if name and not name.startswith(_OF_PANDAS):
            continue
        if (frame[column] == "").all():
            del kept[column]
        elif place == 0 and frame[column].n_unique() == len(frame):
            del kept[column]
            remarks.append(text("csv.remark.index", path=path.name))
        elif not name:
            raise DataError("csv.unnamed", path=path, position=place + 1)
    seen = set[str]()
    for name in kept.values():
        if name in seen:
            raise DataError("csv.repeated", path=path, column=name)
        seen.add(name)
    return Headed(frame.select(list(kept)).rename(kept), 1, tuple(remarks))


def _has_header(frame: "pl.DataFrame") -> bool | None:
    """Whether the first row has names; None: it may be either."""
    body = frame.slice(1, _ROWS)
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
    plain = cells.plain(column)
    return max(len(plain) - cells.numbers(plain, decimal).null_count() for decimal in ".,")


def _is_numeric(cell: str) -> bool:
    import polars as pl

    return _numeric(pl.Series("", [cell])) == 1
