"""The columns of a text with separators: numbers where all cells are, read at once; text where it is asked for."""

import math
from collections.abc import Collection, Iterator, Sequence
from mmap import mmap
from typing import TYPE_CHECKING

import numpy as np

from gradiente.data.tables import cells
from gradiente.data.tables.delimited import Block, Delimited, name_of
from gradiente.data.tables.header import ROWS, has_header, named
from gradiente.errors import ArgumentError
from gradiente.locale import text

if TYPE_CHECKING:
    import polars as pl


class TextColumns:
    """`Columns` of a text.

    Cells that are numbers as programs write them are never text: a block of the file at a time becomes float64.

    Arguments:
        records: of the text
        header: whether the first one has the names; None: as they show
        decimal: what stands before decimals; None: as the first rows show
        numbers, words: names of the columns that are wanted as numbers and as text; None: all, as the first rows show.
            Where the first record has these names, it is the header

    Errors: ArgumentError where it cannot be known whether the first row has names; DataError as of Delimited, and for
        names that are missing or twice there
    """

    words: frozenset[str] = frozenset()
    on_disk = False

    def __init__(
        self,
        records: Delimited,
        *,
        header: bool | None = None,
        decimal: str | None = None,
        numbers: Collection[str] | None = None,
        words: Collection[str] = (),
    ) -> None:
        import polars as pl

        self._records = records
        self._rows = 0
        self._numbers = dict[int, int]()  # the row of a column in each block
        self._blocks = list[np.ndarray]()
        self._text: dict[int, pl.Series] = {}
        first = records.first
        wanted = {*(numbers or ()), *words}
        is_known = numbers is not None and header is not False and wanted <= set(first)
        self.header, remarks = int(is_known or bool(header)), list[str]()
        head = None if is_known and decimal is not None else records.head(ROWS + 1)
        if head is not None and not is_known and header is None:
            found = has_header(head)
            if found is None:
                raise ArgumentError("csv.header", path=records.path, first=", ".join(first[:4]))
            self.header = int(found)
            if not found:
                words_of = {"path": records.path.name, "first": ", ".join(first[:3])}
                remarks.append(text("csv.remark.no_header", **words_of))
        body = pl.DataFrame() if head is None else head.slice(self.header)
        self.decimal = decimal or _decimal(body, records.separator)
        self._codes_are_numbers = is_known
        if is_known:
            of_numbers = {first.index(name) for name in numbers or ()}
            of_words = {first.index(name) for name in words}
        else:
            of_numbers = {i for i, name in enumerate(body.columns) if self._typed(body[name]) is not None}
            of_words = set(range(records.width)) - of_numbers
        self._read(of_numbers, of_words)
        self._places, more = named(
            records.path, first if self.header else None, records.width, self._is_empty, self._is_index
        )
        self.remarks = (*remarks, *more)

    @property
    def names(self) -> list[str]:
        return list(self._places)

    def __len__(self) -> int:
        return self._rows

    def numbers(self, name: str) -> np.ndarray | None:
        return self._of_numbers(self._places[name])

    def pieces(self, names: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
        rows = {name: self._numbers[self._places[name]] for name in names}
        self._blocks.reverse()
        while self._blocks:
            block = self._blocks.pop()
            yield {name: block[row] for name, row in rows.items()}

    def cells(self, name: str) -> "pl.Series":
        return self._cells(self._places[name])

    def read_cells(self, names: Collection[str]) -> None:
        self._read(set(), {self._places[name] for name in names} - set(self._text))

    def cell(self, name: str, row: int) -> tuple[int, str]:
        line, found = self._records.record(row + self.header)
        place = self._places[name]
        return line, found[place] if place < len(found) else ""

    def _of_numbers(self, place: int) -> np.ndarray | None:
        if place not in self._numbers:
            return None
        parts = [block[self._numbers[place]] for block in self._blocks]
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])

    def _cells(self, place: int) -> "pl.Series":
        if place not in self._text:
            self._read(set(), {place})
        return self._text[place]

    def _read(self, numbers: set[int], words: set[int]) -> None:
        """Read those columns; of numbers, one that has other cells too becomes text."""
        import polars as pl

        rows_of = {place: row for row, place in enumerate(sorted(numbers))}
        found = set(rows_of)
        parts = {place: [pl.Series(name_of(place), [], pl.String)] for place in words}
        self._rows = 0
        for block in self._records.blocks(header=self.header == 1, decimal=self.decimal):
            frame = block.read(sorted(found), words)
            for place, part in parts.items():
                part.append(frame[name_of(place)])
            if found:
                places = sorted(found)
                matrix, others = self._numbers_in(block, frame, places)
                found -= others
                if self._blocks or others:
                    kept = _returned((len(rows_of), len(frame)))
                    kept[[rows_of[place] for place in places]] = matrix
                    matrix = kept
                self._blocks.append(matrix)
            self._rows += len(frame)
        self._numbers |= {place: rows_of[place] for place in found}
        self._text |= {place: pl.concat(part) for place, part in parts.items()}
        if others := numbers - found:
            self._read(set(), others)

    def _numbers_in(
        self, block: Block, frame: "pl.DataFrame", places: list[int]
    ) -> tuple[np.ndarray, set[int]]:
        """The columns of numbers of a block, as rows, and the places of those that have other cells too."""
        matrix = frame.select(map(name_of, places)).to_numpy(order="fortran", writable=True).T
        doubtful = np.asarray(np.isnan(matrix).any(axis=1))
        if self.decimal == "," and b"." in block.content:
            doubtful[:] = True  # polars takes it for a decimal point all the same
        if not self._codes_are_numbers and _may_have_codes(block.content):
            doubtful |= (matrix == np.floor(matrix)).any(axis=1)
        others = set[int]()
        if doubtful.any():
            again = [place for place, is_doubtful in zip(places, doubtful, strict=True) if is_doubtful]
            written = block.read(words=again)
            for place in again:
                column = self._typed(written[name_of(place)])
                if column is None:
                    others.add(place)
                else:
                    matrix[places.index(place)] = column
        return matrix, others

    def _typed(self, column: "pl.Series") -> np.ndarray | None:
        """A column of text as numbers, NaN where a cell stands for none; None where one is anything else."""
        is_missing = cells.missing(column, number=True)
        values = cells.typed(column, self.decimal)
        if is_missing.all() or (values.is_null() & ~is_missing).any():
            return None
        if not self._codes_are_numbers and cells.is_code(column):
            return None
        return values.to_numpy()

    def _is_empty(self, place: int) -> bool:
        values = self._of_numbers(place)
        if values is not None and not np.isnan(values).all():
            return False
        return bool((self._cells(place) == "").all())

    def _is_index(self, place: int) -> bool:
        """Whether all cells are different."""
        values = self._of_numbers(place)
        if values is not None and len(np.unique(values)) == len(values):
            return True
        return self._cells(place).n_unique() == len(self)


def _returned(shape: tuple[int, int]) -> np.ndarray:
    """An empty array whose memory goes back to the system at its end; that of small ones may stay with the process."""
    size = math.prod(shape) * np.dtype(np.float64).itemsize
    return np.frombuffer(mmap(-1, size), np.float64).reshape(shape) if size else np.empty(shape)


def _decimal(body: "pl.DataFrame", separator: str) -> str:
    """What stands before the decimals in most columns of numbers, by the first rows."""
    found = set[str]()
    for column in body:
        found |= cells.decimals_in(cells.plain(column))[0]
    return "," if found == {","} and separator != "," else "."


def _may_have_codes(content: bytes) -> bool:
    """Whether a cell may begin with a zero that another digit follows."""
    characters = np.frombuffer(content, np.uint8)
    zeros = np.flatnonzero(characters[:-1] == ord("0"))
    after, before = characters[zeros + 1], characters[zeros - 1]
    inside = ((before >= ord("0")) & (before <= ord("9"))) | (before == ord(".")) | (before == ord("-"))
    return bool(((after >= ord("0")) & (after <= ord("9")) & ~inside).any())
