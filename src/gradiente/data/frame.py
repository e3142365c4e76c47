"""A DataFrame of pandas, polars or another kind that narwhals knows: its columns as an Encoder takes them."""

from collections.abc import Collection, Mapping
from numbers import Real
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError, DataError

_MIXED = ("Object", "Unknown")  # what narwhals calls a column of any Python objects


def is_frame(x: Any) -> bool:
    """Whether x is a DataFrame."""
    import narwhals.stable.v2 as nw

    return nw.dependencies.is_into_dataframe(x)


def is_numeric(frame: Any) -> bool:
    """Whether every column of a DataFrame holds numbers, or True and False."""
    import narwhals.stable.v2 as nw

    dtypes = nw.from_native(frame, eager_only=True).schema.dtypes()
    return all(dtype.is_numeric() or dtype == nw.Boolean for dtype in dtypes)


def selected(frame: Any, names: list[str]) -> Any:
    """Those columns of a DataFrame, in that order."""
    import narwhals.stable.v2 as nw

    return nw.from_native(frame, eager_only=True).select(names).to_native()


def columns_of(table: Any, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """The columns of a DataFrame, or of a mapping from names to columns, by name.

    A column of numbers is float64, with NaN where one is missing; any other one is text, with "" there. In a mapping,
    one value alone is a column of one row: {"height": 1.7, "city": "Cali"}.

    Arguments:
        names: of the columns that are taken, as far as they are there; None: all

    Errors: DataError for columns of different lengths, and for one of dates or lists; ArgumentError for two columns of
        one name, and for anything that has no columns

    >>> columns_of({"height": [1.7, None], "city": ["Cali", None]})["city"].tolist()
    ['Cali', '']
    """
    if isinstance(table, Mapping):
        columns = {
            str(name): _of_values(str(name), values)
            for name, values in table.items()
            if names is None or name in names
        }
    elif is_frame(table):
        columns = _of_frame(table, names)
    else:
        raise ArgumentError("frame.kind", got=type(table).__name__)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        sizes = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise DataError("frame.lengths", lengths=sizes)
    return columns


def _of_frame(table: Any, names: Collection[str] | None) -> dict[str, np.ndarray]:
    import narwhals.stable.v2 as nw

    try:
        frame = nw.from_native(table, eager_only=True)
        taken = [name for name in frame.columns if names is None or name in names]
    except ValueError as error:  # of pandas, which allows two columns of one name
        raise ArgumentError("frame.names", reason=error) from error
    columns = {}
    for name in taken:
        column = frame[name]
        if column.dtype.is_numeric() or column.dtype == nw.Boolean:
            columns[str(name)] = column.cast(nw.Float64).to_numpy()
        elif column.dtype in (nw.String, nw.Categorical, nw.Enum) or str(column.dtype) in _MIXED:
            columns[str(name)] = _of_values(str(name), column.to_list())
        else:
            raise DataError("frame.dtype", column=name, dtype=column.dtype)
    return columns


def _of_values(name: str, values: Any) -> np.ndarray:
    """A column of Python objects, or one value alone, as numbers where all of them are."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf" and values.ndim == 1:
        return values.astype(np.float64)
    listed = [values] if isinstance(values, str | Real | None) else list(values)
    entries = [None if _is_missing(entry) else entry for entry in listed]
    odd = [entry for entry in entries if not isinstance(entry, str | Real | np.bool | None)]
    if odd:
        raise DataError("frame.dtype", column=name, dtype=type(odd[0]).__name__)
    if all(entry is None or not isinstance(entry, str) for entry in entries):
        return np.array([np.nan if entry is None else entry for entry in entries], dtype=np.float64)
    return np.array(["" if entry is None else str(entry) for entry in entries])


def _is_missing(value: Any) -> bool:
    """Whether it stands for no value: None, NaN, or the NA of pandas."""
    return value is None or value != value or type(value).__name__ in ("NAType", "NaTType")
