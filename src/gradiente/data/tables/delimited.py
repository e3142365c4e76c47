"""Text with separators as blocks of rows, read by polars; what it does not understand, Python's csv finds and names."""

import csv
import io
import re
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradiente.data.tables.decoding import TextFile
from gradiente.data.tables.form import SEPARATORS
from gradiente.errors import DataError

if TYPE_CHECKING:
    import polars as pl

_HEAD = 50  # lines, by which the separator is found
_SEP_LINE = re.compile(r"\s*sep=(.)\s*\n", re.IGNORECASE)  # Excel's first line
_SPACE_BEFORE_QUOTE = re.compile(rb'(?:^|[,;\t|])[ ]+"', re.MULTILINE)


class Delimited:
    """The records of a text.

    Arguments:
        path: of the file, for messages
        file: with the text
        separator: as given; None: the one by which most records have equally many cells

    Errors: DataError for an empty text, a record of another length, quotation marks that are not balanced
    """

    def __init__(self, path: Path, file: TextFile, separator: str | None = None) -> None:
        self.path = path
        self._file = file
        start = b"".join(islice(io.BytesIO(next(file.blocks(), b"")), 4 * _HEAD)).decode()
        first = _SEP_LINE.match(start)
        self._skipped = first[0].count("\n") if first else 0  # lines before the table
        start = start[first.end() :] if first else start
        self.separator = separator or (first[1] if first else _separator(start))
        self._first_end, self.first = next(self.records(), (0, []))
        if not self.first:
            raise DataError("csv.empty", path=path)

    @property
    def width(self) -> int:
        """Cells of a record."""
        return len(self.first)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The line in which each record ends, and its cells; empty lines are none."""
        lines = (line.decode() for block in self._file.blocks() for line in io.BytesIO(block))
        reader = self._reader(lines)
        try:
            for _ in range(self._skipped):
                next(reader)
            for record in reader:
                row = [cell.strip() for cell in record]
                if any(row):
                    yield reader.line_num, row
        except csv.Error as error:
            raise DataError("csv.malformed", path=self.path, line=reader.line_num) from error

    def record(self, number: int) -> tuple[int, list[str]]:
        """The line in which a record ends, counted from 0, and its cells."""
        return next(found for i, found in enumerate(self.records()) if i == number)

    def head(self, rows: int) -> "pl.DataFrame":
        """The text of the first records."""
        lines = list[bytes]()
        for block in self.blocks(header=False):
            lines += islice(io.BytesIO(block.content), None if b'"' in block.content else rows)
            if len(lines) >= rows:
                break
        read = Block(self, b"".join(lines)).read(words=range(self.width))
        return read.select(map(name_of, range(self.width))).head(rows)

    def blocks(self, *, header: bool, decimal: str = ".") -> "Iterator[Block]":
        """All records but a header's, those of a few megabytes at a time.

        From the first quotation mark on they are a single block: a line end may be within a cell.
        """
        skipped = self._first_end if header else self._skipped
        contents = self._file.blocks()
        for content in contents:
            start = 0
            for _ in range(skipped):
                start = content.find(b"\n", start) + 1 or len(content)
            skipped = 0
            body = content[start:] if start else content
            if b'"' in body:
                body = b"".join([body, *contents])
            if body:
                yield Block(self, body, decimal)

    @cached_property
    def is_even(self) -> bool:
        """True, or the error of a record of another length than the first.

        A separator at the end of a record makes no cell: the first one may have one, or all others.
        """
        for line, row in self.records():
            short = len(row) == self.width - 1 and not self.first[-1]
            long = len(row) == self.width + 1 and not row[-1]
            if not (len(row) == self.width or short or long):
                raise DataError("csv.ragged", path=self.path, line=line, expected=self.width, got=len(row))
        return True

    def rewritten(self, content: bytes) -> bytes:
        """Some of its records, as polars reads them.

        Errors: DataError of the first record of the file that is wrong
        """
        assert self.is_even
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.separator, lineterminator="\n")
        lines = io.StringIO(content.decode(), newline="\n")
        writer.writerows([cell.strip() for cell in record] for record in self._reader(lines))
        return out.getvalue().encode()

    def _reader(self, lines: "Iterator[str] | io.StringIO") -> Any:
        return csv.reader(lines, delimiter=self.separator, skipinitialspace=True, strict=True)


class Block:
    """Consecutive records of a text.

    Arguments:
        of: the text
        content: the records as they are written
        decimal: what stands before the decimals of numbers
    """

    def __init__(self, of: Delimited, content: bytes, decimal: str = ".") -> None:
        self._of = of
        self._decimal = decimal
        self.content = content
        if b'"' in content and (_SPACE_BEFORE_QUOTE.search(content) or not self._is_understood()):
            self.content = of.rewritten(content)

    def read(self, numbers: Collection[int] = (), words: Collection[int] = ()) -> "pl.DataFrame":
        """Columns, by their places, "column_1" …, of all records that have a cell that is not empty.

        Arguments:
            numbers: float64, null where a cell is no number as it is typed
            words: text without spaces around it; an empty cell is ""

        Errors: as of Delimited
        """
        import polars as pl

        names, last, more = list(map(name_of, numbers)), self._of.width - 1, self._of.width
        frame = self._parsed(numbers, {*words, last, more})
        if frame[name_of(last)].null_count() or frame[name_of(more)].null_count() < len(frame):
            assert self._of.is_even
        if words:
            frame = frame.with_columns(_stripped([name_of(place) for place in words]))
        if all(frame[name].null_count() for name in names):
            empty = [pl.col(name).is_null() for name in names]
            empty += [pl.col(name_of(place)) == "" for place in words]
            if not empty or frame.select(pl.all_horizontal(empty)).to_series().any():
                whole = self._parsed((), range(more + 1)).select(_stripped([pl.String]))
                frame = frame.filter(whole.select(pl.any_horizontal(pl.all() != "")).to_series())
        return frame

    def _parsed(self, numbers: Collection[int], words: Collection[int]) -> "pl.DataFrame":
        """Those columns of all records, as they are written; a cell that is empty is null."""
        import polars as pl

        try:
            return self._by_polars(numbers, words).slice(1)
        except pl.exceptions.PolarsError:  # a record that is too long
            self.content = self._of.rewritten(self.content)
            return self._by_polars(numbers, words).slice(1)

    def _is_understood(self) -> bool:
        """Whether the quotation marks are where polars expects them."""
        import polars as pl

        try:
            self._by_polars((), range(self._of.width + 1), strict=True)
        except pl.exceptions.PolarsError:
            return False
        return True

    def _by_polars(
        self, numbers: Collection[int], words: Collection[int], *, strict: bool = False
    ) -> "pl.DataFrame":
        """Those columns of all records, below a first row of nothing, by which polars counts the columns."""
        import polars as pl

        schema = {name_of(place): pl.String() for place in range(self._of.width + 1)}
        schema |= {name_of(place): pl.Float64() for place in numbers}
        return pl.read_csv(
            self._of.separator.encode() * self._of.width + b"\n" + self.content,
            has_header=False,
            separator=self._of.separator,
            schema=schema,
            columns=[name_of(place) for place in sorted({*numbers, *words})],
            ignore_errors=not strict,
            decimal_comma=self._decimal == ",",
        )


def _stripped(columns: "Any") -> "pl.Expr":
    """Text without spaces around it, "" for nothing."""
    import polars as pl

    return pl.col(columns).str.strip_chars().fill_null("")


def name_of(place: int) -> str:
    """The name of a column without one, by its place from 0."""
    return f"column_{place + 1}"


def _separator(text: str) -> str:
    """The one that cuts most of the first lines into equally many cells, more than one; the first of equals."""
    head = text.lstrip().split("\n", _HEAD)[:_HEAD]
    unquoted = [re.sub(r'"[^"]*"', "x", line) for line in head if line.strip()]

    def evidence(separator: str) -> tuple[int, int]:
        counts = [line.rstrip(separator).count(separator) for line in unquoted]
        of_first = counts[0] if counts else 0
        return (sum(count == of_first for count in counts) if of_first else 0, of_first)

    return max(SEPARATORS, key=evidence)
