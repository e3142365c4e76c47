"""Robust scaling: the middle half of every column is of width 1, and outliers are bent towards ±3."""

from dataclasses import dataclass

import numpy as np

LIMIT = 3.0  # that no number leaves


@dataclass(frozen=True, eq=False)
class RobustScaler:
    """Scales columns by median and quartiles, then clips them smoothly; fitted on the training rows only.

    Equation:   z = (x − median) / s,   s = q₇₅ − q₂₅,   x′ = z / √(1 + (z/3)²)

    x′ is close to z where that is small, and within ±3 always. Where the middle half of a column is a single number, s
    is (max − min) / 2; where all of it is, 1.

    Arguments:
        median: of each column
        scale: s of each column, above 0

    Shapes: x (rows, columns) → the same, float64

    >>> import numpy as np
    >>> x = np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0], [3.0, 7.0], [4.0, 7.0]])
    >>> RobustScaler.fit(x).transform(np.array([[3.0, 7.0], [1e9, 8.0]])).round(4)
    array([[0.4932, 0.    ],
           [3.    , 0.9487]])

    Source: Holzmüller et al., "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data", 2024
    """

    median: np.ndarray
    scale: np.ndarray

    @classmethod
    def fit(cls, x: np.ndarray) -> "RobustScaler":
        """The median and the scale of every column."""
        x = np.asarray(x, dtype=np.float64)
        low, median, high = np.quantile(x, (0.25, 0.5, 0.75), axis=0)
        scale = np.where(high == low, (x.max(axis=0) - x.min(axis=0)) / 2, high - low)
        return cls(median, np.where(scale == 0, 1.0, scale))

    def transform(self, x: np.ndarray) -> np.ndarray:
        """x′."""
        return smooth_clip((np.asarray(x, dtype=np.float64) - self.median) / self.scale)


def smooth_clip(z: np.ndarray, limit: float = LIMIT) -> np.ndarray:
    """z / √(1 + (z/limit)²), which is within ±limit."""
    return z / np.hypot(1, z / limit)
