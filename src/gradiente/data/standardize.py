"""Standardization: every column with mean 0 and standard deviation 1."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

SQUARED = 1e100  # numbers above it are divided by the largest before they are squared


@dataclass(frozen=True, eq=False)
class Standardizer:
    """Scales columns to mean 0 and standard deviation 1; both are computed on the training rows only.

    Equation:   x′ⱼ = (xⱼ − μⱼ) / σⱼ

    Arguments:
        mean: μ of each column
        scale: σ of each column, above 0; 1 where a column is constant

    Shapes: x (rows, columns) → the same, float64

    >>> import numpy as np
    >>> x = np.array([[1.0, 5.0], [3.0, 5.0]])
    >>> Standardizer.fit(x).transform(x)
    array([[-1.,  0.],
           [ 1.,  0.]])

    Source: sklearn.preprocessing.StandardScaler
    """

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def fit(cls, x: np.ndarray) -> "Standardizer":
        """The mean and the standard deviation (dividing by the number of rows) of every column."""
        x = np.asarray(x, dtype=np.float64)
        # A constant column such as 0.1, 0.1, … has a rounding error for σ, not 0: compare its extremes.
        high, low = x.max(axis=0), x.min(axis=0)
        large = np.maximum(np.maximum(high, -low), 1.0)  # of which no square, and no sum, is too large
        unit = np.where(large > SQUARED, large, 1.0)
        x = x / unit
        return cls(x.mean(axis=0) * unit, np.where(high == low, 1.0, x.std(axis=0) * unit))

    @classmethod
    def fit_pieces(cls, rows: Iterable[np.ndarray]) -> "Standardizer":
        """As `fit`, of at least one row, from pieces of the rows: never all of them are in memory.

        Source: T. F. Chan, G. H. Golub, R. J. LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample
        Variances, 1979
        """
        count, mean, squares, low, high = 0, np.zeros(()), np.zeros(()), np.inf, -np.inf
        for piece in rows:
            x = np.asarray(piece, dtype=np.float64)
            before, count = count, count + len(x)
            difference = x.mean(axis=0) - mean
            squares = squares + x.var(axis=0) * len(x) + difference**2 * (before * len(x) / count)
            mean = mean + difference * (len(x) / count)
            low, high = np.minimum(low, x.min(axis=0)), np.maximum(high, x.max(axis=0))
        return cls(mean, np.where(low == high, 1.0, np.sqrt(squares / count)))

    def transform(self, x: np.ndarray) -> np.ndarray:
        """(x − μ) / σ."""
        return (np.asarray(x, dtype=np.float64) - self.mean) / self.scale
