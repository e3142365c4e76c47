"""A measure of scores, of each class against the rest or of each label, and its averages."""

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import ShapeError
from gradiente.metrics.averages import mean_of_defined, require_average
from gradiente.metrics.checks import (
    Array,
    class_numbers,
    finite,
    indicators,
    is_multilabel,
    require_classes,
    require_rows,
    row_weights,
)
from gradiente.metrics.undefined import Undefined, say

AreaAverage = Literal["micro", "macro", "weighted", "samples"]
OfTwo = Callable[[Array, Array, Array | None], float]  # of which rows are positive, their scores and weights


def averaged_area(
    metric: str, of_two: OfTwo, truth: ArrayLike, scores: ArrayLike, average: str, sample_weight: Any
) -> Any:
    """The measure of two classes, averaged over all classes or labels.

    Arguments:
        metric: its name
        of_two: the measure; NaN where it has none
        truth, scores, average, sample_weight: as of `roc_auc`

    Errors: as of `roc_auc`
    """
    y, s = np.asarray(truth), np.asarray(scores)
    multilabel = is_multilabel(y)
    require_average(average, ("micro", "macro", "weighted", "samples", "none"), multilabel=multilabel)
    positive, s = _of_labels(y, s) if multilabel else _of_classes(y, s)
    weights, classes = row_weights(sample_weight, len(y)), positive.shape[1]
    if average == "micro" or classes == 1:
        area = of_two(positive.ravel(), s.ravel(), None if weights is None else np.repeat(weights, classes))
        if math.isnan(area):
            say(Undefined(metric, area))
        return area
    if average == "samples":
        areas = np.array([of_two(*row, None) for row in zip(positive, s, strict=True)])
        of_each = np.ones(len(areas)) if weights is None else weights
    else:
        areas = np.array([of_two(*column, weights) for column in zip(positive.T, s.T, strict=True)])
        occurring = positive.sum(axis=0) if weights is None else weights @ positive
        of_each = occurring if average == "weighted" else np.ones(classes)
    _say_where(metric, np.isnan(areas), of_each, rows=average == "samples")
    return areas if average == "none" else mean_of_defined(areas, of_each)


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


def _say_where(metric: str, undefined: Array, weights: Array, *, rows: bool) -> None:
    left_out = undefined & (weights > 0)
    if undefined.all():
        say(Undefined(metric, math.nan))
    elif rows and left_out.any():
        say(Undefined(metric, math.nan, rows=(int(left_out.sum()), len(left_out))))
    elif left_out.any():
        say(Undefined(metric, math.nan, classes=tuple(np.flatnonzero(left_out).tolist())))
