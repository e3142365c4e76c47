"""Precision, recall, specificity and F: what share of the positives, or of what is called so, is right.

All of them take the same averages and the same `zero_division`, explained at `precision`. Several labels a row are
given as arrays of 0 and 1, one column for each label.
"""

import math
from typing import Any, overload

from numpy.typing import ArrayLike

from gradiente.errors import require_in
from gradiente.metrics.averages import Average, PerClass, ZeroDivision, outcomes
from gradiente.metrics.checks import Array


@overload
def precision(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: PerClass,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> Array: ...
@overload
def precision(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average | None = ...,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> float: ...
def precision(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average | PerClass | None = None,
    zero_division: ZeroDivision = "warn",
    positive: int = 1,
    sample_weight: ArrayLike | None = None,
) -> Any:
    """The fraction of predicted positives that are positive.

    Equation:   TP / (TP + FP), not defined where nothing is predicted positive

    Arguments:
        truth, prediction: as in `accuracy`
        average: "binary", of the positive class;
            "macro", the mean over the classes that occur in truth or prediction, or over the labels;
            "weighted", the same, each weighted by how often it occurs in truth;
            "micro", of the counts of all classes together: with one class a row this is the accuracy;
            "samples", with several labels a row, the mean over the rows;
            "none", one number for each class, 0 to the largest that occurs, or for each label (scikit-learn's None);
            None, "binary" where every class is 0 or 1 and "macro" otherwise
        zero_division: what counts where the metric is not defined: 0, 1, or NaN, which is left out of the mean;
            "warn", 0 with an UndefinedMetricWarning
        positive: the class that "binary" is of, 0 or 1 (scikit-learn's pos_label)
        sample_weight: how much each row counts, ≥ 0; None: all alike

    Shapes: (n,) and (n,), or (n, labels) and (n, labels) → one number in [0, 1]; (classes,) for "none"
    Errors: as in `accuracy`; ArgumentError for another average or zero_division, for "binary" with a class above 1
        or several labels a row, or for "samples" with one class a row

    >>> precision([0, 1, 1, 0], [1, 1, 1, 0])
    0.6666666666666666
    >>> precision([0, 1, 2, 2], [0, 1, 1, 2], average="none")
    array([1. , 0.5, 1. ])
    >>> precision([0, 1, 2, 2], [0, 1, 1, 1], average="macro", zero_division=0)
    0.4444444444444444
    >>> precision([[1, 0, 1], [0, 1, 1]], [[1, 0, 1], [1, 1, 0]], average="micro")
    0.75

    Source: sklearn.metrics.precision_score
    """
    o = outcomes(truth, prediction, average, positive, sample_weight)
    return o.averaged("precision", o.tp, o.tp + o.fp, zero_division)


@overload
def recall(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: PerClass,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> Array: ...
@overload
def recall(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average | None = ...,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> float: ...
def recall(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average | PerClass | None = None,
    zero_division: ZeroDivision = "warn",
    positive: int = 1,
    sample_weight: ArrayLike | None = None,
) -> Any:
    """The fraction of positives that are predicted positive: the sensitivity.

    Equation:   TP / (TP + FN), not defined where there is no positive

    Arguments:
        truth, prediction, average, zero_division, positive, sample_weight: as in `precision`; the "weighted"
            mean is the accuracy

    Shapes: as in `precision`
    Errors: as in `precision`

    >>> recall([0, 1, 1, 1], [1, 1, 1, 0])
    0.6666666666666666

    Source: sklearn.metrics.recall_score
    """
    o = outcomes(truth, prediction, average, positive, sample_weight)
    return o.averaged("recall", o.tp, o.tp + o.fn, zero_division)


@overload
def specificity(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: PerClass,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> Array: ...
@overload
def specificity(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average | None = ...,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> float: ...
def specificity(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average | PerClass | None = None,
    zero_division: ZeroDivision = "warn",
    positive: int = 1,
    sample_weight: ArrayLike | None = None,
) -> Any:
    """The fraction of negatives that are predicted negative: the recall of the other classes.

    Equation:   TN / (TN + FP), not defined where there is no negative

    Arguments:
        truth, prediction, average, zero_division, positive, sample_weight: as in `precision`

    Shapes: as in `precision`
    Errors: as in `precision`

    >>> specificity([0, 0, 0, 1], [0, 0, 1, 1])
    0.6666666666666666

    Source: sklearn.metrics.recall_score with pos_label=0; torchmetrics.Specificity
    """
    o = outcomes(truth, prediction, average, positive, sample_weight)
    return o.averaged("specificity", o.tn, o.tn + o.fp, zero_division)


@overload
def f1(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: PerClass,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> Array: ...
@overload
def f1(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average | None = ...,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> float: ...
def f1(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    average: Average | PerClass | None = None,
    zero_division: ZeroDivision = "warn",
    positive: int = 1,
    sample_weight: ArrayLike | None = None,
) -> Any:
    """The harmonic mean of precision and recall: high only where both are.

    Equation:   2 TP / (2 TP + FP + FN), not defined where nothing is positive or predicted positive

    Arguments:
        truth, prediction, average, zero_division, positive, sample_weight: as in `precision`

    Shapes: as in `precision`
    Errors: as in `precision`

    >>> f1([0, 1, 1, 0], [1, 1, 1, 0])
    0.8

    Source: sklearn.metrics.f1_score
    """
    o = outcomes(truth, prediction, average, positive, sample_weight)
    return o.averaged("f1", 2 * o.tp, 2 * o.tp + o.fp + o.fn, zero_division)


@overload
def fbeta(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    beta: float,
    average: PerClass,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> Array: ...
@overload
def fbeta(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    beta: float,
    average: Average | None = ...,
    zero_division: ZeroDivision = ...,
    positive: int = ...,
    sample_weight: ArrayLike | None = ...,
) -> float: ...
def fbeta(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    beta: float,
    average: Average | PerClass | None = None,
    zero_division: ZeroDivision = "warn",
    positive: int = 1,
    sample_weight: ArrayLike | None = None,
) -> Any:
    """The harmonic mean of precision and recall in which recall counts β² times as much as precision.

    Equation:   (1 + β²) TP / ((1 + β²) TP + β² FN + FP), not defined where nothing is positive or predicted positive

    Arguments:
        truth, prediction, average, zero_division, positive, sample_weight: as in `precision`
        beta: β ≥ 0: 0 is the precision, 1 is `f1`, and the larger, the nearer to the recall

    Shapes: as in `precision`
    Errors: as in `precision`, and ArgumentError for a beta below 0 or infinite

    >>> fbeta([0, 1, 1, 0], [1, 1, 1, 0], beta=2)
    0.9090909090909091

    Source: sklearn.metrics.fbeta_score
    """
    require_in("[0, inf)", "fbeta", beta=beta)
    o = outcomes(truth, prediction, average, positive, sample_weight)
    root = math.hypot(1, beta)  # √(1 + β²), for a β of any size
    return o.averaged("fbeta", o.tp, o.tp + (beta / root) ** 2 * o.fn + (1 / root) ** 2 * o.fp, zero_division)
