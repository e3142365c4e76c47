"""Several targets of a table: numbers, or labels, of which a row has each or has it not."""

from collections.abc import Mapping, Sequence

import numpy as np

from gradiente.data.tables.table import Table
from gradiente.data.tables.target import Target, classes_of
from gradiente.errors import ArgumentError, DataError, require
from gradiente.formatting import count
from gradiente.locale import text

SHOWN = 3  # values that are named
Array = np.ndarray


def target_names(table: Table, given: str | Sequence[str] | None) -> tuple[str, ...]:
    """The names of the target columns; the last column by default.

    Arguments:
        given: the name of a column, or several with commas between them; or several of these

    Errors: ArgumentError for a column that is not there, or is named twice
    """
    if given is None:
        return (table.names[-1],)
    names = list[str]()
    for entry in [given] if isinstance(given, str) else given:
        parts = [part.strip() for part in entry.split(",") if part.strip()]
        names += [entry] if entry in table.names or len(parts) < 2 else parts
    for name in names:
        table.require(name)
        require(names.count(name) == 1, "target.twice", column=name)
    return tuple(names)


def several_targets(
    table: Table, names: tuple[str, ...], task: str | None = None, *, prefer_numbers: bool = False
) -> Target:
    """The targets of those columns: all numbers, or all labels, which are columns of two values.

    Of the two values, the larger number says that a row has the label, or the word that comes last in the alphabet: 1,
    true, yes.

    Arguments:
        task: "classification": labels; "regression": numbers; None: labels where every column has two values
        prefer_numbers: numbers are no labels, because the loss is one of numbers

    Errors: DataError for a column of words among numbers, for a label with other than two values; ArgumentError for
        labels among numbers
    """
    remarks = ()
    if task is None:
        task = _task(table, names, prefer_numbers)
        if task == "classification":
            remarks = (text("csv.remark.as_labels", targets=", ".join(names)),)
    if task == "regression":
        numbers = {name: table.numbers(name) for name in names}
        gaps = {name: np.isnan(column) for name, column in numbers.items()}
        y = np.column_stack(list(numbers.values()))
        return Target(y, "regression", (), _any(gaps), remarks, missing_in=gaps)
    found = {name: _label(table, name) for name in names}
    y = np.column_stack([column for _, column in found.values()])
    labels = {name: written for name, (written, _) in found.items()}
    gaps = {name: np.isnan(column) for name, (_, column) in found.items()}
    return Target(y, "multilabel", (), _any(gaps), remarks, labels, gaps)


def _any(gaps: Mapping[str, Array]) -> Array:
    """Which rows lack one of their targets."""
    return np.logical_or.reduce(list(gaps.values()))


def _task(table: Table, names: tuple[str, ...], prefer_numbers: bool) -> str:
    """What the columns hold.

    Errors: as of `several_targets`
    """
    columns = {name: table.column(name) for name in names}
    numeric = [name for name, column in columns.items() if column.dtype.kind == "f"]
    if prefer_numbers and len(numeric) == len(names):
        return "regression"
    values = {name: _values(column) for name, column in columns.items()}
    for name, present in values.items():
        if len(present) == 1:
            value = f"{present[0]:.6g}" if name in numeric else present[0]
            raise DataError("csv.constant_target", path=table.path, column=name, value=value)
    labels = [
        name for name, v in values.items() if len(v) == 2 and (name not in numeric or (v == v.round()).all())
    ]
    others = [name for name in names if name not in labels]
    if not labels and len(numeric) == len(names):
        return "regression"
    if not others:
        return "classification"
    words = {"path": table.path, "labels": ",".join(labels), "numbers": ",".join(others)}
    if len(numeric) == len(names):
        raise ArgumentError("target.mixed_numbers", **words)
    for name in others:
        if name not in numeric:
            _label(table, name)  # its error
    raise ArgumentError("target.mixed", **words)


def _values(column: Array) -> Array:
    """The different values of a column that are not missing."""
    return np.unique(column[~np.isnan(column) if column.dtype.kind == "f" else column != ""])


def _label(table: Table, name: str) -> tuple[tuple[str, ...], Array]:
    """The two values as they are written, and a column of 0 and 1, NaN where one is missing."""
    column, words = table.column(name), table.words(name)
    values = column if column.dtype.kind == "f" else None
    missing = words == "" if values is None else np.isnan(values)
    written, numbers = classes_of(words, values, missing)
    where = {"path": table.path, "column": name}
    if len(written) == 1:
        raise DataError("csv.constant_target", **where, value=written[0])
    if len(written) != 2:
        first = ", ".join(map(repr, written[:SHOWN])) + (", …" if len(written) > SHOWN else "")
        raise DataError("target.not_label", **where, count=count(len(written)), values=first)
    return written, np.where(missing, np.nan, numbers)
