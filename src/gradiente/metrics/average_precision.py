"""The area under the curve of precision over recall."""

import math
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from gradiente.metrics.areas import AreaAverage, averaged_area
from gradiente.metrics.averages import PerClass
from gradiente.metrics.checks import Array


@overload
def average_precision(
    truth: ArrayLike, scores: ArrayLike, *, average: PerClass, sample_weight: ArrayLike | None = ...
) -> Array: ...
@overload
def average_precision(
    truth: ArrayLike, scores: ArrayLike, *, average: AreaAverage = ..., sample_weight: ArrayLike | None = ...
) -> float: ...
def average_precision(
    truth: ArrayLike,
    scores: ArrayLike,
    *,
    average: AreaAverage | PerClass = "macro",
    sample_weight: ArrayLike | None = None,
) -> Any:
    """The mean of the precision over all recalls, as the threshold falls: how pure what is found is.

    Equation:   Σₜ (Rₜ − Rₜ₋₁) Pₜ,   Pₜ and Rₜ the precision and the recall of the scores of at least the t-th
                largest; a scorer without skill has the share of the positives

    Where positives are rare it says more than `roc_auc`. With more than two classes, or several labels a row, each
    class against the rest. A class without positive rows has none: it is left out of the mean, with an
    UndefinedMetricWarning.

    Arguments:
        truth, scores, average, sample_weight: as in `roc_auc`

    Shapes: as in `roc_auc`
    Errors: as in `roc_auc`

    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333

    Source: sklearn.metrics.average_precision_score; there, a class without positive rows has 0
    """
    return averaged_area("average_precision", _average_precision, truth, scores, average, sample_weight)


def _average_precision(positive: Array, scores: Array, weights: Array | None) -> float:
    order = np.argsort(-scores, kind="stable")
    w = np.ones(len(order)) if weights is None else weights[order]
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)  # of those with equal scores
    found, called = (positive[order] * w).cumsum()[last], w.cumsum()[last]
    if not found[-1] > 0:
        return math.nan
    precision = np.divide(found, called, out=np.zeros(len(found)), where=called > 0)
    return float(np.diff(found, prepend=0) @ precision / found[-1])
