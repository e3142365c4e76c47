"""Metrics of a regression."""

import math

import numpy as np
from numpy.typing import ArrayLike

from gradiente.metrics.checks import Array, columns, row_weights
from gradiente.metrics.undefined import Undefined, say


def mae(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The mean absolute error, in the units of the target.

    Equation:   1/n Σᵢ |ŷᵢ − yᵢ|

    Arguments:
        truth: y, any finite numbers
        prediction: ŷ, likewise
        sample_weight: how much each row counts, ≥ 0; None: all alike

    Shapes: (n,) or (n, targets), both the same; (n,) is (n, 1) → one number, the mean over the targets
    Errors: ShapeError where shapes differ or hold no numbers; DataError for no rows, NaN or infinity

    >>> mae([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    1.0

    Source: sklearn.metrics.mean_absolute_error
    """
    y, y_hat = columns(truth, prediction)
    return _mean(np.abs(y_hat - y), sample_weight)


def mape(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The mean absolute error as a fraction of the true value: 0.1 is ten percent.

    Equation:   1/n Σᵢ |ŷᵢ − yᵢ| / max(ε, |yᵢ|),   ε = 2⁻⁵²: huge, not infinite, where y is 0

    Arguments:
        truth, prediction, sample_weight: as in `mae`

    Shapes: as in `mae`
    Errors: as in `mae`

    >>> mape([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    0.3333333333333333

    Source: sklearn.metrics.mean_absolute_percentage_error
    """
    y, y_hat = columns(truth, prediction)
    return _mean(np.abs(y_hat - y) / np.maximum(np.finfo(np.float64).eps, np.abs(y)), sample_weight)


def mse(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The mean squared error: one large error weighs more than many small ones.

    Equation:   1/n Σᵢ (ŷᵢ − yᵢ)²

    Arguments:
        truth, prediction, sample_weight: as in `mae`

    Shapes: as in `mae`
    Errors: as in `mae`

    >>> mse([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    1.6666666666666667

    Source: sklearn.metrics.mean_squared_error
    """
    y, y_hat = columns(truth, prediction)
    return _mean((y_hat - y) ** 2, sample_weight)


def r2(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The fraction of the target's variance that is explained: 1 is perfect, 0 no better than the mean.

    Equation:   1 − Σᵢ (ŷᵢ − yᵢ)² / Σᵢ (yᵢ − ȳ)²

    Where the true values are all the same it is 1 for a perfect prediction and 0 for any other.

    Arguments:
        truth, prediction, sample_weight: as in `mae`

    Shapes: as in `mae`; one row alone gives NaN, with an UndefinedMetricWarning
    Errors: as in `mae`

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5

    Source: sklearn.metrics.r2_score
    """
    y, y_hat = columns(truth, prediction)
    if len(y) == 1:
        return _undefined("r2")
    w = row_weights(sample_weight, len(y))
    of_each = np.ones((len(y), 1)) if w is None else w[:, np.newaxis]
    unexplained = np.sum(of_each * (y_hat - y) ** 2, axis=0)
    total = np.sum(of_each * (y - np.average(y, axis=0, weights=w)) ** 2, axis=0)
    of_constant = np.where(unexplained == 0, 1.0, 0.0)
    return float(np.mean(1 - np.divide(unexplained, total, out=1 - of_constant, where=total != 0)))


def pearson(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The linear correlation of prediction and truth, −1 to 1: whether they rise and fall together.

    Equation:   Σᵢ (yᵢ − ȳ)(ŷᵢ − m) / (‖y − ȳ‖ ‖ŷ − m‖),   m the mean of ŷ

    Arguments:
        truth, prediction, sample_weight: as in `mae`

    Shapes: as in `mae`; where a column is constant, as one row alone always is, NaN with an UndefinedMetricWarning
    Errors: as in `mae`

    >>> round(pearson([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), 12)
    1.0

    Source: scipy.stats.pearsonr
    """
    y, y_hat = columns(truth, prediction)
    w = row_weights(sample_weight, len(y))
    if w is not None:
        y, y_hat, w = y[w > 0], y_hat[w > 0], w[w > 0]
    if ((y == y[0]).all(axis=0) | (y_hat == y_hat[0]).all(axis=0)).any():
        return _undefined("pearson")
    r = np.sum(_standardized(y, w) * _standardized(y_hat, w), axis=0)
    return float(np.mean(np.clip(r, -1, 1)))


def regression_metrics(
    truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> dict[str, float]:
    """All metrics of a regression, by name.

    Arguments:
        truth, prediction, sample_weight: as in `mae`

    Shapes: as in `mae` → mae, mape, mse, r2, pearson; the last two may be NaN
    Errors: as in `mae`

    >>> regression_metrics([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])["r2"]
    0.5

    Source: the functions of this module
    """
    weights = {"sample_weight": sample_weight}
    return {metric.__name__: metric(truth, prediction, **weights) for metric in (mae, mape, mse, r2, pearson)}


def _undefined(metric: str) -> float:
    say(Undefined(metric, math.nan))
    return math.nan


def _mean(values: Array, sample_weight: ArrayLike | None) -> float:
    """Over the rows, with their weights, and over the targets."""
    w = row_weights(sample_weight, len(values))
    return float(np.mean(values) if w is None else np.mean(np.average(values, axis=0, weights=w)))


def _standardized(values: Array, weights: Array | None) -> Array:
    """Columns of mean 0 and length 1, each row times the root of its weight."""
    centered = values - np.average(values, axis=0, weights=weights)
    if weights is not None:
        centered *= np.sqrt(weights / weights.max())[:, np.newaxis]
    centered /= np.abs(centered).max(axis=0)  # so that no square overflows
    return centered / np.linalg.norm(centered, axis=0)
