"""Metrics of scores, which rank: no threshold and no scale matters."""

import math
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import ArgumentError, ShapeError
from gradiente.metrics.areas import AreaAverage, averaged_area
from gradiente.metrics.averages import PerClass
from gradiente.metrics.checks import Array, class_numbers, finite, require_classes, require_rows, row_weights


@overload
def roc_auc(
    truth: ArrayLike, scores: ArrayLike, *, average: PerClass, sample_weight: ArrayLike | None = ...
) -> Array: ...
@overload
def roc_auc(
    truth: ArrayLike, scores: ArrayLike, *, average: AreaAverage = ..., sample_weight: ArrayLike | None = ...
) -> float: ...
def roc_auc(
    truth: ArrayLike,
    scores: ArrayLike,
    *,
    average: AreaAverage | PerClass = "macro",
    sample_weight: ArrayLike | None = None,
) -> Any:
    """The probability that a positive row scores above a negative one; a tie counts one half.

    Equation:   (Σ₊ Σ₋ [s₊ > s₋] + ½ [s₊ = s₋]) / (n₊ n₋): the area under the ROC curve, by ranks

    With more than two classes, or several labels a row, each class against the rest. A class without positive or
    without negative rows has no area: it is left out of the mean, with an UndefinedMetricWarning.

    Arguments:
        truth: the right classes, whole numbers from 0, or 0 and 1 for each of several labels
        scores: the score of class 1, or one column for each class or label; of two classes, class 1's counts
        average: "macro", the mean over the classes; "weighted", by how often each occurs in truth; "micro", one area
            over all entries, each a positive or a negative; "samples", with several labels a row, the mean over the
            rows; "none", one number for each class, NaN where it has none (scikit-learn's None). With two classes
            there is one area, whatever the average
        sample_weight: how much each row counts, ≥ 0; None: all alike

    Shapes: (n,) and (n,) or (n, classes), or (n, labels) twice → one number in [0, 1], NaN where nothing has an area;
        (classes,) for "none"
    Errors: ShapeError where the shapes do not fit; DataError for no rows, NaN, or a class without column;
        ArgumentError for another average

    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    >>> roc_auc([0, 1, 2], [[0.5, 0.3, 0.2], [0.5, 0.4, 0.1], [0.1, 0.2, 0.7]], average="none")
    array([0.75, 1.  , 1.  ])

    Source: sklearn.metrics.roc_auc_score with multi_class="ovr"; there, a class without an area makes the mean NaN
    """
    return averaged_area("roc_auc", _area, truth, scores, average, sample_weight)


def top_k_accuracy(
    truth: ArrayLike, scores: ArrayLike, *, k: int = 2, sample_weight: ArrayLike | None = None
) -> float:
    """The fraction of rows whose class is among the k with the highest scores.

    Equation:   1/n Σᵢ [yᵢ ∈ the k classes of the largest sᵢ]; of equal scores, the class with the larger number first

    Arguments:
        truth: the right classes, whole numbers from 0
        scores: one column for each class, any finite numbers
        k: how many classes, from 1, the accuracy, to one less than there are
        sample_weight: how much each row counts, ≥ 0; None: all alike

    Shapes: (n,) and (n, classes) → one number in [0, 1]
    Errors: as in `roc_auc`, and ArgumentError for another k

    >>> top_k_accuracy([0, 1, 2], [[0.5, 0.3, 0.2], [0.5, 0.4, 0.1], [0.3, 0.5, 0.2]], k=2)
    0.6666666666666666

    Source: sklearn.metrics.top_k_accuracy_score
    """
    y, s = np.asarray(truth), np.asarray(scores)
    if y.ndim != 1 or s.ndim != 2 or len(s) != len(y) or s.shape[1] < 2:
        raise ShapeError("metrics.columns_of_classes", truth=y.shape, scores=s.shape)
    require_rows(s)
    y, s = class_numbers("truth", y), finite("scores", s)
    classes = s.shape[1]
    require_classes(y, classes)
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k < classes:
        raise ArgumentError("metrics.top_k", value=repr(k), classes=classes, most=classes - 1)
    highest = np.argsort(s, axis=1, kind="stable")[:, -k:]
    right = (highest == y[:, np.newaxis]).any(axis=1)
    return float(np.average(right, weights=row_weights(sample_weight, len(y))))


def _area(positive: Array, scores: Array, weights: Array | None) -> float:
    w = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(scores[~positive], kind="stable")
    below, above = scores[~positive][order], scores[positive]
    total = np.append(0, w[~positive][order].cumsum())  # the weight of the k lowest negatives
    pairs = 2 * w[positive].sum() * total[-1]
    if not pairs > 0:
        return math.nan
    twice_won = total[below.searchsorted(above, "left")] + total[below.searchsorted(above, "right")]
    return float(w[positive] @ twice_won / pairs)
