"""A table's target: classes or numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gradiente.data.tables.table import Table
from gradiente.errors import DataError
from gradiente.locale import text

MOST_INTEGER_CLASSES = 20
# What people call the target's column, in small letters.
_NAMES = frozenset(("label", "class", "target", "y", "output", "clase", "etiqueta", "objetivo", "salida"))


@dataclass(frozen=True, eq=False)
class Target:
    """The targets of the rows: class numbers with the names of the classes, real numbers, or 0 and 1 for each label.

    Arguments:
        y: of each row, with a column for each of several; NaN or −1 where `missing`
        missing: which rows have none, or not all
        remarks: what was decided, in the reader's language
        labels: by name, what is written where a row has the label not, and where it has
        missing_in: which rows have none, for each column
    """

    y: np.ndarray
    task: Literal["classification", "regression", "multilabel"]
    classes: tuple[str, ...]
    missing: np.ndarray
    remarks: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing_in: Mapping[str, np.ndarray] = field(default_factory=dict)


def target_of(
    table: Table, name: str | None, task: str | None = None, *, prefer_numbers: bool = False
) -> tuple[str, Target]:
    """The name of the target's column, the last one by default, and the targets.

    Words are classes, and so are codes such as 007; real numbers are not. At most twenty different whole numbers may be
    either: they are classes unless one has a single row or `task` says otherwise, and the remarks say which. Classes
    have the names that are written in the file.

    Arguments:
        task: "classification" or "regression", as given
        prefer_numbers: whole numbers are no classes, because the loss is one of numbers

    Errors: ArgumentError for a column that is not there; DataError for a regression of words, and for a cell among
        numbers that is none
    """
    remarks = []
    name = table.names[-1] if name is None else name
    others = [each for each in table.names if each.casefold() in _NAMES and each != name]
    if name.casefold() not in _NAMES and others:
        remarks.append(text("csv.remark.like_target", column=others[0], target=name))
    try:
        column = table.numbers(name) if task == "regression" else table.column(name)
    except DataError as error:
        if error.key != "csv.not_number":
            raise
        raise DataError("csv.not_number_target", **error.values) from None
    numeric = column.dtype.kind == "f"
    values = column if numeric else np.zeros(0)
    if task is None and numeric:
        task, doubt = task_of(values[~np.isnan(values)], name, prefer_numbers=prefer_numbers)
        remarks += doubt
    if task == "regression":
        missing = np.isnan(values)
        return name, Target(values, "regression", (), missing, tuple(remarks), missing_in={name: missing})
    words = table.words(name)
    missing = np.isnan(values) if numeric else words == ""
    classes, y = classes_of(words, values if numeric else None, missing)
    gaps = {name: missing}
    return name, Target(y, "classification", classes, missing, tuple(remarks), missing_in=gaps)


def task_of(
    values: np.ndarray, name: str, *, prefer_numbers: bool
) -> tuple[Literal["classification", "regression"], list[str]]:
    """Whether numbers are classes, as `target_of` takes them; what was decided where they may be either, in words."""
    labels, rows = np.unique(values, return_counts=True)
    either = bool(np.all(values == np.round(values))) and len(labels) <= MOST_INTEGER_CLASSES
    classes = either and (len(labels) <= 2 or not (prefer_numbers or rows.min() == 1))
    task = "classification" if classes else "regression"
    doubtful = either and len(labels) > 2
    return task, [text(f"csv.remark.as_{task}", target=name, count=len(labels))] if doubtful else []


def classes_of(
    words: np.ndarray, values: np.ndarray | None, missing: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray]:
    """The names of the classes in ascending order, and each row's class; 1 and 1.0 are the same one."""
    y = np.full(len(words), -1)
    if values is None:
        names, y[~missing] = np.unique(words[~missing], return_inverse=True)
        return tuple(names.tolist()), y
    _, first, y[~missing] = np.unique(values[~missing], return_index=True, return_inverse=True)
    return tuple(words[~missing][first].tolist()), y
