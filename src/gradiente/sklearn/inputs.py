"""What an estimator is given, X and y, as scikit-learn checks it; columns of a DataFrame by their names."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import assert_all_finite, check_array, check_consistent_length, column_or_1d
from sklearn.utils.validation import validate_data

from gradiente.data import Encoder
from gradiente.data.frame import columns_of, is_frame, is_numeric, selected

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

    def encoded(self, encoder: Encoder) -> Array:
        """The features of the rows."""
        if self.values is None:
            return encoder.encode_columns(self.columns)
        return encoder.transform_rows(self.values)


def read(
    estimator: Any, x: Any, y: Any = "no_validation", *, reset: bool, several: bool = False, least: int = 1
) -> tuple[Rows, Array | None]:
    """X, and y where there is one, checked by scikit-learn, whose messages these are.

    A DataFrame's columns are taken by name, whatever their order; others than those of training are refused.

    Arguments:
        reset: whether the names and the number of columns are learned from X, or compared
        several: whether y may have several columns
        least: how many rows there must be
    """
    finite = "allow-nan" if estimator.missing != "error" else True
    frame = is_frame(x)
    if frame and not reset:
        x = _in_order(x, getattr(estimator, "feature_names_in_", ()))
    options: dict[str, Any] = {} if isinstance(y, str) else {"multi_output": several}
    if not frame or is_numeric(x):
        options |= {"ensure_all_finite": finite, "ensure_min_samples": least}
        checked = validate_data(estimator, x, y, reset=reset, dtype=[np.float64, np.float32], **options)
        values, targets = (checked, None) if isinstance(y, str) else checked
        dtype = "float32" if values.dtype == np.float32 else "float64"
        return Rows(_names(estimator), values, {}, dtype), targets
    validate_data(estimator, x, y, reset=reset, skip_check_array=True)
    columns = columns_of(x)
    check_array(np.empty((len(x), 1)), ensure_min_samples=least)
    rows = Rows(tuple(columns), None, columns, "float64")
    if isinstance(y, str):
        return rows, None
    if several:
        targets = check_array(y, ensure_2d=False, dtype=None, input_name="y", estimator=estimator)
    else:
        targets = column_or_1d(y, warn=True)
        assert_all_finite(targets, input_name="y")
    check_consistent_length(x, targets)
    return rows, np.asarray(targets)


def _in_order(frame: Any, names: Any) -> Any:
    """A DataFrame with its columns in that order; as it is, for scikit-learn to say what is wrong, where others are."""
    names = list(names)
    if set(frame.columns) != set(names) or list(frame.columns) == names:
        return frame
    return selected(frame, names)


def _names(estimator: Any) -> tuple[str, ...]:
    given = getattr(estimator, "feature_names_in_", None)
    return tuple(given if given is not None else (f"x{j}" for j in range(estimator.n_features_in_)))
