"""Text with separators as rows of cells, read by polars; what it does not understand, Python's csv finds and names."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gradiente.data.tables.form import SEPARATORS
from gradiente.errors import DataError

if TYPE_CHECKING:
    import polars as pl

_HEAD = 50  # lines, by which the separator is found
_SEP_LINE = re.compile(r"\s*sep=(.)\s*\n", re.IGNORECASE)  # Excel's first line
_SPACE_BEFORE_QUOTE = re.compile(r'(?:^|[,;\t|])[ ]+"', re.MULTILINE)


class Delimited:
    """The records of a text.

    Arguments:
        path: of the file, for messages
        text: of the file
        separator: as given; None: the one by which most records have equally many cells

    Errors: DataError for an empty text, a record of another length, quotation marks that are not balanced
    """

    def __init__(self, path: Path, text: str, separator: str | None = None) -> None:
        self.path = path
        first = _SEP_LINE.match(text)
        self.skipped = 1 if first else 0  # lines before the table
        self.text = text[first.end() :] if first else text
        self.separator = separator or (first[1] if first else _separator(self.text))
        if not self.text.strip():
            raise DataError("csv.empty", path=path)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The line in which each record ends, and its cells; empty lines are none."""
        lines = io.StringIO(self.text, newline="")
        reader = csv.reader(lines, delimiter=self.separator, skipinitialspace=True, strict=True)
        try:
            for record in reader:
                row = [cell.strip() for cell in record]
                if any(row):
                    yield reader.line_num + self.skipped, row
        except csv.Error as error:
            line = reader.line_num + self.skipped
            raise DataError("csv.malformed", path=self.path, line=line) from error

    def line(self, row: int) -> int:
        """The file's line in which a record ends, counted from 0."""
        return next(line for i, (line, _) in enumerate(self.records()) if i == row)

    def frame(self) -> "pl.DataFrame":
        """All cells, as text without spaces around it, in columns "0", "1" …; an empty cell is ""."""
        import polars as pl

        _, first = next(self.records())
        names = [str(i) for i in range(len(first))]
        columns = dict.fromkeys([*names, "more"], pl.String)
        frame = None
        if not _SPACE_BEFORE_QUOTE.search(self.text):
            try:
                content = self.text.encode()
                frame = pl.read_csv(content, has_header=False, separator=self.separator, schema=columns)
            except pl.exceptions.PolarsError:
                pass  # a record that is too long, or its quotation marks: csv names it
        if frame is None:
            frame = pl.DataFrame(self._even(len(first)), schema=columns, orient="row")
        frame = frame.select(pl.all().str.strip_chars().fill_null(""))
        frame = frame.filter(pl.any_horizontal(pl.all() != ""))
        short, long = frame[names[-1]] == "", frame["more"] != ""  # which some records may be
        if (short | long).any():
            self._even(len(first))
        return frame.drop("more")

    def _even(self, width: int) -> list[list[str]]:
        """All rows, filled to one cell more than that width; the error of one that has another length.

        A separator at the end of a row makes no cell: the first row may have one, or all others.
        """
        rows = []
        for line, row in self.records():
            short = len(row) == width - 1 and bool(rows) and not rows[0][width - 1]
            long = len(row) == width + 1 and not row[-1]
            if not (len(row) == width or short or long):
                raise DataError("csv.ragged", path=self.path, line=line, expected=width, got=len(row))
            rows.append(row + [""] * (width + 1 - len(row)))
        return rows


def _separator(text: str) -> str:
    """The one that cuts most of the first lines into equally many cells, more than one; the first of equals."""
    head = text.lstrip().split("\n", _HEAD)[:_HEAD]
    unquoted = [re.sub(r'"[^"]*"', "x", line) for line in head if line.strip()]

    def evidence(separator: str) -> tuple[int, int]:
        counts = [line.rstrip(separator).count(separator) for line in unquoted]
        of_first = counts[0] if counts else 0
        return (sum(count == of_first for count in counts) if of_first else 0, of_first)

    return max(SEPARATORS, key=evidence)
