"""How a row of a table becomes a row of numbers: fitted on the training rows, then fixed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.standardize import Standardizer
from gradiente.data.table import read_table
from gradiente.errors import DataError
from gradiente.plain import require_fields

CONSTANT = "1"
MOST_CATEGORIES = 1000


@dataclass(frozen=True)
class Encoder:
    """Turns columns into features; `to_dict` and `from_dict` serialize it as JSON.

    Numeric columns are standardized where mean and scale are given. A column of text becomes one column of 0
    and 1 for each of its categories, "city=Cali"; a category that training never saw is all zeros.

    Arguments:
        columns: names of the input columns, in order
        categories: the sorted categories of each column of text, by its name
        mean: μ of each numeric column, in order; () to leave them as they are
        scale: σ of each numeric column, in order
        constant_input: whether a last column of ones stands for the bias, as in the lecture's b = 0
        target: name of the target column, where there is one
        classes: names of the classes, by number; () for a regression
        target_mean: μ of each target, where a regression learns (y − μ) / σ; otherwise ()
        target_scale: σ of each target

    >>> import numpy as np
    >>> table = {"height": np.array([1.5, 1.7]), "city": np.array(["Cali", "Pasto"])}
    >>> encoder = Encoder.fit(table, np.array([0, 1]), standardize=True)
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
    target: str | None = None
    classes: tuple[str, ...] = ()
    target_mean: tuple[float, ...] = ()
    target_scale: tuple[float, ...] = ()

    @classmethod
    def fit(
        cls,
        columns: Mapping[str, np.ndarray],
        rows: np.ndarray,
        *,
        standardize: bool,
        constant_input: bool = False,
        target: str | None = None,
        classes: Sequence[str] = (),
    ) -> "Encoder":
        """Fit an encoder of those columns, on those rows only.

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
        numeric = [values[rows] for name, values in columns.items() if name not in categories]
        mean, scale = (), ()
        if standardize and numeric:
            standardizer = Standardizer.fit(np.column_stack(numeric))
            mean, scale = tuple(standardizer.mean.tolist()), tuple(standardizer.scale.tolist())
        return cls(tuple(columns), categories, mean, scale, constant_input, target, tuple(classes))

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of x."""
        names = []
        for column in self.columns:
            kinds = self.categories.get(column)
            names += [column] if kinds is None else [f"{column}={kind}" for kind in kinds]
        return (*names, CONSTANT) if self.constant_input else tuple(names)

    def transform(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The features of those columns: float64 numbers, or text where the encoder has categories.

        Shapes: one array (rows,) for each column → x (rows, features), float32
        """
        numeric = [name for name in self.columns if name not in self.categories]
        values = {name: columns[name] for name in numeric}
        if self.mean:
            standardizer = Standardizer(np.array(self.mean), np.array(self.scale))
            standard = standardizer.transform(np.column_stack([columns[name] for name in numeric]))
            values = dict(zip(numeric, standard.T, strict=True))
        rows = len(columns[self.columns[0]])
        x = np.empty((rows, len(self.features)), dtype=np.float32)
        position = 0
        with np.errstate(over="ignore"):  # what no float32 can hold becomes infinite, and Dataset names it
            for column in self.columns:
                kinds = self.categories.get(column)
                if kinds is None:
                    x[:, position] = values[column]
                    position += 1
                else:
                    x[:, position : position + len(kinds)] = columns[column][:, None] == np.array(kinds)
                    position += len(kinds)
        x[:, position:] = 1  # the constant input, where there is one
        return x

    def transform_rows(self, x: np.ndarray) -> np.ndarray:
        """The features of rows whose numbers are the input columns, in order.

        Shapes: x (rows, columns) → (rows, features), float32
        Errors: DataError where there are more or fewer columns, or one of them is text
        """
        self.require_rows(x.shape)
        rows = np.empty((len(x), len(self.features)), dtype=np.float32)
        with np.errstate(over="ignore"):
            rows[:, : x.shape[1]] = (
                Standardizer(np.array(self.mean), np.array(self.scale)).transform(x) if self.mean else x
            )
        rows[:, x.shape[1] :] = 1  # the constant input, where there is one
        return rows

    def require_rows(self, shape: tuple[int, ...]) -> None:
        """Raise the error of `transform_rows` for rows of another shape."""
        if len(shape) != 2 or shape[1] != len(self.columns) or self.categories:
            raise DataError("encoder.rows", columns=", ".join(self.columns), shape=shape)

    def encode(self, path: str | Path) -> np.ndarray:
        """The features of every row of a CSV file, exactly as in training; its columns are matched by name.

        Shapes: a table of m rows → x (m, features), float32
        Errors: DataError naming the columns that are missing, or the cell that is; FileError for no such file
        """
        table = read_table(path)
        missing = [name for name in self.columns if name not in table.cells]
        if missing:
            raise DataError("encoder.columns", path=path, missing=", ".join(missing))
        return self.transform(
            {
                name: table.texts(name) if name in self.categories else table.numbers(name)
                for name in self.columns
            }
        )

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
        expected = {item.name for item in fields(cls)}
        if set(values) != expected:
            keys = {"expected": ", ".join(sorted(expected)), "got": ", ".join(sorted(values))}
            raise DataError("encoder.keys", **keys)
        require_fields(cls, values)
        plain = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
        categories = {name: tuple(kinds) for name, kinds in values["categories"].items()}
        encoder = cls(**{**plain, "categories": categories})
        numeric = len(encoder.columns) - len(categories)
        if (
            not encoder.columns
            or not set(categories) <= set(encoder.columns)
            or not len(encoder.mean) == len(encoder.scale) in (0, numeric)
            or len(encoder.target_mean) != len(encoder.target_scale)
        ):
            raise DataError("encoder.fields")
        return encoder
