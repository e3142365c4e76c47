"""A batch as a network computes with it, and the shape of one of its instances."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradiente.errors import DataError, ShapeError, is_whole, require
from gradiente.mapped import MappedArray, is_mapped


def as_batch(x: Any, dtype: "np.dtype") -> np.ndarray:
    """An array-like as numbers of one type, instances along the first axis.

    Arguments:
        dtype: a real type, or a whole one for indices

    Errors: ShapeError for ragged rows, what is not numbers, or fewer than two axes (of indices, one); DataError for a
        fraction among indices
    """
    try:
        x = np.asarray(x)
    except ValueError:
        raise ShapeError("network.ragged") from None
    if x.dtype.kind not in "fiub":
        raise ShapeError("network.input_dtype", got=x.dtype)
    indices = dtype.kind == "i"
    if x.ndim < (1 if indices else 2):
        raise ShapeError("network.batch", got=x.shape)
    if x.dtype == dtype:
        return x
    with np.errstate(invalid="ignore"):
        batch = x.astype(dtype)
    if indices and (batch != x).any():
        raise DataError("network.indices", value=x[batch != x][0].item())
    return batch


def batches_of(x: Any, convert: Callable[[Any], np.ndarray], size: int | None) -> Iterator[np.ndarray]:
    """An array-like in consecutive batches; a single empty one where it has no instances.

    Of a memory map, only a batch at a time is copied.

    Arguments:
        convert: `as_batch` for some type
        size: of a batch, ≥ 1; None: all instances in one
    """
    mapped = is_mapped(x) or isinstance(x, MappedArray)
    x = x if mapped else convert(x)
    count = max(len(x), 1)
    for start in range(0, count, size or count):
        part = x[start : start + (size or count)]
        yield convert(part) if mapped else part


def require_no_nan(x: Any, output: np.ndarray) -> np.ndarray:
    """The output for x, unless it is NaN because x is.

    Errors: DataError naming the first instance with NaN
    """
    if np.isnan(output).any():
        for row in np.flatnonzero(np.isnan(output.reshape(len(output), -1)).any(axis=1)).tolist():
            instance = np.asarray(x[row : row + 1])[0]
            if np.isnan(instance).any():
                place = ", ".join(map(str, np.argwhere(np.isnan(instance))[0].tolist()))
                raise DataError("network.nan", row=row, column=place)
    return output


def instance_shape(shape: Any) -> tuple[int, ...]:
    """The shape of one instance as a tuple of whole numbers.

    Errors: ArgumentError for anything else
    """
    whole = isinstance(shape, tuple | list) and all(is_whole(size, 0) for size in shape)
    require(whole, "network.input_shape", got=shape)
    return tuple(map(int, shape))
