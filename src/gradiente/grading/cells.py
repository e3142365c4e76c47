"""A CSV file as cells with their places in the text, so that one can be changed and every other byte stays."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gradiente.errors import FileError
from gradiente.files import read_file

SEPARATORS = (",", ";", "\t")
# The marks with which a file begins, and the encodings that they announce.
MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
FALLBACK = "latin-1"  # of files that are not UTF-8; it has a letter for every byte


@dataclass(frozen=True)
class Cell:
    """A cell: what it says, and where it stands in the text, with its quotes."""

    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Cells:
    """The rows of a CSV file.

    Arguments:
        mark: the bytes before the text
        separator: between two cells of a row
        rows: without blank lines
    """

    text: str
    encoding: str
    mark: bytes
    separator: str
    rows: tuple[tuple[Cell, ...], ...]

    def changed(self, values: Mapping[Cell, str]) -> bytes:
        """The file with other values in those cells, and every other byte as it was; what the encoding does not have is
        written as HTML does."""
        pieces, last = [], 0
        for cell in sorted(values, key=lambda cell: cell.start):
            pieces += [self.text[last : cell.start], self._written(cell, values[cell])]
            last = cell.end
        content = "".join([*pieces, self.text[last:]])
        return self.mark + content.encode(self.encoding, errors="xmlcharrefreplace")

    def _written(self, cell: Cell, value: str) -> str:
        quoted = self.text.startswith('"', cell.start) or any(
            letter in value for letter in (self.separator, '"', "\n", "\r")
        )
        return '"{}"'.format(value.replace('"', '""')) if quoted else value


def read_cells(path: str | Path) -> Cells:
    """The cells of a CSV file; the separator is the one that the first line has most of.

    Errors: FileError where there is none, it is empty, or a quote is never closed
    """
    data = read_file(path)
    mark = next((mark for mark in MARKS if data.startswith(mark)), b"")
    encoding = MARKS.get(mark, "utf-8")
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        mark, encoding = b"", FALLBACK
        text = data.decode(encoding)
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    return Cells(text, encoding, mark, separator, _rows(path, text, separator))


def _rows(path: str | Path, text: str, separator: str) -> tuple[tuple[Cell, ...], ...]:
    quoted = re.compile(r'"([^"]*(?:""[^"]*)*)"')
    plain = re.compile(rf"[^{separator}\r\n]*")
    rows, row, at = [], [], 0
    while at < len(text) or row:
        found = quoted.match(text, at)
        if found is None and text.startswith('"', at):
            raise FileError("worksheet.quote", path=path, line=text.count("\n", 0, at) + 1)
        after = plain.match(text, found.end() if found else at)
        assert after is not None  # it matches nothing, too
        value = (found[1].replace('""', '"') if found else "") + after[0]
        row.append(Cell(value, at, after.end()))
        at = after.end()
        if text.startswith(separator, at):
            at += 1
            continue
        if any(cell.value.strip() for cell in row):
            rows.append(tuple(row))
        row = []
        at += 2 if text.startswith("\r\n", at) else 1
    if not rows:
        raise FileError("worksheet.empty", path=path)
    return tuple(rows)
