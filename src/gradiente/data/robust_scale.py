"""Robust scaling: the middle half of every column is of width 1, and outliers are bent towards ±3."""

from dataclasses import dataclass
from typing import Any

import numpy as np

LIMIT = 3.0  # that no number leaves


@dataclass(frozen=True, eq=False)
class RobustScaler:
    """Scales columns by median and quartiles, then clips them smoothly; fitted on the training rows only.

    Equation:   z = c (x − median),   c = 1 / (q₇₅ − q₂₅),   x′ = z / √(1 + (z/3)²)

    x′ is close to z where that is small, and within ±3 always. Where the middle half of a column is a single number, c
    is 2 / (max − min); where all of it is, c = 0 and x′ = 0.

    Arguments:
        median: of each column
        factor: c of each column, ≥ 0

    Shapes: x (rows, columns) → the same, float64

    >>> import numpy as np
    >>> x = np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0], [3.0, 7.0], [4.0, 7.0]])
    >>> RobustScaler.fit(x).transform(np.array([[3.0, 7.0], [1e9, 8.0]])).round(4)
    array([[0.4932, 0.    ],
           [3.    , 0.    ]])

    Source: Holzmüller et al., "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data", 2024
    """

    median: np.ndarray
    factor: np.ndarray

    @classmethod
    def fit(cls, x: np.ndarray) -> "RobustScaler":
        """The median and the factor of every column."""
        x = np.asarray(x, dtype=np.float64)
        low, median, high = np.quantile(x, (0.25, 0.5, 0.75), axis=0)
        width = high - low
        width = np.where(width == 0, (x.max(axis=0) - x.min(axis=0)) / 2, width)
        return cls(median, np.divide(1, width, out=np.zeros_like(width), where=width > 0))

    def transform(self, x: np.ndarray) -> np.ndarray:
        """x′."""
        z = self.factor * (np.asarray(x, dtype=np.float64) - self.median)
        return z / np.hypot(1, z / LIMIT)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON has it."""
        return {"median": self.median.tolist(), "factor": self.factor.tolist()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "RobustScaler":
        """The scaler that `to_dict` wrote."""
        return cls(np.array(data["median"], np.float64), np.array(data["factor"], np.float64))
