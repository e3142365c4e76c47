"""One matrix per spatial axis: y = A_h x A_wᵀ for the images of a batch."""

from collections.abc import Sequence

import numpy as np

from gradiente.layers.base import Array


def along_axes(matrices: Sequence[Array], x: Array) -> Array:
    """Every matrix times x along its axis; x has as many spatial axes as there are matrices.

    What a row of a matrix counts with 0 it does not see: an infinity or a NaN there is none in its output.

    Shapes: matrices (o₁, n₁), (o₂, n₂) …; x (batch, channels, n₁, n₂ …) → (batch, channels, o₁, o₂ …)

    >>> along_axes([np.array([[1.0, 1.0]]), np.eye(2)], np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
    array([[[[4., 6.]]]])
    """
    for axis, matrix in reversed(list(enumerate(matrices, start=2))):
        x = np.moveaxis(_times(matrix, np.moveaxis(x, axis, -1)), -1, axis)
    return np.ascontiguousarray(x)


def _times(matrix: Array, x: Array) -> Array:
    """The matrix times x along its last axis."""
    if np.isfinite(x).all():
        return np.tensordot(x, matrix, (-1, 1))
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        return np.stack([x[..., row != 0] @ row[row != 0] for row in matrix], axis=-1)
