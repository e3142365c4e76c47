"""Parquet files: cells as text, whose types come with the file."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from gradiente.errors import DataError, FileError
from gradiente.files import read_file

if TYPE_CHECKING:
    import polars as pl

MAGIC = b"PAR1"  # the first bytes, and the last
SUFFIX = ".parquet"


class Rows:
    """The rows of a file that has no lines, in the place of its records."""

    def line(self, row: int) -> int:
        """The number of a row, the first is 1."""
        return row + 1


def read_parquet(path: Path) -> tuple["pl.DataFrame", frozenset[str]]:
    """All cells as text, "" where one is missing; and the columns that are words, whatever they look like.

    Errors: FileError for a file that is missing or broken; DataError for a column of lists, records or bytes
    """
    import polars as pl

    content = read_file(path)
    if not content.startswith(MAGIC):
        raise FileError("parquet.corrupt", path=path)
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileError("parquet.corrupt", path=path) from error
    for name, kind in frame.schema.items():
        if kind.is_nested() or kind in (pl.Binary, pl.Object, pl.Duration):
            raise DataError("parquet.kind", path=path, column=name, kind=kind)
    words = (pl.String, pl.Categorical, pl.Enum, pl.Boolean)
    named = frozenset(name for name, kind in frame.schema.items() if kind in words)
    return frame.select(pl.all().cast(pl.String).fill_null("")), named
