"""Metrics of a classifier, from the counts of correct and wrong predictions."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import ArgumentError, DataError, ShapeError, require
from gradiente.metrics.checks import Array, class_numbers, finite, labels, require_rows

Average = Literal["binary", "macro"]


def accuracy(truth: ArrayLike, prediction: ArrayLike) -> float:
    """The fraction of rows whose class is predicted correctly.

    Equation:   1/n Σᵢ [ŷᵢ = yᵢ]

    Arguments:
        truth: y, the right classes, whole numbers from 0
        prediction: ŷ, the predicted classes

    Shapes: (n,) and (n,) → one number in [0, 1]
    Errors: ShapeError where shapes differ or hold no numbers; DataError for no rows or what is no class

    >>> accuracy([0, 1, 2, 2], [0, 1, 1, 2])
    0.75

    Source: sklearn.metrics.accuracy_score
    """
    y, y_hat = labels(truth, prediction)
    return float(np.mean(y == y_hat))


def precision(truth: ArrayLike, prediction: ArrayLike, *, average: Average | None = None) -> float:
    """The fraction of predicted positives that are positive.

    Equation:   TP / (TP + FP), and 0 where nothing is predicted positive

    Arguments:
        truth, prediction: as in `accuracy`
        average: "binary", of class 1; "macro", the mean over the classes that occur in truth or prediction;
            None, the first where every class is 0 or 1 and the second where there are more

    Shapes: (n,) and (n,) → one number in [0, 1]
    Errors: as in `accuracy`, and ArgumentError for another average, or for "binary" with a class above 1

    >>> precision([0, 1, 1, 0], [1, 1, 1, 0])
    0.6666666666666666

    Source: sklearn.metrics.precision_score with zero_division=0
    """
    o = _confusion_counts(truth, prediction)
    return _averaged(_ratio(o.tp, o.tp + o.fp), o, average)


def recall(truth: ArrayLike, prediction: ArrayLike, *, average: Average | None = None) -> float:
    """The fraction of positives that are predicted positive: the sensitivity.

    Equation:   TP / (TP + FN), and 0 where there is no positive

    Arguments:
        truth, prediction, average: as in `precision`

    Shapes: (n,) and (n,) → one number in [0, 1]
    Errors: as in `precision`

    >>> recall([0, 1, 1, 1], [1, 1, 1, 0])
    0.6666666666666666

    Source: sklearn.metrics.recall_score with zero_division=0
    """
    o = _confusion_counts(truth, prediction)
    return _averaged(_ratio(o.tp, o.tp + o.fn), o, average)


def specificity(truth: ArrayLike, prediction: ArrayLike, *, average: Average | None = None) -> float:
    """The fraction of negatives that are predicted negative: the recall of the other classes.

    Equation:   TN / (TN + FP), and 0 where there is no negative

    Arguments:
        truth, prediction, average: as in `precision`

    Shapes: (n,) and (n,) → one number in [0, 1]
    Errors: as in `precision`

    >>> specificity([0, 0, 0, 1], [0, 0, 1, 1])
    0.6666666666666666

    Source: sklearn.metrics.recall_score with pos_label=0 and zero_division=0
    """
    o = _confusion_counts(truth, prediction)
    return _averaged(_ratio(o.tn, o.tn + o.fp), o, average)


def f1(truth: ArrayLike, prediction: ArrayLike, *, average: Average | None = None) -> float:
    """The harmonic mean of precision and recall: high only where both are.

    Equation:   2 TP / (2 TP + FP + FN), and 0 where nothing is positive or predicted positive

    Arguments:
        truth, prediction, average: as in `precision`

    Shapes: (n,) and (n,) → one number in [0, 1]
    Errors: as in `precision`

    >>> f1([0, 1, 1, 0], [1, 1, 1, 0])
    0.8

    Source: sklearn.metrics.f1_score with zero_division=0
    """
    o = _confusion_counts(truth, prediction)
    return _averaged(_ratio(2 * o.tp, 2 * o.tp + o.fp + o.fn), o, average)


def cohen_kappa(truth: ArrayLike, prediction: ArrayLike) -> float:
    """The agreement beyond what chance alone would give: 1 complete, 0 none, negative below chance.

    Equation:   (p₀ − pₑ) / (1 − pₑ),   p₀ the accuracy and pₑ = Σₖ nₖ n̂ₖ / n², and 0 where pₑ = 1

    Arguments:
        truth, prediction: as in `accuracy`; nₖ and n̂ₖ are how often each names class k

    Shapes: (n,) and (n,) → one number in [−1, 1]
    Errors: as in `accuracy`

    >>> cohen_kappa([0, 0, 1, 1], [0, 0, 1, 0])
    0.5

    Source: sklearn.metrics.cohen_kappa_score with replace_undefined_by=0
    """
    o = _confusion_counts(truth, prediction)
    n = (o.tp + o.fn).sum()
    by_chance = np.sum((o.tp + o.fn) * (o.tp + o.fp))  # n² pₑ, exact in integers
    return float(_ratio(n * o.tp.sum() - by_chance, n * n - by_chance))


def roc_auc(truth: ArrayLike, scores: ArrayLike) -> float:
    """The probability that a positive row scores above a negative one; a tie counts one half.

    Equation:   (Σ₊ Σ₋ [s₊ > s₋] + ½ [s₊ = s₋]) / (n₊ n₋): the area under the ROC curve, by ranks

    With more than two classes, the mean of each class against the rest, over the classes that occur in truth.

    Arguments:
        truth: the right classes, whole numbers from 0
        scores: the score of class 1, or one column for each class; of two columns, class 1's counts

    Shapes: (n,) and (n,) or (n, classes) → one number in [0, 1], NaN where truth holds one class only
    Errors: ShapeError where the shapes do not fit; DataError for no rows, NaN, or a class without column

    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75

    Source: sklearn.metrics.roc_auc_score with multi_class="ovr", average="macro"
    """
    y, s = np.asarray(truth), np.asarray(scores)
    if y.ndim != 1 or s.ndim not in (1, 2) or s.shape[:1] != y.shape or s.shape[1:] == (1,):
        raise ShapeError("metrics.scores_shape", truth=y.shape, scores=s.shape)
    require_rows(s)
    y, s = class_numbers("truth", y), finite("scores", s)
    classes = 2 if s.ndim == 1 else s.shape[1]
    _require_classes(y, classes)
    if classes == 2:
        return _area(y == 1, s if s.ndim == 1 else s[:, 1])
    return float(np.mean([_area(y == k, s[:, k]) for k in np.flatnonzero(np.bincount(y))]))


def confusion_matrix(truth: ArrayLike, prediction: ArrayLike, *, classes: int | None = None) -> Array:
    """How often each class is predicted as each class: rows are the truth, columns the prediction.

    Equation:   Cⱼₖ = Σᵢ [yᵢ = j] [ŷᵢ = k]

    Arguments:
        truth, prediction: as in `accuracy`
        classes: how many there are, ≥ 1; None, up to the largest that occurs

    Shapes: (n,) and (n,) → (classes, classes) of integers; an absent class has zeros
    Errors: as in `accuracy`; ArgumentError for fewer than one class; DataError for a class beyond them

    >>> confusion_matrix([0, 0, 1, 1], [0, 0, 1, 0])
    array([[2, 0],
           [1, 1]])

    Source: sklearn.metrics.confusion_matrix with labels=range(classes)
    """
    require(classes is None or classes >= 1, "metrics.classes", value=classes)
    y, y_hat = labels(truth, prediction)
    k = classes or int(max(y.max(), y_hat.max())) + 1
    _require_classes(y, k)
    _require_classes(y_hat, k)
    return np.bincount(y * k + y_hat, minlength=k * k).reshape(k, k)


def classification_metrics(truth: ArrayLike, probabilities: ArrayLike) -> dict[str, float]:
    """All metrics of a classifier, by name; the prediction is the most probable class.

    Equation:   ŷ = argmaxₖ pₖ, or ŷ = [p > ½] where only class 1's probability is given

    Arguments:
        truth: the right classes, whole numbers from 0
        probabilities: one column for each class, or the probability of class 1

    Shapes: (n,) or (n, 1), and (n, classes), (n, 1) or (n,) → accuracy, precision, recall, specificity, f1,
        cohen_kappa and, where truth holds two classes or more, roc_auc; precision to f1 are those of class 1
        where there are two classes, and the macro average where there are more
    Errors: as in `roc_auc`

    >>> classification_metrics([0, 1, 1], [0.2, 0.9, 0.4])["precision"]
    1.0

    Source: the functions of this module
    """
    y, p = (a[:, 0] if a.shape[1:] == (1,) else a for a in map(np.asarray, (truth, probabilities)))
    area = roc_auc(y, p)
    y_hat = p > 0.5 if p.ndim == 1 else p.argmax(axis=1)
    average: Average = "binary" if p.ndim == 1 or p.shape[1] == 2 else "macro"
    metrics = {
        "accuracy": accuracy(y, y_hat),
        "precision": precision(y, y_hat, average=average),
        "recall": recall(y, y_hat, average=average),
        "specificity": specificity(y, y_hat, average=average),
        "f1": f1(y, y_hat, average=average),
        "cohen_kappa": cohen_kappa(y, y_hat),
    }
    return metrics if np.isnan(area) else metrics | {"roc_auc": area}


class _ConfusionCounts(NamedTuple):
    """Of each class against the rest: true and false positives, false and true negatives."""

    tp: Array
    fp: Array
    fn: Array
    tn: Array


def _confusion_counts(truth: ArrayLike, prediction: ArrayLike) -> _ConfusionCounts:
    y, y_hat = labels(truth, prediction)
    k = max(2, int(max(y.max(), y_hat.max())) + 1)
    tp = np.bincount(y[y == y_hat], minlength=k)
    fp = np.bincount(y_hat, minlength=k) - tp
    fn = np.bincount(y, minlength=k) - tp
    return _ConfusionCounts(tp, fp, fn, len(y) - tp - fp - fn)


def _ratio(part: Array, whole: Array) -> Array:
    """part / whole, and 0 for 0/0."""
    return np.divide(part, whole, out=np.zeros(np.shape(part)), where=whole != 0)


def _averaged(scores: Array, o: _ConfusionCounts, average: str | None) -> float:
    if average not in (None, "binary", "macro"):
        raise ArgumentError("metrics.average", value=repr(average))
    classes = len(scores)
    if average == "macro" or (average is None and classes > 2):
        return float(scores[o.tp + o.fp + o.fn > 0].mean())
    if classes > 2:
        raise ArgumentError("metrics.binary", label=classes - 1)
    return float(scores[1])


def _area(positive: Array, scores: Array) -> float:
    above, below = np.sort(scores[positive]), np.sort(scores[~positive])
    if not (above.size and below.size):
        return float("nan")
    twice_wins = below.searchsorted(above, "left").sum() + below.searchsorted(above, "right").sum()
    return float(twice_wins / (2 * above.size * below.size))


def _require_classes(values: Array, classes: int) -> None:
    outside = values >= classes
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        raise DataError("metrics.class_outside", label=int(values[row]), row=row, last=classes - 1)
