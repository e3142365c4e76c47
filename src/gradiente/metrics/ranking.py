"""Metrics of scores, which rank: no threshold and no scale matters."""

import math
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import ArgumentError, ShapeError
from gradiente.metrics.averages import PerClass, mean_of_defined, require_average
from gradiente.metrics.checks import (
    Array,
    class_numbers,
    finite,
    indicators,
    is_multilabel,
    require_classes,
    require_rows,
)
from gradiente.metrics.undefined import Undefined, say

AreaAverage = Literal["micro", "macro", "weighted", "samples"]


@overload
def roc_auc(truth: ArrayLike, scores: ArrayLike, *, average: PerClass) -> Array: ...
@overload
def roc_auc(truth: ArrayLike, scores: ArrayLike, *, average: AreaAverage = ...) -> float: ...
def roc_auc(truth: ArrayLike, scores: ArrayLike, *, average: AreaAverage | PerClass = "macro") -> Any:
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
    y, s = np.asarray(truth), np.asarray(scores)
    multilabel = is_multilabel(y)
    require_average(average, ("micro", "macro", "weighted", "samples", "none"), multilabel=multilabel)
    positive, s = _of_labels(y, s) if multilabel else _of_classes(y, s)
    if average == "micro" or positive.shape[1] == 1:
        area = _area(positive.ravel(), s.ravel())
        if math.isnan(area):
            say(Undefined("roc_auc", area))
        return area
    if average == "samples":
        positive, s = positive.T, s.T
    areas = np.array([_area(*column) for column in zip(positive.T, s.T, strict=True)])
    weights = positive.sum(axis=0) if average == "weighted" else np.ones(len(areas))
    _say_where(np.isnan(areas), weights, rows=average == "samples")
    return areas if average == "none" else mean_of_defined(areas, weights)


def top_k_accuracy(truth: ArrayLike, scores: ArrayLike, *, k: int = 2) -> float:
    """The fraction of rows whose class is among the k with the highest scores.

    Equation:   1/n Σᵢ [yᵢ ∈ the k classes of the largest sᵢ]; of equal scores, the class with the larger number first

    Arguments:
        truth: the right classes, whole numbers from 0
        scores: one column for each class, any finite numbers
        k: how many classes, from 1, the accuracy, to one less than there are

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
    return float(np.mean((highest == y[:, np.newaxis]).any(axis=1)))


def _of_classes(y: Array, s: Array) -> tuple[Array, Array]:
    """Of each class against the rest: the rows that are positive, and their scores; of two classes, class 1's."""
    if y.ndim != 1 or s.ndim not in (1, 2) or s.shape[:1] != y.shape or s.shape[1:] == (1,):
        raise ShapeError("metrics.scores_shape", truth=y.shape, scores=s.shape)
    require_rows(s)
    y, s = class_numbers("truth", y), finite("scores", s)
    classes = 2 if s.ndim == 1 else s.shape[1]
    require_classes(y, classes)
    if classes == 2:
        return y[:, np.newaxis] == 1, s.reshape(len(y), -1)[:, -1:]
    return y[:, np.newaxis] == np.arange(classes), s


def _of_labels(y: Array, s: Array) -> tuple[Array, Array]:
    if y.shape != s.shape:
        raise ShapeError("metrics.scores_of_labels", truth=y.shape, scores=s.shape)
    require_rows(y)
    return indicators("truth", y), finite("scores", s)


def _area(positive: Array, scores: Array) -> float:
    above, below = np.sort(scores[positive]), np.sort(scores[~positive])
    if not (above.size and below.size):
        return math.nan
    twice_wins = below.searchsorted(above, "left").sum() + below.searchsorted(above, "right").sum()
    return float(twice_wins / (2 * above.size * below.size))


def _say_where(undefined: Array, weights: Array, *, rows: bool) -> None:
    left_out = undefined & (weights > 0)
    if undefined.all():
        say(Undefined("roc_auc", math.nan))
    elif rows and left_out.any():
        say(Undefined("roc_auc", math.nan, rows=(int(left_out.sum()), len(left_out))))
    elif left_out.any():
        say(Undefined("roc_auc", math.nan, classes=tuple(np.flatnonzero(left_out).tolist())))
