"""What a table's file holds: columns of numbers, and the text of every column."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import polars as pl


class Columns(Protocol):
    """The columns of a table in a file, by name.

    Arguments:
        words: the columns that hold words, whatever they look like; dates may be among them
        decimal: what stands before the decimals of `numbers`
        header: how many rows the header has, 0 or 1
        remarks: what was found, in the reader's language
        on_disk: whether columns stay in the file until they are asked for
    """

    words: frozenset[str]
    decimal: str
    header: int
    remarks: tuple[str, ...]
    on_disk: bool

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        ...

    def __len__(self) -> int:
        """The rows."""
        ...

    def numbers(self, name: str) -> np.ndarray | None:
        """A column as float64, NaN where a cell stands for no value; None where a cell is anything else."""
        ...

    def pieces(self, names: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
        """Columns of numbers, some thousand consecutive rows at a time.

        What is in memory is given up, piece by piece: no column is asked for again.
        """
        ...

    def cells(self, name: str) -> "pl.Series":
        """The text of a column, without spaces around it; "" for an empty cell."""
        ...

    def read_cells(self, names: Collection[str]) -> None:
        """Keep the text of those columns, which `cells` will be asked for."""
        ...

    def cell(self, name: str, row: int) -> tuple[int, str]:
        """The line in which a row ends, and the text of its cell."""
        ...
