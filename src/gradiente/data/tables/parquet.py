"""Parquet files: columns of numbers and text, whose types come with the file."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradiente.errors import DataError, FileError
from gradiente.files import open_file

if TYPE_CHECKING:
    import polars as pl

MAGIC = b"PAR1"  # the first bytes, and the last
PIECE = 50_000  # rows
SUFFIX = ".parquet"


class ParquetColumns:
    """`Columns` of a Parquet file; each is read where it is asked for.

    Errors: FileError for a file that is missing or broken; DataError for a column of lists, records or bytes
    """

    decimal = "."
    header = 1
    remarks: tuple[str, ...] = ()
    on_disk = True

    def __init__(self, path: Path) -> None:
        import polars as pl

        self._path = path
        with open_file(path) as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise FileError("parquet.corrupt", path=path)
        self._schema = self._collected(lambda rows: rows.head(0)).schema
        for name, kind in self._schema.items():
            if kind.is_nested() or kind in (pl.Binary, pl.Object, pl.Duration):
                raise DataError("parquet.kind", path=path, column=name, kind=kind)
        words = (pl.String, pl.Categorical, pl.Enum, pl.Boolean)
        self.words = frozenset(name for name, kind in self._schema.items() if kind in words)
        self._rows = self._collected(lambda rows: rows.select(pl.len())).item()

    @property
    def names(self) -> list[str]:
        return list(self._schema)

    def __len__(self) -> int:
        return self._rows

    def numbers(self, name: str) -> np.ndarray | None:
        import polars as pl

        kind = self._schema[name]
        if not kind.is_integer() and not kind.is_float():
            return None
        return self._column(name).cast(pl.Float64).to_numpy()

    def pieces(self, names: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
        for start in range(0, self._rows, PIECE):
            part = self._collected(partial(_numbers, names=names, start=start))
            yield {name: part[name].to_numpy() for name in names}

    def cells(self, name: str) -> "pl.Series":
        return _text(self._column(name))

    def read_cells(self, names: Collection[str]) -> None:
        pass

    def cell(self, name: str, row: int) -> tuple[int, str]:
        found = self._collected(lambda rows: rows.select(name).slice(row, 1))[name]
        return row + 1, _text(found).item()

    def _column(self, name: str) -> "pl.Series":
        return self._collected(lambda rows: rows.select(name))[name]

    def _collected(self, query: "Callable[[pl.LazyFrame], pl.LazyFrame]") -> "pl.DataFrame":
        import polars as pl

        try:
            return query(pl.scan_parquet(self._path, glob=False)).collect()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise FileError("parquet.corrupt", path=self._path) from error


def _numbers(rows: "pl.LazyFrame", names: Sequence[str], start: int) -> "pl.LazyFrame":
    import polars as pl

    return rows.select(names).slice(start, PIECE).cast(pl.Float64)


def _text(column: "pl.Series") -> "pl.Series":
    import polars as pl

    return column.cast(pl.String).fill_null("")
