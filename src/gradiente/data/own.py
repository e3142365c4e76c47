"""Your own arrays x and y as a data set: pictures become rows, bytes become numbers, whole targets become classes."""

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.channels import channels_first
from gradiente.data.dataset import Dataset
from gradiente.data.tables.target import task_of
from gradiente.errors import DataError

_COLOURS = (1, 3, 4)  # grey, RGB, RGB with opacity
LARGEST = 2**53  # whole number up to which a real one is exact
log = logging.getLogger("gradiente")


def own_dataset(
    x: Any,
    y: np.ndarray,
    name: str,
    shape: tuple[int, ...],
    task: str | None = None,
    *,
    prefer_numbers: bool = False,
) -> Dataset:
    """The data set of rows x, an array or a MappedArray, with their targets y.

    A row is a picture of that shape where it has several axes. Integer y are classes, named by their numbers in
    ascending order; so are one-hot rows, of one 1 each, named by its place. Other rows of 0 and 1 are labels, y1, y2 …,
    which an instance has or has not. Real y that are whole numbers may be either, as in a table, and the log
    `gradiente` says which; other real y are the targets of a regression.

    Arguments:
        task: "classification" or "regression", as given
        prefer_numbers: real y are no classes, because the loss is one of numbers
    """
    y = y.argmax(axis=1) if is_one_hot(y) and task != "regression" else y
    y = _as_labels(y, task, prefer_numbers)
    image_shape = shape if len(shape) > 1 else None
    features = tuple(f"x{j + 1}" for j in range(x.shape[1])) if len(shape) == 1 else ()
    if is_indicator(y) and task != "regression":
        return Dataset(x, y, "multilabel", name, (), features, image_shape)
    if y.dtype.kind not in "biu":
        return Dataset(x, y, "regression", name, (), features, image_shape)
    labels, y = np.unique(y, return_inverse=True)
    classes = tuple(map(str, labels.tolist()))
    return Dataset(x, y, "classification", name, classes, features, image_shape)


def _as_labels(y: np.ndarray, task: str | None, prefer_numbers: bool) -> np.ndarray:
    """Integers where y are classes, real numbers where they are not; what can be neither stays as it is."""
    if task == "regression":
        return y.astype(np.float64) if y.dtype.kind in "biu" else y
    column = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.dtype.kind != "f" or column.ndim != 1 or not len(y) or not np.isfinite(y).all():
        return y
    neither = (column != np.round(column)) | (abs(column) > LARGEST)
    if task is None:
        if neither.any():
            return y
        task, remarks = task_of(column, "y", prefer_numbers=prefer_numbers)
        for remark in remarks:
            log.info(remark)
    if task == "regression":
        return y
    if neither.any():
        raise DataError("own.classes", value=column[neither.argmax()], most=LARGEST)
    return column.astype(np.int64)


def is_one_hot(y: np.ndarray) -> bool:
    """Whether each row of y is one of the identity matrix."""
    return is_indicator(y) and bool((y.sum(axis=1) == 1).all())


def is_indicator(y: np.ndarray) -> bool:
    """Whether y has several columns of 0 and 1."""
    return y.ndim == 2 and y.shape[1] > 1 and y.dtype.kind in "biuf" and bool(((y == 0) | (y == 1)).all())


def require_channels(shape: tuple[int, ...], path: Path) -> None:
    """Raise an error for images whose channels may be on the second axis or on the last."""
    if len(shape) == 4 and shape[3] in _COLOURS and shape[1] in _COLOURS:
        raise DataError("npz.channels", path=path, shape=shape)


def pictures(x: np.ndarray) -> np.ndarray:
    """Color images with their channels before height and width; anything else unchanged."""
    return channels_first(x, "NHWC") if x.ndim == 4 and x.shape[3] in _COLOURS else x


def as_rows(x: np.ndarray) -> np.ndarray:
    """Instances as rows, bytes as numbers in [0, 1]."""
    if x.dtype == np.uint8:
        x = np.divide(x, np.float32(255), dtype=np.float32)
    if x.ndim <= 2:
        return x
    rows = x.reshape(len(x), math.prod(x.shape[1:]))
    return rows.astype(np.float32) if rows.dtype.kind in "biuf" else rows  # Dataset refuses any other kind
