"""Validation of a metric's arguments."""

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import DataError, ShapeError

Array = np.ndarray


def labels(truth: ArrayLike, prediction: ArrayLike) -> tuple[Array, Array]:
    """Both as whole class numbers from 0, one for each row."""
    t, p = np.asarray(truth), np.asarray(prediction)
    if t.ndim != 1 or t.shape != p.shape:
        raise ShapeError("metrics.labels_shape", truth=t.shape, prediction=p.shape)
    require_rows(t)
    return class_numbers("truth", t), class_numbers("prediction", p)


def class_numbers(name: str, values: Array) -> Array:
    """The values as integers, each of them a whole number of at least 0."""
    require_numbers(name, values)
    with np.errstate(invalid="ignore"):
        numbers = values.astype(np.int64)
    wrong = (numbers != values) | (numbers < 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError("metrics.class_number", name=name, row=row, value=values[row].item())
    return numbers


def columns(truth: ArrayLike, prediction: ArrayLike) -> tuple[Array, Array]:
    """Both as finite float64 numbers of shape (n, targets); (n,) is one target."""
    t, p = _as_columns(truth), _as_columns(prediction)
    if t.ndim != 2 or t.shape != p.shape:
        raise ShapeError("metrics.columns_shape", truth=np.shape(truth), prediction=np.shape(prediction))
    require_rows(t)
    return finite("truth", t), finite("prediction", p)


def finite(name: str, values: Array) -> Array:
    """The values as float64, none of them NaN or infinite."""
    require_numbers(name, values)
    values = values.astype(np.float64, copy=False)
    if not np.isfinite(values).all():
        row = int(np.argwhere(~np.isfinite(values))[0][0])
        raise DataError("metrics.finite", name=name, row=row)
    return values


def require_rows(values: Array) -> None:
    """Raise an error for no rows."""
    if not values.size:
        raise DataError("metrics.empty")


def require_numbers(name: str, values: Array) -> None:
    """Booleans, integers and reals; no text, objects or complex numbers."""
    if values.dtype.kind not in "biuf":
        raise ShapeError("metrics.dtype", name=name, dtype=values.dtype)


def _as_columns(values: ArrayLike) -> Array:
    array = np.asarray(values)
    return array[:, np.newaxis] if array.ndim == 1 else array
