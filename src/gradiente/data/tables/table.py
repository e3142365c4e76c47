"""A table in a file: its columns by name, as numbers or as words, and an error that points at the cell."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradiente.data.tables import cells, dates
from gradiente.data.tables.columns import Columns
from gradiente.data.tables.decoding import FALLBACK, TextFile
from gradiente.data.tables.delimited import Delimited
from gradiente.data.tables.form import Form
from gradiente.data.tables.parquet import SUFFIX as PARQUET
from gradiente.data.tables.parquet import ParquetColumns
from gradiente.data.tables.text_columns import TextColumns
from gradiente.errors import ArgumentError, DataError, did_you_mean
from gradiente.locale import text

if TYPE_CHECKING:
    import polars as pl

MOST_NUMERIC_CATEGORIES = 20
SUFFIXES = (".csv", ".tsv", ".data", ".gz", PARQUET)


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of a table: numbers, or words as they are written.

    Arguments:
        path: the file, for messages
        columns: of the file
        names: of the table's columns, in order
        form: how the table is written, as it was found
        remarks: what was found, in the reader's language

    Errors: ArgumentError for a column that is not there, and for a comma that may group thousands or be a decimal
        comma; DataError for a cell that is missing or is not a number, with its line, its column and its text
    """

    path: Path
    columns: Columns
    names: list[str]
    form: Form
    remarks: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.columns)

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
        if (typed := self._typed(name)) is not None:
            return self._finite(name, typed)
        plain = cells.plain(self.text(name))
        return self._checked(name, cells.numbers(plain, self._decimal(name, plain)).to_numpy())

    def _values(self, name: str) -> np.ndarray | None:
        """The numbers of a column, NaN where a cell is none; None for a column of words."""
        if name in self.columns.words:
            return None
        if (typed := self._typed(name)) is not None:
            return None if np.isnan(typed).all() else typed
        plain = cells.plain(self.text(name))
        present = ~cells.missing(plain, number=True)
        if not present.any() or cells.is_code(plain.filter(present)):
            return None
        values = cells.numbers(plain, self._decimal(name, plain))
        among = values.filter(present)
        found, several = len(among) - among.null_count(), among.n_unique() > MOST_NUMERIC_CATEGORIES
        mostly = found >= cells.MOSTLY_NUMBERS * len(among) or (2 * found > len(among) and several)
        return values.to_numpy() if mostly else None

    def is_typed(self, name: str) -> bool:
        """Whether all cells of a column are numbers as programs write them, or missing, and one is there."""
        values = self._typed(name)
        return values is not None and not np.isnan(values).all()

    def _typed(self, name: str) -> np.ndarray | None:
        """A column all of whose cells are numbers as programs write them, or missing; None for any other."""
        self.require(name)
        return self.columns.numbers(name) if self._agrees and name not in self._grouped else None

    def _checked(self, name: str, values: np.ndarray) -> np.ndarray:
        """Its numbers, NaN where one is missing; the error of a cell that is wrong or infinite."""
        if self._typed(name) is None:
            wrong = np.isnan(values) & ~cells.missing(self.text(name), number=True).to_numpy()
            if wrong.any():
                where = self.cell(name, int(wrong.argmax()))
                raise DataError("csv.not_number", **where, count=int(wrong.sum()))
        return self._finite(name, values)

    def _finite(self, name: str, values: np.ndarray) -> np.ndarray:
        """Its numbers; the error of one that is infinite."""
        if np.isinf(values).any():
            raise DataError("csv.infinite", **self.cell(name, int(np.isinf(values).argmax())))
        return values

    def words(self, name: str) -> np.ndarray:
        """A column as text, as it is written; "" where a value is missing."""
        return cells.words(self.text(name))

    def is_dates(self, name: str) -> bool:
        """Whether a column of words holds dates."""
        if self._typed(name) is not None:
            return False
        column = self.text(name)
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
        column = self.text(name)
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
        line, cell = self.columns.cell(name, row)
        return {"path": self.path, "line": line, "column": name, "cell": cell}

    def without(self, names: Sequence[str]) -> "Table":
        """The table without those columns.

        Errors: DataError where none is left
        """
        if set(names) >= set(self.names):
            raise DataError("csv.one_column", path=self.path, column=self.names[-1])
        return replace(self, names=[name for name in self.names if name not in names])

    def require(self, name: str) -> None:
        """Raise an ArgumentError for a column that is not there."""
        if name not in self.names:
            hint = did_you_mean(name, self.names)
            raise ArgumentError("csv.no_column", path=self.path, column=name, hint=hint)

    @property
    def decimal(self) -> str | None:
        """What stands before decimals: as given, or as the columns agree on."""
        return self.form.decimal or (next(iter(self._decimals)) if len(self._decimals) == 1 else None)

    def text(self, name: str) -> "pl.Series":
        """The text of a column, as it is written, without spaces around it."""
        self.require(name)
        return self.columns.cells(name)

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
    def _agrees(self) -> bool:
        """Whether no column of text certainly has other decimals than those of the columns of numbers."""
        if self.form.decimal is not None:
            return True
        found = self._certain(name for name in self.names if self._is_written(name))
        decimal = self.columns.decimal
        return found <= {decimal} and (decimal == "." or decimal in found or self._has_decimals)

    @cached_property
    def _grouped(self) -> frozenset[str]:
        """The columns of numbers whose points certainly group thousands, where that is not given."""
        if self.form.decimal is not None or self.columns.decimal == ",":
            return frozenset()
        columns = ((name, self.columns.numbers(name)) for name in self.names)  # one at a time in memory
        may = [name for name, values in columns if values is not None and cells.may_group(values)]
        return frozenset(name for name in may if self._certain([name]) == {","})

    def _is_written(self, name: str) -> bool:
        """Whether a column is to be read from its text."""
        return self.columns.numbers(name) is None or name in self._grouped

    @cached_property
    def _has_decimals(self) -> bool:
        """Whether a number of the columns of numbers is not whole."""
        columns = (self.columns.numbers(name) for name in self.names if name not in self._grouped)
        return any(np.any(each % 1 != 0, where=np.isfinite(each)) for each in columns if each is not None)

    @cached_property
    def _decimals(self) -> set[str]:
        """What certainly stands before decimals in any column."""
        if not self._agrees:
            self.columns.read_cells(self.names)
            return self._certain(self.names)
        found = self._certain(name for name in self.names if self._is_written(name))
        return found | ({self.columns.decimal} if self._has_decimals else set())

    def _certain(self, names: Iterable[str]) -> set[str]:
        """What certainly stands before decimals in the text of columns."""
        return set[str]().union(*(cells.decimals_in(cells.plain(self.text(name)))[0] for name in names))


def read_table(
    path: str | Path,
    form: Form | None = None,
    *,
    numbers: Collection[str] | None = None,
    words: Collection[str] = (),
) -> Table:
    """The table in a file: text whose cells are separated by `,`, `;`, a tab or `|`, also by gzip; or Parquet.

    Arguments:
        path: the file; "-" is the standard input
        form: how it is written, where that is known; what is None in it is found
        numbers, words: names of the columns that are wanted as numbers, and as words; others are read where they are
            asked for. None: all. Where the first row has these names, it is the header

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
    remarks = list[str]()
    columns: Columns
    if path.suffix.lower() == PARQUET:
        columns = ParquetColumns(path)
        form = replace(form, decimal=columns.decimal)
    else:
        file = TextFile(path, form.encoding)
        if file.encoding == FALLBACK and form.encoding is None:
            remarks.append(text("csv.remark.encoding", path=path.name, encoding=file.encoding))
        records = Delimited(path, file, form.separator)
        wanted = {"numbers": numbers, "words": words}
        columns = TextColumns(records, header=form.header, decimal=form.decimal, **wanted)
    if not len(columns):
        raise DataError("csv.empty", path=path)
    form = replace(form, header=columns.header == 1)
    return Table(path, columns, columns.names, form, (*remarks, *columns.remarks))
