"""A DataFrame of pandas, polars or another kind that narwhals knows: its columns as an Encoder takes them."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError, DataError
from gradiente.formatting import count

MOSTLY = 0.5  # of the cells
_NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*")
_CODE = re.compile(r"\s*0\d+\s*")
_MIXED = ("Object", "Unknown")  # what narwhals calls a column of any Python objects


def is_frame(x: Any) -> bool:
    """Whether x is a DataFrame.

    Errors: ArgumentError for a LazyFrame, whose rows are not there yet
    """
    import narwhals.stable.v2 as nw

    if nw.dependencies.is_polars_lazyframe(x):
        raise ArgumentError("frame.lazy")
    return nw.dependencies.is_into_dataframe(x)


def is_numeric(frame: Any) -> bool:
    """Whether every column of a DataFrame holds numbers, or True and False."""
    import narwhals.stable.v2 as nw

    dtypes = _opened(frame).schema.dtypes()
    return all(dtype.is_numeric() or dtype == nw.Boolean for dtype in dtypes)


def selected(frame: Any, names: list[str]) -> Any:
    """Those columns of a DataFrame, in that order."""
    return _opened(frame).select(names).to_native()


def named(frame: Any) -> Any:
    """A DataFrame whose columns have text as names: pandas numbers them where a file has no header.

    >>> import pandas as pd
    >>> list(named(pd.DataFrame({0: [1.7], ("b", "city"): ["Cali"]})).columns)
    ['0', 'b city']
    """
    if all(isinstance(name, str) for name in frame.columns):
        return frame
    words = [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns]
    return frame.set_axis(words, axis=1)


def require_complete(columns: Mapping[str, np.ndarray], *, gaps: bool) -> None:
    """Raise a DataError for an infinite number, and for one that is missing unless `gaps` are filled."""
    for name, column in columns.items():
        if column.dtype.kind == "U":
            continue
        infinite, missing = np.isinf(column), np.isnan(column)
        if infinite.any():
            raise DataError("frame.infinite", column=name, row=int(infinite.argmax()))
        if missing.any() and not gaps:
            where = {"column": name, "row": int(missing.argmax())}
            raise DataError("frame.missing", **where, count=count(int(missing.sum())))


def require_no_text_numbers(frame: Any) -> None:
    """Raise a DataError for a column of text, not of categories, that holds measures: most cells are numbers.

    Each different number would be a category. Whole ones that repeat may be codes.
    """
    import narwhals.stable.v2 as nw

    opened = _opened(frame)
    for name in opened.columns:
        column = opened.get_column(name)
        if column.dtype != nw.String and str(column.dtype) not in _MIXED:
            continue
        words = _of_values(name, column.to_list())
        present = words[words != ""].tolist() if words.dtype.kind == "U" else []
        numbers = [cell for cell in present if _NUMBER.fullmatch(cell)]
        measures = len({*numbers}) > MOSTLY * len(present) or any(not cell.isdigit() for cell in numbers)
        if len(numbers) > MOSTLY * len(present) and measures and not any(map(_CODE.fullmatch, numbers)):
            others = sorted({*present} - {*numbers})
            key = "frame.mixed_numbers" if others else "frame.text_numbers"
            raise DataError(key, column=name, cell=numbers[0], other=others[0] if others else "")


def _opened(table: Any) -> Any:
    """A DataFrame as narwhals reads it."""
    import narwhals.stable.v2 as nw

    try:
        return nw.from_native(table, eager_only=True)
    except (
        ValueError,
        nw.exceptions.DuplicateError,
    ) as error:  # of pandas, which allows two columns of one name
        raise ArgumentError("frame.names", reason=" ".join(str(error).split())) from error


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

    frame = _opened(named(table))
    taken = [name for name in frame.columns if names is None or name in names]
    columns = {}
    for name in taken:
        column = frame.get_column(name)
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
    listed = [values] if isinstance(values, str | Real | Decimal | None) else list(values)
    entries = [None if _is_missing(entry) else entry for entry in listed]
    odd = [entry for entry in entries if not isinstance(entry, str | Real | Decimal | np.bool | None)]
    if odd:
        raise DataError("frame.dtype", column=name, dtype=type(odd[0]).__name__)
    if all(entry is None or not isinstance(entry, str) for entry in entries):
        return np.array([np.nan if entry is None else entry for entry in entries], dtype=np.float64)
    return np.array(["" if entry is None else str(entry) for entry in entries])


def _is_missing(value: Any) -> bool:
    """Whether it stands for no value: None, NaN, or the NA of pandas."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value
