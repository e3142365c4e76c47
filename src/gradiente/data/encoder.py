"""How a row of a table becomes a row of numbers: fitted on the training rows, then fixed."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.categories import one_hot
from gradiente.data.column_values import as_category, column_numbers, column_words
from gradiente.data.new_rows import read_new_rows, say_far
from gradiente.data.robust_scale import LIMIT, RobustScaler, smooth_clip
from gradiente.data.standardize import Standardizer
from gradiente.data.tables.form import Form
from gradiente.data.tables.table import Table
from gradiente.errors import DataError
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.plain import require_fields

CONSTANT = "1"
ABSENT = "∅"  # of a value that is missing, in the names of features
MOST_CATEGORIES = 1000
SCALERS = ("standard", "robust")
MISSING = ("error", "median", "mean", "drop", "indicator")  # what becomes of a value that is missing
log = logging.getLogger("gradiente")


@dataclass(frozen=True)
class Encoder:
    """Turns columns into features; `to_dict` and `from_dict` serialize it as JSON.

    Numeric columns are standardized where mean and scale are given. A column of text becomes one column of 0
    and 1 for each of its categories, "city=Cali"; a category that training never saw is all zeros, which `encode` says.
    A number that is missing, NaN, becomes its column's `fill`; text that is missing, "", is a category.

    Arguments:
        columns: names of the input columns, in order
        categories: the sorted categories of each column of text, by its name
        mean: μ of each numeric column, in order, or its median; () to leave them as they are
        scale: σ of each numeric column, in order, or the width of its middle half
        constant_input: whether a last column of ones stands for the bias, as in the lecture's b = 0
        target: name of the target column, where there is one, or the names of several
        classes: names of the classes, by number; () for a regression, and for several labels
        target_mean: μ of each target, where a regression learns (y − μ) / σ; otherwise ()
        target_scale: σ of each target
        fill: what stands for a missing value in each numeric column, in order; () where none may be missing
        indicators: numeric columns for which a further feature says where a value was missing: 1, else 0
        decimal: what stands before decimals in the table's file, where that is known
        clip: the number that the scaled columns stay within, smoothly, as `RobustScaler` has it; None: unbounded
        labels: of several targets that a row has or has not, by their names: what is written where it has it not, and
            where it has

    >>> import numpy as np
    >>> table = {"height": np.array([1.5, 1.7]), "city": np.array(["Cali", "Pasto"])}
    >>> encoder = Encoder.fit(table, np.array([0, 1]), scaler="standard")
    >>> encoder.features
    ('height', 'city=Cali', 'city=Pasto')
    >>> encoder.transform(table).round(3)
    array([[-1.,  1.,  0.],
           [ 1.,  0.,  1.]], dtype=float32)
    """

    columns: tuple[str, ...]
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    constant_input: bool = False
    target: str | tuple[str, ...] | None = None
    classes: tuple[str, ...] = ()
    target_mean: tuple[float, ...] = ()
    target_scale: tuple[float, ...] = ()
    fill: tuple[float, ...] = ()
    indicators: tuple[str, ...] = ()
    decimal: str | None = None
    clip: float | None = None
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def fit(
        cls,
        columns: Mapping[str, np.ndarray],
        rows: np.ndarray,
        *,
        scaler: str | None,
        constant_input: bool = False,
        target: str | tuple[str, ...] | None = None,
        classes: Sequence[str] = (),
        missing: str = "error",
        decimal: str | None = None,
    ) -> "Encoder":
        """Fit an encoder of those columns, on those rows only.

        Arguments:
            scaler: how numbers are standardized: "standard", by mean and standard deviation, or "robust", by median and
                quartiles; None: they are left as they are
            missing: what becomes of a missing number: "median", "mean", or "indicator", the median with a further
                feature; "error" and "drop": there are none

        Errors: DataError for a column of text with more than 1,000 categories: a name or a date, not a kind
        """
        categories = {
            name: tuple(np.unique(values[rows]).tolist())
            for name, values in columns.items()
            if values.dtype.kind == "U"
        }
        for name, kinds in categories.items():
            if len(kinds) > MOST_CATEGORIES:
                raise DataError("encoder.categories", column=name, count=len(kinds), most=MOST_CATEGORIES)
        mean, scale, fill, indicators = list[float](), list[float](), list[float](), list[str]()
        clip = LIMIT if scaler == "robust" and len(categories) < len(columns) else None
        for name in columns:
            if name in categories:
                continue
            known = np.asarray(columns[name][rows], dtype=np.float64)
            gaps = np.isnan(known) if missing not in ("error", "drop") else None
            if gaps is not None:
                fill.append(_average(np.nanmean if missing == "mean" else np.nanmedian, known))
                known = np.where(gaps, fill[-1], known)
                indicators += [name] if missing == "indicator" and gaps.any() else []
            if scaler is not None:
                middle, width = _scaling(known[:, None], scaler)
                mean.append(middle)
                scale.append(width)
        return cls(
            tuple(columns),
            categories,
            tuple(mean),
            tuple(scale),
            constant_input,
            target,
            tuple(classes),
            fill=tuple(fill),
            indicators=tuple(indicators),
            decimal=decimal,
            clip=clip,
        )

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the target columns; () where they have none."""
        return (self.target,) if isinstance(self.target, str) else self.target or ()

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of x."""
        names = []
        for column in self.columns:
            kinds = self.categories.get(column)
            names += [column] if kinds is None else [f"{column}={kind or ABSENT}" for kind in kinds]
        names += [f"{column}={ABSENT}" for column in self.indicators]
        return (*names, CONSTANT) if self.constant_input else tuple(names)

    @property
    def places(self) -> dict[str, list[int]]:
        """The places of the features of each input column; the constant input belongs to none."""
        found, position = {}, 0
        for column in self.columns:
            width = len(self.categories.get(column, (column,)))
            found[column] = list(range(position, position + width))
            position += width
        for place, column in enumerate(self.indicators, start=position):
            found[column].append(place)
        return found

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The features of those columns: float64 numbers, or text where the encoder has categories.

        Shapes: one array (rows,) for each column → x (rows, features), float32
        """
        rows, position, numeric = len(columns[self.columns[0]]), 0, 0
        features = np.empty((len(self.features), rows), dtype=np.float32)
        indicators = len(features) - len(self.indicators) - self.constant_input
        with np.errstate(over="ignore"):  # what no float32 can hold becomes infinite, and Dataset names it
            for name in self.columns:
                column, kinds = columns[name], self.categories.get(name)
                if kinds is not None:
                    features[position : position + len(kinds)] = one_hot(column, kinds)
                    position += len(kinds)
                    continue
                if name in self.indicators:
                    features[indicators + self.indicators.index(name)] = np.isnan(column)
                features[position] = self._number(column, numeric)
                position, numeric = position + 1, numeric + 1
        if self.constant_input:
            features[-1] = 1
        return np.ascontiguousarray(features.T)

    def _number(self, column: np.ndarray, place: int) -> np.ndarray:
        """A column of numbers as the network gets it, by its place among those."""
        column = np.asarray(column, dtype=np.float64)
        if self.fill:
            column = np.where(np.isnan(column), self.fill[place], column)
        if not self.mean:
            return column
        scaled = (column - self.mean[place]) / self.scale[place]
        return scaled if self.clip is None else smooth_clip(scaled, self.clip)

    def transform_rows(self, x: np.ndarray) -> np.ndarray:
        """The features of rows whose numbers are the input columns, in order.

        Shapes: x (rows, columns) → (rows, features), float32
        Errors: DataError where there are more or fewer columns, or one of them is text
        """
        self.require_rows(x.shape)
        if self.fill:
            return self.transform(dict(zip(self.columns, np.asarray(x, dtype=np.float64).T, strict=True)))
        rows = np.empty((len(x), len(self.features)), dtype=np.float32)
        with np.errstate(over="ignore"):
            rows[:, : x.shape[1]] = self._scaled(x)
        rows[:, x.shape[1] :] = 1  # the constant input, where there is one
        return rows

    def _scaled(self, x: np.ndarray) -> np.ndarray:
        """The numeric columns as the network gets them."""
        if not self.mean:
            return x
        scaled = Standardizer(np.array(self.mean), np.array(self.scale)).transform(x)
        return scaled if self.clip is None else smooth_clip(scaled, self.clip)

    def require_rows(self, shape: tuple[int, ...]) -> None:
        """Raise the error of `transform_rows` for rows of another shape."""
        if len(shape) != 2 or shape[1] != len(self.columns) or self.categories:
            raise DataError("encoder.rows", columns=", ".join(self.columns), shape=shape)

    def encode(self, path: str | Path) -> np.ndarray:
        """The features of every row of a table in a file, exactly as in training; its columns are matched by name.

        In a file without a header they are those of training, in order. How many rows have a category that training
        never saw, or a number far from all that it saw, is said by the log `gradiente`.

        Shapes: a table of m rows → x (m, features), float32
        Errors: DataError naming the columns that are missing, or the cell that is; FileError for no such file
        """
        _, columns = read_new_rows(Path(path), Form(decimal=self.decimal), self.columns_of, self.wanted)
        say_far(self, columns)
        return self.transform(columns)

    @property
    def wanted(self) -> dict[str, list[str]]:
        """The columns of its tables, as `read_table` takes them."""
        numbers = [name for name in self.columns if name not in self.categories]
        return {"numbers": numbers, "words": list(self.categories)}

    def columns_of(self, table: Table, *, gaps: bool = False) -> dict[str, np.ndarray]:
        """A table's columns that `transform` takes; those of a table without a header by their places.

        Arguments:
            gaps: whether values may be missing that training had none of

        Errors: as of `encode`
        """
        names = dict(zip(self.columns, self.columns, strict=True))
        if not table.form.header and len(table.names) == len(self.columns):
            names = dict(zip(self.columns, table.names, strict=True))
        missing = [name for name, own in names.items() if own not in table.names]
        if missing:
            found = ", ".join(each for each in table.names if each not in self.columns) or "∅"
            raise DataError("encoder.columns", path=table.path, missing=", ".join(missing), found=found)
        return {name: self._column(table, name, own, gaps) for name, own in names.items()}

    def encode_columns(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The features of columns in memory, as `columns_of` has them, exactly as in training; matched by name.

        Other columns may be among them. How many rows have a category that training never saw is said by the log
        `gradiente`.

        Shapes: columns of m rows → x (m, features), float32
        Errors: DataError for columns that are missing, for a value that is where training had none, and for text that
            is no number
        """
        missing = [name for name in self.columns if name not in columns]
        if missing:
            known = {"missing": ", ".join(missing), "got": ", ".join(columns)}
            raise DataError("encoder.frame_columns", **known)
        return self.transform({name: self._own(name, columns[name]) for name in self.columns})

    def _own(self, name: str, column: np.ndarray) -> np.ndarray:
        """A column in memory: numbers, or text where it has categories."""
        kinds = self.categories.get(name)
        column = column_numbers(name, column) if kinds is None else column_words(column, kinds)
        gaps = self._gaps(name, column)
        if gaps.any():
            where = {"column": name, "row": int(gaps.argmax()), "count": count(int(gaps.sum()))}
            raise DataError("encoder.frame_missing", **where)
        return column if kinds is None else self._known(name, column)

    def _column(self, table: Table, name: str, own: str, may_have_gaps: bool) -> np.ndarray:
        """A column of a table, which calls it `own`: numbers, or text where it has categories."""
        kinds = self.categories.get(name)
        column = table.numbers(own) if kinds is None else table.words(own)
        gaps = self._gaps(name, column)
        if gaps.any() and not may_have_gaps:
            where = table.cell(own, int(gaps.argmax()))
            raise DataError("encoder.missing", **where, count=count(int(gaps.sum())))
        return column if kinds is None else self._known(name, column)

    def _gaps(self, name: str, column: np.ndarray) -> np.ndarray:
        """Where a value is missing that must not be."""
        if self.fill:
            return np.zeros(len(column), dtype=bool)
        kinds = self.categories.get(name)
        return np.isnan(column) if kinds is None else (column == "") & ("" not in kinds)

    def _known(self, name: str, column: np.ndarray) -> np.ndarray:
        """A column of text in the words of training; how many of them training never saw is said."""
        kinds = self.categories[name]
        written, place = np.unique(column, return_inverse=True)
        written = np.array([as_category(cell, kinds) for cell in written.tolist()])
        unseen = ~np.isin(written, kinds)
        if unseen.any():
            cells = ", ".join(map(repr, np.unique(written[unseen])[:3].tolist()))
            words = {"column": name, "cells": cells, "known": ", ".join(kinds[:5])}
            rows = {"count": count(int(unseen[place].sum())), "rows": count(len(column))}
            log.warning(text("encoder.unseen", **words, **rows))
        return written[place]

    def in_units(self, targets: np.ndarray) -> np.ndarray:
        """Standardized targets, or predictions of them, in the units of the table again: y σ + μ."""
        return (
            targets * np.array(self.target_scale) + np.array(self.target_mean)
            if self.target_mean
            else targets
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, numbers and text, for a JSON file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Encoder":
        """The encoder described by `to_dict`, also after serialization as JSON.

        Errors: DataError for other keys than an encoder has; ValueError for values of other types, or that do not fit
            together
        """
        values = {"labels": {}, **values}  # which earlier versions do not write
        expected = {item.name for item in fields(cls)}
        if set(values) != expected:
            keys = {"expected": ", ".join(sorted(expected)), "got": ", ".join(sorted(values))}
            raise DataError("encoder.keys", **keys)
        require_fields(cls, values)
        plain: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        for name in ("categories", "labels"):
            plain[name] = {column: tuple(kinds) for column, kinds in values[name].items()}
        encoder, categories = cls(**plain), plain["categories"]
        numeric = len(encoder.columns) - len(categories)
        if (
            not encoder.columns
            or not set(categories) <= set(encoder.columns)
            or not len(encoder.mean) == len(encoder.scale) in (0, numeric)
            or len(encoder.target_mean) != len(encoder.target_scale)
            or len(encoder.fill) not in (0, numeric)
            or not (encoder.clip is None or encoder.clip > 0)
            or any(len(written) != 2 for written in encoder.labels.values())
            or (encoder.labels and tuple(encoder.labels) != encoder.targets)
            or not set(encoder.indicators) <= set(encoder.columns) - set(categories)
        ):
            raise DataError("encoder.fields")
        return encoder


def _average(of: Any, values: np.ndarray) -> float:
    """Of the numbers that are there; 0 where there are none."""
    return 0.0 if np.isnan(values).all() else float(of(values))


def _scaling(known: np.ndarray, scaler: str) -> tuple[float, float]:
    """Where the middle of a column is, and its width."""
    if scaler == "robust":
        robust = RobustScaler.fit(known)
        return float(robust.median[0]), float(robust.scale[0])
    standard = Standardizer.fit(known)
    return float(standard.mean[0]), float(standard.scale[0])
