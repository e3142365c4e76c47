"""One matrix per spatial axis: y = A_h x A_wᵀ for the images of a batch."""

from collections.abc import Sequence

import numpy as np

from gradiente.layers.base import Array


def along_axes(matrices: Sequence[Array], x: Array) -> Array:
    """Every matrix times x along its axis; x has as many spatial axes as there are matrices.

    Shapes: matrices (o₁, n₁), (o₂, n₂) …; x (batch, channels, n₁, n₂ …) → (batch, channels, o₁, o₂ …)

    >>> along_axes([np.array([[1.0, 1.0]]), np.eye(2)], np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
    array([[[[4., 6.]]]])
    """
    for axis, matrix in reversed(list(enumerate(matrices, start=2))):
        x = np.moveaxis(np.tensordot(x, matrix, (axis, 1)), -1, axis)
    return np.ascontiguousarray(x)
