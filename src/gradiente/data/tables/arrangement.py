"""The column of a table by which its rows are split: in time, or by group."""

import numpy as np

from gradiente.data.tables.table import Table
from gradiente.errors import DataError
from gradiente.formatting import count


def arrangement(table: Table, kind: str, column: str) -> np.ndarray:
    """A number for each row: a time, of a column of numbers or dates, or that of its group.

    Arguments:
        kind: "time" or "group"

    Errors: ArgumentError for a column that is not there, or dates whose day and month may change places; DataError
        for a cell that is missing or, of times, is neither
    """
    if kind == "time":
        values = table.times(column)
        gaps = np.isnan(values)
    else:
        cells = table.column(column)
        gaps = cells == "" if cells.dtype.kind == "U" else np.isnan(cells)
        values = np.unique(cells, return_inverse=True)[1]
    if gaps.any():
        where = table.cell(column, int(gaps.argmax()))
        raise DataError("split.missing", **where, count=count(int(gaps.sum())))
    return values
