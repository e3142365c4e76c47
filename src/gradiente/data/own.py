"""Your own arrays x and y as a data set: pictures become rows, bytes become numbers, whole targets become classes."""

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.channels import channels_first
from gradiente.data.dataset import Dataset
from gradiente.data.tables.target import MOST_INTEGER_CLASSES
from gradiente.errors import DataError
from gradiente.locale import text

_COLOURS = (1, 3, 4)  # grey, RGB, RGB with opacity
log = logging.getLogger("gradiente")


def own_dataset(x: Any, y: np.ndarray, name: str, shape: tuple[int, ...]) -> Dataset:
    """The data set of rows x, an array or a MappedArray, with their targets y.

    A row is a picture of that shape where it has several axes. Whole y are classes, named by their numbers in ascending
    order; so are one-hot rows, of one 1 each, named by its place. Other rows of 0 and 1 are labels, y1, y2 …, which an
    instance has or has not; other real y are the targets of a regression.
    """
    y = y.argmax(axis=1) if is_one_hot(y) else y
    image_shape = shape if len(shape) > 1 else None
    features = tuple(f"x{j + 1}" for j in range(x.shape[1])) if len(shape) == 1 else ()
    if is_indicator(y):
        return Dataset(x, y, "multilabel", name, (), features, image_shape)
    if y.dtype.kind not in "biu":
        _say_whole_numbers(y)
        return Dataset(x, y, "regression", name, (), features, image_shape)
    labels, y = np.unique(y, return_inverse=True)
    classes = tuple(map(str, labels.tolist()))
    return Dataset(x, y, "classification", name, classes, features, image_shape)


def _say_whole_numbers(y: np.ndarray) -> None:
    """Say that real y are targets of a regression where they look like classes: few whole numbers, each in two rows."""
    if y.ndim != 1 or y.dtype.kind != "f" or not np.isfinite(y).all():
        return
    values, rows = np.unique(y, return_counts=True)
    if len(values) <= MOST_INTEGER_CLASSES and (values == np.round(values)).all() and rows.min() > 1:
        log.warning(text("own.whole_numbers", count=len(values)))


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
