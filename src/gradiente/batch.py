"""A batch as a network computes with it."""

from typing import Any

import numpy as np

from gradiente.errors import ShapeError


def as_batch(x: Any, dtype: "np.dtype") -> np.ndarray:
    """An array-like as numbers of one type, instances along the first axis.

    Errors: ShapeError for ragged rows, what is not numbers, or fewer than two axes
    """
    try:
        x = np.asarray(x)
    except ValueError:
        raise ShapeError("network.ragged") from None
    if x.dtype.kind not in "fiub":
        raise ShapeError("network.input_dtype", got=x.dtype)
    if x.ndim < 2:
        raise ShapeError("network.batch", got=x.shape)
    return x.astype(dtype, copy=False)
