"""A table in a file as training and test data."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np

from gradiente.data.encoder import MISSING
from gradiente.data.splits.rule import AT_RANDOM, Origin, SplitRule
from gradiente.data.tables.arrangement import arrangement
from gradiente.data.tables.form import Form
from gradiente.data.tables.several_targets import several_targets, target_names
from gradiente.data.tables.table import Table, read_table
from gradiente.data.tables.target import Target, target_of
from gradiente.errors import ArgumentError, DataError, require
from gradiente.formatting import count
from gradiente.locale import text

TASKS = ("classification", "regression")
SOME_CATEGORIES = 50  # so many are said
log = logging.getLogger("gradiente")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is read of a table, and how.

    Arguments:
        form: how the table is written
        target: name of the target's column, or of several, also with commas between them; None: the last one
        features: names of the columns that are learned from; None: all others
        drop: names of columns that are left out
        missing: what becomes of a value that is missing: "error"; "median" or "mean" of the training rows; "drop", its
            row; "indicator", the median and a further column that says so. Text has a category of its own for it.
        task: "classification" or "regression"; None: by the target. A classification of several targets is one of
            labels, which a row has or has not
        weight: name of the column with the weights of the rows, which is no feature; None: all count alike
        prefer_numbers: whole numbers are no classes, because the loss is one of numbers
        split: the rule by which rows are split; its column is no feature, unless `features` names it

    Errors: ArgumentError for another `missing` or `task`, or the target among the features
    """

    form: Form = field(default_factory=Form)
    target: str | Sequence[str] | None = None
    features: Sequence[str] | None = None
    drop: Sequence[str] = ()
    missing: str = "error"
    task: str | None = None
    weight: str | None = None
    prefer_numbers: bool = False
    split: SplitRule = AT_RANDOM

    @property
    def left_out(self) -> list[str]:
        """The columns to drop, that of the weights, and the one that rows are split by, unless it is a feature."""
        column = self.split.column
        own = [] if column is None or column in (self.features or ()) else [column]
        own += [] if self.weight is None else [self.weight]
        return list(dict.fromkeys([*self.drop, *own]))

    def __post_init__(self) -> None:
        require(self.missing in MISSING, "load.missing", got=repr(self.missing), expected=", ".join(MISSING))
        require(self.task in (None, *TASKS), "load.task", got=repr(self.task), expected=", ".join(TASKS))


@dataclass(frozen=True, eq=False)
class OwnTable:
    """The columns that are learned from, and the target, without the rows that are left out.

    `on_disk` as of the file's Columns.
    """

    columns: "Chosen"
    target: Target
    target_name: str | tuple[str, ...]
    origin: Origin
    weights: np.ndarray | None
    decimal: str | None
    on_disk: bool


class Chosen(Mapping[str, np.ndarray]):
    """Columns of some rows of a table; those of numbers are put together where they are asked for.

    Arguments:
        table: with the columns
        held: each column in memory, of all rows; None for those that the table has as numbers
        rows: which rows; None: all
    """

    def __init__(
        self, table: Table, held: Mapping[str, np.ndarray | None], rows: np.ndarray | None = None
    ) -> None:
        self._table = table
        self._held = held
        self._rows = rows

    def __getitem__(self, name: str) -> np.ndarray:
        column = self._held[name]
        column = self._table.numbers(name) if column is None else column
        return column if self._rows is None else column[self._rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def pieces(self) -> Iterator[dict[str, np.ndarray]]:
        """All columns, some consecutive rows at a time; what of them is in memory is given up piece by piece."""
        held = {name: column for name, column in self._held.items() if column is not None}
        numbers = [name for name in self if name not in held]
        start = 0
        for piece in self._table.columns.pieces(numbers) if numbers else [{}]:
            stop = start + len(piece[numbers[0]]) if numbers else len(self._table)
            piece |= {name: column[start:stop] for name, column in held.items()}
            rows = slice(None) if self._rows is None else self._rows[start:stop]
            yield {name: column[rows] for name, column in piece.items()}
            start = stop


def read_own_table(path: Path, reading: Reading) -> OwnTable:
    """A table's columns: float64 numbers, NaN where one is missing, or text, "" where it is.

    What was found and decided is said by the log `gradiente`.

    Errors: those of `read_table`, `target_of` and Reading; DataError for a value that is missing where none may be, for
        a target that is the same number in every row, and for a column of text that is different in almost every row
    """
    table = read_table(path, reading.form)
    for name in (*(reading.features or ()), *reading.drop):
        table.require(name)
    targets = () if reading.target is None else target_names(table, reading.target)
    weights = None if reading.weight is None else _weights(table, reading, targets)
    values, rule, remarks = None, reading.split, []
    if rule.column is not None:
        require(rule.column not in targets, "split.target", column=rule.column)
        values = arrangement(table, rule.kind, rule.column)
        if rule.column in reading.left_out:
            remarks.append(text(f"split.remark.{rule.kind}", column=rule.column))
    table = table.without(reading.left_out)
    targets = target_names(table, targets or None)
    target = targets_of(table, targets, reading)
    names = (
        [each for each in table.names if each not in targets]
        if reading.features is None
        else list(reading.features)
    )
    for name in targets:
        if name in names:
            raise ArgumentError("load.target_feature", column=name)
    remarks = [*table.remarks, *remarks, *target.remarks]
    held = dict[str, np.ndarray | None]()
    for each in names:
        column = table.column(each)
        if column.dtype.kind == "U" and table.is_dates(each):
            cell = next(cell for cell in column.tolist() if cell)
            raise DataError("csv.dates", path=path, column=each, cell=cell)
        if not _missing(column).all():
            held[each] = None if table.is_typed(each) else column
        else:
            remarks.append(text("csv.remark.empty_column", column=each))
    columns = Chosen(table, held)
    if not columns:
        raise DataError("csv.one_column", path=path, column=targets[0])
    if reading.missing == "error":
        all_gaps = ((each, _missing(column)) for each, column in columns.items())
        for each, gaps in chain(all_gaps, target.missing_in.items()):
            if gaps.any():
                raise DataError(
                    "csv.missing", **table.cell(each, int(gaps.argmax())), count=count(int(gaps.sum()))
                )
    if target.task == "regression":
        _require_several_values(path, targets, target.y[~target.missing])
    out = target.missing.copy()
    if reading.missing == "drop":
        for column in columns.values():
            out |= _missing(column)
    if out.any():
        remarks.append(text("csv.remark.dropped", count=count(int(out.sum())), rows=count(len(out))))
    remarks += _categories(table, columns)
    for remark in remarks:
        log.info(remark)
    if out.any():
        columns = Chosen(table, held, ~out)
    origin = Origin(np.arange(1, len(out) + 1), rule, values).take(np.flatnonzero(~out))
    target = replace(target, y=target.y[~out], missing=target.missing[~out])
    weights = None if weights is None else weights[~out]
    target_name = targets[0] if len(targets) == 1 else targets
    return OwnTable(columns, target, target_name, origin, weights, table.decimal, table.columns.on_disk)


def targets_of(table: Table, names: tuple[str, ...], reading: Reading) -> Target:
    """The targets of those columns of a table.

    Errors: as of `target_of` and `several_targets`
    """
    if len(names) == 1:
        return target_of(table, names[0], reading.task, prefer_numbers=reading.prefer_numbers)[1]
    return several_targets(table, names, reading.task, prefer_numbers=reading.prefer_numbers)


def _require_several_values(path: Path, names: tuple[str, ...], y: np.ndarray) -> None:
    """Raise a DataError for a target of a regression that is the same number in every row."""
    for name, column in zip(names, y.reshape(len(y), -1).T, strict=True):
        if len(column) > 1 and column.min() == column.max():
            raise DataError("csv.constant_target", path=path, column=name, value=f"{column[0]:.6g}")


def _weights(table: Table, reading: Reading, targets: tuple[str, ...]) -> np.ndarray:
    """The weights of the rows.

    Errors: ArgumentError for the target's column, or a feature's; DataError for a weight that is missing or negative
    """
    name = reading.weight or ""
    require(name not in (*targets, *(reading.features or ())), "csv.weight_column", column=name)
    weights = table.numbers(name)
    for wrong, key in ((np.isnan(weights), "csv.no_weight"), (weights < 0, "csv.negative_weight")):
        if wrong.any():
            raise DataError(key, **table.cell(name, int(wrong.argmax())))
    return weights


def _missing(column: np.ndarray) -> np.ndarray:
    return column == "" if column.dtype.kind == "U" else np.isnan(column)


def _categories(table: Table, columns: Mapping[str, np.ndarray]) -> list[str]:
    """What is to be said of columns of text with many categories, and of columns that are mostly missing."""
    remarks = []
    for name, column in columns.items():
        gaps = int(_missing(column).sum())
        if 2 * gaps > len(column):
            words = {"column": name, "count": count(gaps), "rows": count(len(column))}
            remarks.append(text("csv.remark.mostly_missing", **words))
        if column.dtype.kind != "U":
            continue
        kinds = len(np.unique(column))
        if kinds > SOME_CATEGORIES and 2 * kinds > len(column):
            example = next(cell for cell in column.tolist() if cell)
            raise DataError("csv.unique_text", path=table.path, column=name, count=count(kinds), cell=example)
        if kinds > SOME_CATEGORIES:
            remarks.append(text("csv.remark.categories", column=name, count=count(kinds)))
    return remarks
