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


def labels_or_indicators(truth: ArrayLike, prediction: ArrayLike) -> tuple[Array, Array]:
    """Class numbers of shape (n,), or, where both have two columns or more, booleans: whether a row has a label."""
    t, p = np.asarray(truth), np.asarray(prediction)
    if t.ndim == 1 and t.shape == p.shape:
        return labels(t, p)
    if not is_multilabel(t) or t.shape != p.shape:
        raise ShapeError("metrics.labels_or_indicators_shape", truth=t.shape, prediction=p.shape)
    require_rows(t)
    return indicators("truth", t), indicators("prediction", p)


def is_multilabel(truth: Array) -> bool:
    """Whether it has a column for each of two labels or more: a single column is no more than a list."""
    return truth.ndim == 2 and truth.shape[1] > 1


def indicators(name: str, values: Array) -> Array:
    """The values as booleans, each of them 0 or 1."""
    require_numbers(name, values)
    wrong = (values != 0) & (values != 1)
    if wrong.any():
        row, label = np.argwhere(wrong)[0].tolist()
        value = values[row, label].item()
        raise DataError("metrics.indicator", name=name, row=row, label=label, value=value)
    return values.astype(bool)


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


def row_weights(sample_weight: ArrayLike | None, rows: int) -> Array | None:
    """How much each row counts, float64; None where all count alike.

    Errors: ShapeError for another number of them; DataError for one that is negative or not finite, or where all are 0
    """
    if sample_weight is None:
        return None
    weights = np.asarray(sample_weight)
    if weights.shape != (rows,):
        raise ShapeError("metrics.weights_shape", weights=weights.shape, rows=rows)
    weights = finite("sample_weight", weights).astype(np.float64)
    if (weights < 0).any():
        row = int((weights < 0).argmax())
        raise DataError("metrics.weight", row=row, value=weights[row].item())
    if not weights.any():
        raise DataError("metrics.no_weight")
    return weights


def require_classes(values: Array, classes: int) -> None:
    """Every class number is below `classes`."""
    outside = values >= classes
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        raise DataError("metrics.class_outside", label=int(values[row]), row=row, last=classes - 1)


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
