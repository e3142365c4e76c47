"""Sums over a batch whose rounding error does not grow with the number of instances."""

import math

import numpy as np

from gradiente.layers.base import Array

PIECE = 128  # rows that are added in one product


def column_sums(x: Array, out: Array | None = None) -> Array:
    """The sum of every column: over all axes but the last.

    Rows added one after the other lose digits, in float32 all but two after a million rows. Here pieces are added
    first, each as a product with ones, then their sums.

    Arguments:
        out: where the sums are written; None for a new array

    Shapes: x (…, n) → (n,)

    >>> column_sums(np.full((1_000_000, 2), 0.1, np.float32)).round()
    array([100000., 100000.], dtype=float32)
    """
    rows = x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
    if len(rows) > 2 * PIECE:
        pieces, rest = divmod(len(rows), PIECE)
        whole = rows[: len(rows) - rest].reshape(pieces, PIECE, x.shape[-1])
        sums = np.ones(PIECE, x.dtype) @ whole
        return column_sums(np.concatenate([sums, rows[len(rows) - rest :]]), out)
    return np.matmul(np.ones(len(rows), x.dtype), rows, out=out)


def channel_sums(x: Array, out: Array | None = None) -> Array:
    """The sum of every channel, over instances and positions.

    Shapes: x (batch, channels, …) → (channels,)

    >>> channel_sums(np.ones((5, 3, 4, 4)))
    array([80., 80., 80.])
    """
    return column_sums(x.sum(axis=tuple(range(2, x.ndim))), out)
