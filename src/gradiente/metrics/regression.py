"""Metrics of a regression."""

import math

import numpy as np
from numpy.typing import ArrayLike

from gradiente.metrics.checks import Array, columns
from gradiente.metrics.undefined import Undefined, say


def mae(truth: ArrayLike, prediction: ArrayLike) -> float:
    """The mean absolute error, in the units of the target.

    Equation:   1/n Σᵢ |ŷᵢ − yᵢ|

    Arguments:
        truth: y, any finite numbers
        prediction: ŷ, likewise

    Shapes: (n,) or (n, targets), both the same; (n,) is (n, 1) → one number, the mean over the targets
    Errors: ShapeError where shapes differ or hold no numbers; DataError for no rows, NaN or infinity

    >>> mae([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    1.0

    Source: sklearn.metrics.mean_absolute_error
    """
    y, y_hat = columns(truth, prediction)
    return float(np.mean(np.abs(y_hat - y)))


def mape(truth: ArrayLike, prediction: ArrayLike) -> float:
    """The mean absolute error as a fraction of the true value: 0.1 is ten percent.

    Equation:   1/n Σᵢ |ŷᵢ − yᵢ| / max(ε, |yᵢ|),   ε = 2⁻⁵²: huge, not infinite, where y is 0

    Arguments:
        truth, prediction: as in `mae`

    Shapes: as in `mae`
    Errors: as in `mae`

    >>> mape([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    0.3333333333333333

    Source: sklearn.metrics.mean_absolute_percentage_error
    """
    y, y_hat = columns(truth, prediction)
    return float(np.mean(np.abs(y_hat - y) / np.maximum(np.finfo(np.float64).eps, np.abs(y))))


def mse(truth: ArrayLike, prediction: ArrayLike) -> float:
    """The mean squared error: one large error weighs more than many small ones.

    Equation:   1/n Σᵢ (ŷᵢ − yᵢ)²

    Arguments:
        truth, prediction: as in `mae`

    Shapes: as in `mae`
    Errors: as in `mae`

    >>> mse([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    1.6666666666666667

    Source: sklearn.metrics.mean_squared_error
    """
    y, y_hat = columns(truth, prediction)
    return float(np.mean((y_hat - y) ** 2))


def r2(truth: ArrayLike, prediction: ArrayLike) -> float:
    """The fraction of the target's variance that is explained: 1 is perfect, 0 no better than the mean.

    Equation:   1 − Σᵢ (ŷᵢ − yᵢ)² / Σᵢ (yᵢ − ȳ)²

    Where the true values are all the same it is 1 for a perfect prediction and 0 for any other.

    Arguments:
        truth, prediction: as in `mae`

    Shapes: as in `mae`; one row alone gives NaN, with an UndefinedMetricWarning
    Errors: as in `mae`

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5

    Source: sklearn.metrics.r2_score
    """
    y, y_hat = columns(truth, prediction)
    if len(y) == 1:
        return _undefined("r2")
    unexplained = np.sum((y_hat - y) ** 2, axis=0)
    total = np.sum((y - y.mean(axis=0)) ** 2, axis=0)
    of_constant = np.where(unexplained == 0, 1.0, 0.0)
    return float(np.mean(1 - np.divide(unexplained, total, out=1 - of_constant, where=total != 0)))


def pearson(truth: ArrayLike, prediction: ArrayLike) -> float:
    """The linear correlation of prediction and truth, −1 to 1: whether they rise and fall together.

    Equation:   Σᵢ (yᵢ − ȳ)(ŷᵢ − m) / (‖y − ȳ‖ ‖ŷ − m‖),   m the mean of ŷ

    Arguments:
        truth, prediction: as in `mae`

    Shapes: as in `mae`; where a column is constant, as one row alone always is, NaN with an UndefinedMetricWarning
    Errors: as in `mae`

    >>> round(pearson([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), 12)
    1.0

    Source: scipy.stats.pearsonr
    """
    y, y_hat = columns(truth, prediction)
    if ((y == y[0]).all(axis=0) | (y_hat == y_hat[0]).all(axis=0)).any():
        return _undefined("pearson")
    r = np.sum(_standardized(y) * _standardized(y_hat), axis=0)
    return float(np.mean(np.clip(r, -1, 1)))


def regression_metrics(truth: ArrayLike, prediction: ArrayLike) -> dict[str, float]:
    """All metrics of a regression, by name.

    Arguments:
        truth, prediction: as in `mae`

    Shapes: as in `mae` → mae, mape, mse, r2, pearson; the last two may be NaN
    Errors: as in `mae`

    >>> regression_metrics([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])["r2"]
    0.5

    Source: the functions of this module
    """
    return {metric.__name__: metric(truth, prediction) for metric in (mae, mape, mse, r2, pearson)}


def _undefined(metric: str) -> float:
    say(Undefined(metric, math.nan))
    return math.nan


def _standardized(values: Array) -> Array:
    """Columns of mean 0 and length 1."""
    centered = values - values.mean(axis=0)
    centered /= np.abs(centered).max(axis=0)  # so that no square overflows
    return centered / np.linalg.norm(centered, axis=0)
