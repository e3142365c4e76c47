"""Metrics of a classifier, from the counts of correct and wrong predictions."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import require
from gradiente.metrics.average_precision import average_precision
from gradiente.metrics.averages import Average
from gradiente.metrics.checks import (
    Array,
    is_multilabel,
    labels,
    labels_or_indicators,
    require_classes,
    row_weights,
)
from gradiente.metrics.precision_recall import f1, precision, recall, specificity
from gradiente.metrics.ranking import roc_auc
from gradiente.metrics.undefined import Undefined, say


def accuracy(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The fraction of rows that are predicted correctly: of several labels a row, all of them.

    Equation:   1/n Σᵢ [ŷᵢ = yᵢ]

    Arguments:
        truth: y, the right classes, whole numbers from 0; or 0 and 1 for each of several labels, one column a label
        prediction: ŷ, the predicted classes or labels
        sample_weight: how much each row counts, ≥ 0; None: all alike

    Shapes: (n,) and (n,), or (n, labels) and (n, labels) with two labels or more → one number in [0, 1]
    Errors: ShapeError where shapes differ or hold no numbers; DataError for no rows or what is no class or label

    >>> accuracy([0, 1, 2, 2], [0, 1, 1, 2])
    0.75
    >>> accuracy([[1, 0, 1], [0, 1, 1]], [[1, 0, 1], [0, 1, 0]])
    0.5

    Source: sklearn.metrics.accuracy_score
    """
    y, y_hat = labels_or_indicators(truth, prediction)
    right = y == y_hat
    right = right if right.ndim == 1 else right.all(axis=1)
    return float(np.average(right, weights=row_weights(sample_weight, len(y))))


def hamming_loss(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The fraction of labels that are predicted wrongly, each on its own; with one class a row, 1 − accuracy.

    Equation:   1/(n k) Σᵢ Σₖ [ŷᵢₖ ≠ yᵢₖ],   k labels a row

    Arguments:
        truth, prediction, sample_weight: as in `accuracy`

    Shapes: as in `accuracy`
    Errors: as in `accuracy`

    >>> hamming_loss([[1, 0], [0, 1]], [[1, 0], [1, 1]])
    0.25

    Source: sklearn.metrics.hamming_loss
    """
    y, y_hat = labels_or_indicators(truth, prediction)
    wrong, w = y != y_hat, row_weights(sample_weight, len(y))
    return float(
        np.mean(wrong) if w is None else np.average(wrong.reshape(len(y), -1).mean(axis=1), weights=w)
    )


def cohen_kappa(truth: ArrayLike, prediction: ArrayLike, *, sample_weight: ArrayLike | None = None) -> float:
    """The agreement beyond what chance alone would give: 1 complete, 0 none, negative below chance.

    Equation:   (p₀ − pₑ) / (1 − pₑ),   p₀ the accuracy and pₑ = Σₖ nₖ n̂ₖ / n²

    Where truth and prediction hold one and the same class, pₑ is 1: it is not defined, and 0 with an
    UndefinedMetricWarning.

    Arguments:
        truth, prediction, sample_weight: as in `confusion_matrix`; nₖ and n̂ₖ are how often each names class k

    Shapes: (n,) and (n,) → one number in [−1, 1]
    Errors: as in `confusion_matrix`

    >>> cohen_kappa([0, 0, 1, 1], [0, 0, 1, 0])
    0.5

    Source: sklearn.metrics.cohen_kappa_score with replace_undefined_by=0
    """
    y, y_hat = labels(truth, prediction)
    w, classes = row_weights(sample_weight, len(y)), int(max(y.max(), y_hat.max())) + 1
    true, predicted = (np.bincount(a, w, minlength=classes).tolist() for a in (y, y_hat))
    n = sum(true)
    by_chance = sum(a * b for a, b in zip(true, predicted, strict=True))  # n² pₑ, exact without weights
    if by_chance == n * n:
        say(Undefined("cohen_kappa", 0))
        return 0.0
    right = int(np.count_nonzero(y == y_hat)) if w is None else float(w[y == y_hat].sum())
    return (n * right - by_chance) / (n * n - by_chance)


def confusion_matrix(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    classes: int | None = None,
    sample_weight: ArrayLike | None = None,
) -> Array:
    """How often each class is predicted as each class: rows are the truth, columns the prediction.

    Equation:   Cⱼₖ = Σᵢ [yᵢ = j] [ŷᵢ = k]

    Arguments:
        truth: y, the right classes, whole numbers from 0
        prediction: ŷ, the predicted classes
        classes: how many there are, ≥ 1; None, up to the largest that occurs
        sample_weight: how much each row counts, ≥ 0; None: all alike

    Shapes: (n,) and (n,) → (classes, classes) of integers, with weights of real numbers; an absent class has zeros
    Errors: ShapeError where shapes differ or hold no numbers; DataError for no rows, what is no class, or a class
        beyond them; ArgumentError for fewer than one class

    >>> confusion_matrix([0, 0, 1, 1], [0, 0, 1, 0])
    array([[2, 0],
           [1, 1]])

    Source: sklearn.metrics.confusion_matrix with labels=range(classes)
    """
    require(classes is None or classes >= 1, "metrics.classes", value=classes)
    y, y_hat = labels(truth, prediction)
    k = classes or int(max(y.max(), y_hat.max())) + 1
    require_classes(y, k)
    require_classes(y_hat, k)
    w = row_weights(sample_weight, len(y))
    return np.bincount(y * k + y_hat, w, minlength=k * k).reshape(k, k)


def classification_metrics(
    truth: ArrayLike,
    probabilities: ArrayLike,
    *,
    positive: int = 1,
    sample_weight: ArrayLike | None = None,
) -> dict[str, float]:
    """All metrics of a classifier, by name; the prediction is the most probable class, or every label above ½.

    Equation:   ŷ = argmaxₖ pₖ, or ŷ = [p > ½] where only class 1's probability is given, or that of each label

    Arguments:
        truth: the right classes, whole numbers from 0, or 0 and 1 for each of several labels
        probabilities: one column for each class or label, or the probability of class 1
        positive: of two classes, the one that precision to f1 are of, 0 or 1
        sample_weight: how much each row counts, ≥ 0; None: all alike

    Shapes: (n,) or (n, 1), and (n, classes), (n, 1) or (n,) → accuracy, precision, recall, specificity, f1,
        cohen_kappa and, where it is defined, roc_auc; precision to f1 are those of the positive class where there are
        two, with average_precision last, and the macro average where there are more. (n, labels) twice → the same with
        f1_micro and hamming_loss in place of cohen_kappa, and the macro average_precision
    Errors: as in `roc_auc`

    >>> classification_metrics([0, 1, 1], [0.2, 0.9, 0.4])["precision"]
    1.0

    Source: the functions of this folder
    """
    y, p = (a[:, 0] if a.shape[1:] == (1,) else a for a in map(np.asarray, (truth, probabilities)))
    weights: Any = {"sample_weight": sample_weight}
    area = roc_auc(y, p, **weights)
    multilabel = is_multilabel(y)
    y_hat = p > 0.5 if p.ndim == 1 or multilabel else p.argmax(axis=1)
    two_classes = not multilabel and (p.ndim == 1 or p.shape[1] == 2)
    average: Average = "binary" if two_classes else "macro"
    by_counts = (precision, recall, specificity, f1)
    of = positive if two_classes else 1
    metrics = {
        "accuracy": accuracy(y, y_hat, **weights),
        **{
            metric.__name__: metric(y, y_hat, average=average, positive=of, **weights) for metric in by_counts
        },
    }
    if multilabel:
        metrics["f1_micro"] = f1(y, y_hat, average="micro", **weights)
        metrics["hamming_loss"] = hamming_loss(y, y_hat, **weights)
    else:
        metrics["cohen_kappa"] = cohen_kappa(y, y_hat, **weights)
    if np.isnan(area):
        return metrics
    metrics["roc_auc"] = area
    if two_classes:
        scores = p if p.ndim == 1 else p[:, 1]
        metrics["average_precision"] = average_precision(y == of, scores if of else -scores, **weights)
    elif multilabel:
        metrics["average_precision"] = average_precision(y, p, **weights)
    return metrics
