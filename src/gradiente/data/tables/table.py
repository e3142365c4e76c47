"""A table in a file: its columns by name, as numbers or as words, and an error that points at the cell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradiente.data.tables import cells, dates
from gradiente.data.tables.decoding import FALLBACK, read_text
from gradiente.data.tables.delimited import Delimited
from gradiente.data.tables.form import Form
from gradiente.data.tables.header import headed
from gradiente.data.tables.parquet import SUFFIX as PARQUET
from gradiente.data.tables.parquet import Rows, read_parquet
from gradiente.errors import ArgumentError, DataError, did_you_mean
from gradiente.locale import text

if TYPE_CHECKING:
    import polars as pl

MOST_NUMERIC_CATEGORIES = 20
SUFFIXES = (".csv", ".tsv", ".data", ".gz", PARQUET)


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of a table as text, by column.

    Arguments:
        path: the file, for messages
        frame: the text of every cell, in columns with names
        form: how the table is written, as it was found
        remarks: what was found, in the reader's language
        records: the file's records, of which the first `skipped` are no rows
        skipped: 1 for a header, else 0
        text: the columns that hold words, whatever they look like; dates may be among them

    Errors: ArgumentError for a column that is not there, and for a comma that may group thousands or be a decimal
        comma; DataError for a cell that is missing or is not a number, with its line, its column and its text
    """

    path: Path
    frame: "pl.DataFrame"
    form: Form
    remarks: tuple[str, ...]
    records: Delimited | Rows
    skipped: int
    text: frozenset[str] = frozenset()

    @property
    def names(self) -> list[str]:
        """The names of the columns, in the order of the file."""
        return self.frame.columns

    def __len__(self) -> int:
        return len(self.frame)

    def is_numeric(self, name: str) -> bool:
        """Whether a column holds numbers.

        Cells that are none are mistakes among them, not categories, where nine in ten are numbers, or most are and they
        are more than twenty different ones. Numbers that begin with a needless zero are codes: 007 is not 7.
        """
        return self._values(name) is not None

    def column(self, name: str) -> np.ndarray:
        """A column as what it holds: its numbers, or its words."""
        values = self._values(name)
        return self.words(name) if values is None else self._checked(name, values)

    def numbers(self, name: str) -> np.ndarray:
        """A column of numbers, float64; NaN where a value is missing."""
        plain = cells.plain(self._cells(name))
        return self._checked(name, cells.numbers(plain, self._decimal(name, plain)))

    def _values(self, name: str) -> "pl.Series | None":
        """The numbers of a column, null where a cell is none; None for a column of words."""
        if name in self.text:
            return None
        plain = cells.plain(self._cells(name))
        present = ~cells.missing(plain, number=True)
        if not present.any() or cells.is_code(plain.filter(present)):
            return None
        values = cells.numbers(plain, self._decimal(name, plain))
        among = values.filter(present)
        found, several = len(among) - among.null_count(), among.n_unique() > MOST_NUMERIC_CATEGORIES
        mostly = found >= cells.MOSTLY_NUMBERS * len(among) or (2 * found > len(among) and several)
        return values if mostly else None

    def _checked(self, name: str, values: "pl.Series") -> np.ndarray:
        """Its numbers as an array, NaN where one is missing; the error of a cell that is wrong or infinite."""
        wrong = values.is_null() & ~cells.missing(self._cells(name), number=True)
        if wrong.any():
            raise DataError(
                "csv.not_number", **self.cell(name, int(wrong.arg_max() or 0)), count=int(wrong.sum())
            )
        found = values.to_numpy().astype(np.float64)
        if np.isinf(found).any():
            raise DataError("csv.infinite", **self.cell(name, int(np.isinf(found).argmax())))
        return found

    def words(self, name: str) -> np.ndarray:
        """A column as text, as it is written; "" where a value is missing."""
        column = self._cells(name)
        return np.where(cells.missing(column, number=False).to_numpy(), "", column.to_numpy()).astype(str)

    def is_dates(self, name: str) -> bool:
        """Whether a column of words holds dates."""
        column = self._cells(name)
        present = column.filter(~cells.missing(column, number=True))
        found = len(present) - min(
            dates.dates(present, day_first=first).null_count() for first in (True, False)
        )
        return found > 0 and found >= dates.MOSTLY_DATES * len(present)

    def times(self, name: str) -> np.ndarray:
        """A column of numbers as they are, or of dates as seconds; NaN where a value is missing."""
        values = self._values(name)
        if values is not None:
            return self._checked(name, values)
        column = self._cells(name)
        present = ~cells.missing(column, number=True)
        day_first = dates.is_day_first(column) if self.form.day_first is None else self.form.day_first
        if day_first is None:
            first = column.str.contains(r"^\d{1,2}[-/.]").arg_max() or 0
            raise ArgumentError("csv.day_first", **self.cell(name, int(first)))
        found = dates.dates(column, day_first=day_first)
        wrong = found.is_null() & present
        if wrong.any():
            raise DataError(
                "csv.not_date", **self.cell(name, int(wrong.arg_max() or 0)), count=int(wrong.sum())
            )
        return found.to_numpy().astype(np.float64)

    def cell(self, name: str, row: int) -> dict[str, object]:
        """Where a cell is, for messages: path, line, column and the cell's text."""
        line = self.records.line(row + self.skipped)
        return {"path": self.path, "line": line, "column": name, "cell": self.frame[name][row]}

    def without(self, names: Sequence[str]) -> "Table":
        """The table without those columns.

        Errors: DataError where none is left
        """
        if set(names) >= set(self.names):
            raise DataError("csv.one_column", path=self.path, column=self.names[-1])
        return replace(self, frame=self.frame.drop(names))

    def require(self, name: str) -> None:
        """Raise an ArgumentError for a column that is not there."""
        if name not in self.frame.columns:
            hint = did_you_mean(name, self.names)
            raise ArgumentError("csv.no_column", path=self.path, column=name, hint=hint)

    @property
    def decimal(self) -> str | None:
        """What stands before decimals: as given, or as the columns agree on."""
        return self.form.decimal or (next(iter(self._decimals)) if len(self._decimals) == 1 else None)

    def _cells(self, name: str) -> "pl.Series":
        self.require(name)
        return self.frame[name]

    def _decimal(self, name: str, plain: "pl.Series") -> str:
        """What stands before the decimals of a column: as given, as its cells show, or those of the others."""
        if self.form.decimal is not None:
            return self.form.decimal
        certain, unclear = cells.decimals_in(plain)
        if len(certain) == 1:
            return certain.pop()
        if unclear is None:
            return "."
        if self._decimals == {","}:
            return ","
        commas = plain.str.contains(",", literal=True)
        if commas.any():
            raise ArgumentError("csv.thousands", **self.cell(name, int(commas.arg_max() or 0)))
        return "."

    @cached_property
    def _decimals(self) -> set[str]:
        """What certainly stands before decimals in any column."""
        found = set[str]()
        for name in self.names:
            found |= cells.decimals_in(cells.plain(self.frame[name]))[0]
        return found


def read_table(path: str | Path, form: Form | None = None) -> Table:
    """The table in a file: text whose cells are separated by `,`, `;`, a tab or `|`, also by gzip; or Parquet.

    Arguments:
        path: the file; "-" is the standard input
        form: how it is written, where that is known; what is None in it is found

    Errors: FileError for a file that is missing or is not text; ArgumentError where it cannot be known whether the
        first row has names; DataError for a table that is empty, has a column without a name or two of the same, a row
        of another length, or an open quotation

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "people.csv")
    ...     _ = path.write_text("height;city\\n1,7;Cali\\n1,65;Pasto\\n", encoding="utf-8")
    ...     table = read_table(path)
    >>> table.numbers("height").tolist(), table.words("city").tolist()
    ([1.7, 1.65], ['Cali', 'Pasto'])
    """
    path, form = Path(path), form or Form()
    if path.suffix.lower() == PARQUET:
        frame, words = read_parquet(path)
        if not len(frame):
            raise DataError("csv.empty", path=path)
        return Table(path, frame, replace(form, header=True, decimal="."), (), Rows(), 0, words)
    content, encoding = read_text(path, form.encoding)
    records = Delimited(path, content, form.separator)
    found = headed(path, records.frame(), form.header)
    if not len(found.frame):
        raise DataError("csv.empty", path=path)
    remarks = list(found.remarks)
    if encoding == FALLBACK and form.encoding is None:
        remarks.insert(0, text("csv.remark.encoding", path=path.name, encoding=encoding))
    form = replace(form, header=bool(found.header))
    return Table(path, found.frame, form, tuple(remarks), records, found.header)
