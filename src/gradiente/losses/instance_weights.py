"""The weights of a batch's instances: every L times its own, and a mean that divides by their sum."""

import numpy as np

Array = np.ndarray


def times_rows(weights: Array | None, values: Array) -> Array:
    """Every row times the weight of its instance; what has none counts nothing, be it infinite.

    >>> times_rows(np.array([2.0, 0.0]), np.array([[1.0, 3.0], [np.inf, 1.0]])).tolist()
    [[2.0, 6.0], [0.0, 0.0]]
    """
    if weights is None:
        return values
    w = weights.astype(values.dtype, copy=False).reshape(-1, *(1,) * (values.ndim - 1))
    return np.multiply(w, values, out=np.zeros_like(values), where=w != 0)


def weighted_count(count: float, weights: Array | None) -> float:
    """A count of numbers, as many in each row, where a row counts as much as the weight of its instance."""
    return count if weights is None else count / len(weights) * float(np.sum(weights, dtype=np.float64))
