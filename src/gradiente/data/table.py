"""Tables in CSV files: text cells, columns by name, and an error that points at the cell."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradiente.errors import ArgumentError, DataError, FileError, did_you_mean
from gradiente.files import read_file

MISSING = frozenset({"", "na", "nan", "?"})
MOSTLY_NUMBERS = 0.9
_SEPARATORS = ",;\t"
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of a CSV file, as text, by column.

    Arguments:
        path: the file, for messages
        cells: the text of every column, by name, in the order of the file
        lines: the line of the file in which each row ends

    Errors: ArgumentError for a column that is not there; DataError for a cell that is missing or is not a
        number, with its line, its column and its text
    """

    path: Path
    cells: dict[str, list[str]]
    lines: list[int]

    def column(self, name: str) -> np.ndarray:
        """A column as what it holds: float64 numbers, or text.

        Where nine in ten cells or more are numbers, the others are treated as mistakes, not as categories.
        """
        cells = self._present(name)
        if (values := _all_numbers(cells)) is not None:
            return self._finite(name, values)
        if sum(map(_is_number, cells)) >= MOSTLY_NUMBERS * len(cells):
            return self.numbers(name)
        if all(_is_number(cell) or _DECIMAL_COMMA.fullmatch(cell) for cell in cells):
            row = next(i for i, cell in enumerate(cells) if "," in cell)
            raise DataError("csv.decimal_comma", **self._cell(name, row))
        return np.array(cells)

    def numbers(self, name: str) -> np.ndarray:
        """A column of finite numbers, float64."""
        cells = self._present(name)
        values = _all_numbers(cells)
        if values is None:
            row = next(i for i, cell in enumerate(cells) if not _is_number(cell))
            raise DataError("csv.not_number", **self._cell(name, row))
        return self._finite(name, values)

    def texts(self, name: str) -> np.ndarray:
        """A column as text."""
        return np.array(self._present(name))

    def _finite(self, name: str, values: np.ndarray) -> np.ndarray:
        finite = np.isfinite(values)
        if not finite.all():
            raise DataError("csv.infinite", **self._cell(name, int(np.flatnonzero(~finite)[0])))
        return values

    def _present(self, name: str) -> list[str]:
        """The cells of a column, none of them missing."""
        if name not in self.cells:
            hint = did_you_mean(name, self.cells)
            raise ArgumentError("csv.no_column", path=self.path, column=name, hint=hint)
        cells = self.cells[name]
        if not MISSING.isdisjoint(map(str.casefold, cells)):
            row = next(i for i, cell in enumerate(cells) if cell.casefold() in MISSING)
            raise DataError("csv.missing", **self._cell(name, row))
        return cells

    def _cell(self, name: str, row: int) -> dict[str, object]:
        return {"path": self.path, "line": self.lines[row], "column": name, "cell": self.cells[name][row]}


def read_table(path: str | Path) -> Table:
    """The table in a CSV file: UTF-8, its first line the names of the columns, split by `,`, `;` or a tab.

    Arguments:
        path: the file

    Errors: FileError for a file that is missing or is not UTF-8; DataError for one that is empty, has no
        header, a column without a name or two of the same, a row of another length, or an open quotation

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "people.csv")
    ...     _ = path.write_text("height;city\\n1.7;Cali\\n1.6;Pasto\\n", encoding="utf-8")
    ...     table = read_table(path)
    >>> table.column("height").tolist(), table.column("city").tolist()
    ([1.7, 1.6], ['Cali', 'Pasto'])
    """
    path = Path(path)
    try:
        content = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError("csv.encoding", path=path, byte=error.start) from error
    first = re.split(r"[\r\n]", content.lstrip(), maxsplit=1)[0]
    separator = max(_SEPARATORS, key=re.sub(r'"[^"]*"', "", first).count)  # outside quoted names
    content_lines = io.StringIO(content, newline="")
    reader = csv.reader(content_lines, delimiter=separator, skipinitialspace=True, strict=True)
    rows, lines = [], []
    try:
        for record in reader:
            row = [cell.strip() for cell in record]
            if row not in ([], [""]):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError("csv.malformed", path=path, line=reader.line_num) from error
    if not rows:
        raise DataError("csv.empty", path=path)
    header = rows.pop(0)
    lines.pop(0)
    _require_header(path, header)
    if not rows:
        raise DataError("csv.empty", path=path)
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise DataError("csv.ragged", path=path, line=line, expected=len(header), got=len(row))
    cells = {name: list(column) for name, column in zip(header, zip(*rows, strict=True), strict=True)}
    return Table(path, cells, lines)


def _require_header(path: Path, header: Sequence[str]) -> None:
    if all(_is_number(name) for name in header):
        raise DataError("csv.no_header", path=path, first=", ".join(header[:4]))
    seen = set[str]()
    for position, name in enumerate(header, start=1):
        if not name:
            raise DataError("csv.unnamed", path=path, position=position)
        if name in seen:
            raise DataError("csv.repeated", path=path, column=name)
        seen.add(name)


def _all_numbers(cells: list[str]) -> np.ndarray | None:
    """The numbers of a column; None where a cell is none."""
    try:
        return np.array([_number(cell) for cell in cells])
    except ValueError:
        return None


def _number(cell: str) -> float:
    """float(cell), save that 1_000, which Python takes for a number, is text in a table."""
    if "_" in cell:
        raise ValueError(cell)
    return float(cell)


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True
