"""Sums and sums of products over axes: what means, variances and their derivatives are made of."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from gradiente.layers.base import Array, Shape
from gradiente.layers.sums import column_sums

# So many numbers are added in the array's own type, and their sums in float64. Along the last axis several are added
# side by side, so that more of them lose no more digits.
NUMBERS, ROWS = 1024, 256


def summed(a: Array, axes: Shape, times: Array | None = None) -> Array:
    """Σ a, or Σ a · times, over the first axes, the last axes, or both, which are kept as axes of 1.

    The rounding error does not grow with the number of numbers.

    Arguments:
        axes: from 0
        times: of the shape of a

    >>> summed(np.arange(12.0).reshape(2, 3, 2), (0, 2)).tolist()
    [[[14.0], [22.0], [30.0]]]
    """
    (rows, columns, numbers), kept = _parts(a.shape, axes)
    factors = [a] if times is None else [a, times]
    if numbers != 1:
        factors = [_along_last([factor.reshape(rows, columns, numbers) for factor in factors])]
    factors = [factor.reshape(rows, columns) for factor in factors]
    total = column_sums(factors[0]) if len(factors) == 1 else _products_along_first(factors)
    return total.astype(a.dtype, copy=False).reshape(kept)


@lru_cache
def _parts(shape: Shape, axes: Shape) -> tuple[Shape, Shape]:
    """How many numbers lie along the first axes, those that are kept and the last ones; and the shape of the sum."""
    first, last = 0, len(shape)
    while last and last - 1 in axes:
        last -= 1
    while first < last and first in axes:
        first += 1
    parts = tuple(math.prod(part) for part in (shape[:first], shape[first:last], shape[last:]))
    return parts, tuple(1 if axis in axes else size for axis, size in enumerate(shape))


def _along_last(factors: Sequence[Array]) -> Array:
    *others, numbers = factors[0].shape
    if numbers <= NUMBERS:
        return _products(factors)
    count = numbers // NUMBERS
    whole = count * NUMBERS
    pieces = [factor[..., :whole].reshape(*others, count, NUMBERS) for factor in factors]
    return _products(pieces).sum(axis=-1, dtype=np.float64) + _products([f[..., whole:] for f in factors])


def _products(factors: Sequence[Array]) -> Array:
    """Their sum along the last axis; of one factor as a product with ones, which is faster than np.sum."""
    if len(factors) == 1:
        return factors[0] @ np.ones(factors[0].shape[-1], factors[0].dtype)
    return np.einsum("...i,...i->...", *factors)


def _products_along_first(factors: Sequence[Array]) -> Array:
    rows, columns = factors[0].shape
    if rows <= ROWS:
        return np.einsum("ij,ij->j", *factors)
    count = rows // ROWS
    whole = count * ROWS
    pieces = [factor[:whole].reshape(count, ROWS, columns) for factor in factors]
    sums = np.einsum("kij,kij->kj", *pieces).sum(axis=0, dtype=np.float64)
    return sums + np.einsum("ij,ij->j", *(factor[whole:] for factor in factors))
