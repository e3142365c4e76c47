"""What an estimator is given, X and y, as scikit-learn checks it; columns of a DataFrame by their names."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils import assert_all_finite, check_array, check_consistent_length, column_or_1d
from sklearn.utils.validation import validate_data

from gradiente.data import Encoder
from gradiente.data.frame import (
    columns_of,
    is_frame,
    is_numeric,
    named,
    require_complete,
    require_no_text_numbers,
    selected,
)
from gradiente.errors import DataError
from gradiente.formatting import count

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as they were given: numbers, or the columns of a DataFrame of which some are text.

    Arguments:
        names: of the columns, in order
        values: (rows, columns), where all are numbers
        columns: by name, otherwise
        dtype: of the network that learns from them: float32 for float32, else float64
    """

    names: tuple[str, ...]
    values: Array | None
    columns: dict[str, Array]
    dtype: str

    def by_name(self) -> dict[str, Array]:
        """Its columns."""
        if self.values is None:
            return self.columns
        return dict(zip(self.names, np.asarray(self.values, dtype=np.float64).T, strict=True))

    def subset(self, kept: Array) -> "Rows":
        """The rows where `kept` is true."""
        columns = {name: column[kept] for name, column in self.columns.items()}
        return replace(self, values=None if self.values is None else self.values[kept], columns=columns)

    def encoded(self, encoder: Encoder) -> Array:
        """The features of the rows."""
        if self.values is None or encoder.categories:
            return encoder.encode_columns(self.by_name())
        return encoder.transform_rows(self.values)


def read(estimator: Any, x: Any) -> Rows:
    """Rows to predict, checked by scikit-learn, whose messages these are.

    A DataFrame's columns are taken by name, whatever their order; others than those of training are refused.
    """
    if is_frame(x):
        x = _in_order(x, getattr(estimator, "feature_names_in_", ()))
        if not is_numeric(x):
            x = named(x)
            validate_data(estimator, x, reset=False, skip_check_array=True)
            return _columns(x, least=1)
    return _numbers(estimator, validate_data(estimator, x, reset=False, **_options(estimator)))


def read_training(
    estimator: Any, x: Any, y: Any, *, reset: bool, several: bool, least: int
) -> tuple[Rows, Array]:
    """Rows to learn from, and their targets, checked likewise.

    Arguments:
        reset: whether the names and the number of columns are learned from x, or compared
        several: whether y may have several columns
        least: how many rows there must be
    """
    if is_frame(x):
        x = x if reset else _in_order(x, getattr(estimator, "feature_names_in_", ()))
        if not is_numeric(x):
            x = named(x)
            require_no_text_numbers(x)
            validate_data(estimator, x, y, reset=reset, skip_check_array=True)
            rows, targets = _columns(x, least=least), _targets(estimator, y, several=several)
            _require_comparable(targets)
            require_complete(rows.columns, gaps=estimator.missing != "error")
            check_consistent_length(x, targets)
            return rows, targets
    _require_comparable(y)
    options = {"multi_output": several, "ensure_min_samples": least, **_options(estimator)}
    values, targets = validate_data(estimator, x, y, reset=reset, **options)
    return _numbers(estimator, values), _dense(targets)


def _options(estimator: Any) -> dict[str, Any]:
    finite = True if estimator.missing == "error" else "allow-nan"
    return {"dtype": [np.float64, np.float32], "ensure_all_finite": finite}


def _numbers(estimator: Any, values: Any) -> Rows:
    given = getattr(estimator, "feature_names_in_", None)
    names = tuple(given if given is not None else (f"x{j}" for j in range(estimator.n_features_in_)))
    return Rows(names, values, {}, "float32" if values.dtype == np.float32 else "float64")


def _columns(frame: Any, *, least: int) -> Rows:
    check_array(np.zeros((len(frame), 1)), ensure_min_samples=least)
    columns = columns_of(frame)
    return Rows(tuple(columns), None, columns, "float64")


def _targets(estimator: Any, y: Any, *, several: bool) -> Array:
    if several:
        options: dict[str, Any] = {
            "dtype": None,
            "ensure_2d": False,
            "input_name": "y",
            "accept_sparse": "csr",
        }
        return _dense(check_array(y, estimator=estimator, **options))
    y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name="y")
    return np.asarray(y)


def _require_comparable(y: Any) -> None:
    """Raise a DataError for targets that are dates, or of which some are None, or some text and others numbers."""
    if y is None or hasattr(y, "toarray"):
        return
    values = np.asarray(y)
    if values.dtype.kind in "mM":
        raise DataError("sklearn.dates", value=str(values.flat[0]))
    if values.dtype != object:
        return
    cells = values.ravel().tolist()
    if (row := next((place for place, cell in enumerate(cells) if cell is None), None)) is not None:
        raise DataError("sklearn.no_target", row=row, count=count(sum(cell is None for cell in cells)))
    texts = [cell for cell in cells if isinstance(cell, str)]
    if texts and (other := next((cell for cell in cells if not isinstance(cell, str)), None)) is not None:
        raise DataError("sklearn.mixed", text=texts[0], other=repr(other))


def _dense(y: Any) -> Array:
    """Targets as an array; labels may come as a sparse matrix."""
    return y.toarray() if hasattr(y, "toarray") else np.asarray(y)


def _in_order(frame: Any, names: Any) -> Any:
    """A DataFrame with its columns in that order; as it is, for scikit-learn to say what is wrong, where others are."""
    names = list(names)
    if set(frame.columns) != set(names) or list(frame.columns) == names:
        return frame
    return selected(frame, names)
