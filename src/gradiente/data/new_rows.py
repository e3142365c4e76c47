"""New rows of a table for an encoder: read as in training, and what is unlike everything that training saw is said."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from gradiente.data.tables.form import Form
from gradiente.data.tables.table import Table, read_table
from gradiente.errors import DataError, FileError
from gradiente.formatting import count, short
from gradiente.locale import text

Array = np.ndarray
FAR = 20.0  # standard deviations from the mean of training
MOSTLY = 0.5  # of the rows, where the middle half was the measure: outliers are far from it
log = logging.getLogger("gradiente")


class Scaling(Protocol):
    """What an Encoder knows of its columns."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def categories(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def mean(self) -> tuple[float, ...]: ...
    @property
    def scale(self) -> tuple[float, ...]: ...
    @property
    def clip(self) -> float | None: ...


def read_new_rows(
    path: Path,
    form: Form,
    columns_of: Callable[[Table], dict[str, Array]],
    wanted: Mapping[str, Collection[str]],
) -> tuple[Table, dict[str, Array]]:
    """A table in a file, and its columns as `transform` takes them.

    Decimals are written as in training; where a cell is no number then, with the other mark, if all cells are with it.

    Arguments:
        form: how the table is written, with the decimals of training
        columns_of, wanted: an Encoder's

    Errors: as of `Encoder.encode`
    """
    table = read_table(path, form, **wanted)
    try:
        columns = columns_of(table)
    except DataError as error:
        if error.key != "csv.not_number":
            raise
        mark = "." if form.decimal == "," else ","
        try:
            table = read_table(path, replace(form, decimal=mark), **wanted)
            columns = columns_of(table)
        except (DataError, FileError):
            raise DataError("encoder.not_number", **error.values) from None
        log.warning(text("encoder.decimal", path=path.name, mark=mark, trained=form.decimal or "."))
    return table, columns


def say_far(encoder: Scaling, columns: Mapping[str, Array]) -> None:
    """Say of which columns numbers are far from all of training, as in another unit, by the log `gradiente`."""
    numeric = [name for name in encoder.columns if name not in encoder.categories]
    for name, middle, scale in zip(numeric, encoder.mean, encoder.scale, strict=bool(encoder.mean)):
        distance = np.abs(columns[name] - middle)
        far = distance > FAR * scale
        if far.mean() > (0 if encoder.clip is None else MOSTLY):
            cell = short(float(columns[name][far.argmax()]))
            words = {"column": name, "count": count(int(far.sum())), "rows": count(len(far)), "cell": cell}
            log.warning(text("encoder.far", **words, mean=short(float(f"{middle:.4g}"))))
