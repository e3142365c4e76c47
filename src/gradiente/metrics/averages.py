"""How often a prediction was right, class by class, and the averages of what is made of these counts."""

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import ArgumentError, require
from gradiente.metrics.checks import Array, labels_or_indicators, row_weights
from gradiente.metrics.undefined import Undefined, say

Average = Literal["binary", "micro", "macro", "weighted", "samples"]
PerClass = Literal["none"]
ZeroDivision = Literal["warn"] | float


@dataclass(frozen=True)
class Outcomes:
    """True and false positives, false and true negatives: of each class, of each row, or of all classes together."""

    tp: Array
    fp: Array
    fn: Array
    tn: Array
    average: str
    classes: Array  # the class of each entry; empty where the entries are no classes
    of_rows: Array | None = None  # how much each row counts, where the entries are rows

    def averaged(self, metric: str, part: Array, whole: Array, zero_division: ZeroDivision) -> Any:
        """part / whole of every entry, averaged; where whole is 0, what `zero_division` says."""
        instead = _instead(zero_division)
        weights = self._weights()
        scores = np.divide(part, whole, out=np.full(part.shape, instead), where=whole != 0)
        undefined = (whole == 0) & (weights > 0)
        if zero_division == "warn" and undefined.any():
            say(self._undefined(metric, undefined, instead))
        return scores if self.average == "none" else mean_of_defined(scores, weights)

    def _weights(self) -> Array:
        positives = self.tp + self.fn
        if self.of_rows is not None:
            return self.of_rows
        return positives if self.average == "weighted" and positives.any() else np.ones(len(positives))

    def _undefined(self, metric: str, undefined: Array, instead: float) -> Undefined:
        if self.average == "samples":
            return Undefined(metric, instead, rows=(int(undefined.sum()), len(undefined)))
        classes = self.classes[undefined].tolist() if self.classes.size else ()
        return Undefined(metric, instead, classes=tuple(classes))


def outcomes(
    truth: ArrayLike,
    prediction: ArrayLike,
    average: str | None,
    positive: int = 1,
    sample_weight: ArrayLike | None = None,
) -> Outcomes:
    """The counts that `average` asks for.

    "binary": of the positive class. "macro", "weighted": of every class that occurs, or every label. "none": of every
    class up to the largest that occurs, or every label. "micro": the sum over the classes that occur. "samples": of
    every row. A row counts as much as its weight.
    """
    y, y_hat = labels_or_indicators(truth, prediction)
    multilabel = y.ndim == 2
    classes = y.shape[1] if multilabel else int(max(y.max(), y_hat.max())) + 1
    average = _resolved(average, multilabel, classes)
    require(positive in (0, 1), "metrics.positive", value=repr(positive))
    weights = row_weights(sample_weight, len(y))
    if average == "samples":
        tp, true, predicted = (np.count_nonzero(a, axis=1) for a in (y & y_hat, y, y_hat))
        kept, whole = np.arange(len(true)), classes
    elif multilabel:
        tp, true, predicted = (_counted(a, weights) for a in (y & y_hat, y, y_hat))
        kept, whole = np.arange(classes), len(y) if weights is None else weights.sum()
    else:
        size, right = 2 if average == "binary" else classes, y == y_hat
        tp = np.bincount(y[right], None if weights is None else weights[right], minlength=size)
        true, predicted = (np.bincount(a, weights, minlength=size) for a in (y, y_hat))
        occurring, whole = np.union1d(y, y_hat), true.sum()
        kept = {"binary": np.array([positive]), "none": np.arange(classes)}.get(average, occurring)
    counts = np.array([tp, predicted - tp, true - tp, whole - true - predicted + tp])[:, kept]
    if average == "micro":
        counts = counts.sum(axis=1, keepdims=True)
    tp, fp, fn, tn = counts
    of_rows = weights if average == "samples" else None
    return Outcomes(tp, fp, fn, tn, average, kept[:0] if average in ("micro", "samples") else kept, of_rows)


def _counted(has: Array, weights: Array | None) -> Array:
    """How many rows have each label, each with its weight."""
    return np.count_nonzero(has, axis=0) if weights is None else weights @ has


def mean_of_defined(scores: Array, weights: Array) -> float:
    """The weighted mean of the scores that are not NaN; NaN where all are."""
    defined = ~np.isnan(scores)
    if not defined.any():
        return math.nan
    weights = weights[defined]
    return float(np.average(scores[defined], weights=weights if weights.any() else None))


def require_average(average: object, known: tuple[str, ...], *, multilabel: bool) -> None:
    """Raise an error for an average that is not known, or for one over the labels of a row where it has one only."""
    if average not in known:
        listed = ", ".join(f'"{name}"' for name in known)
        raise ArgumentError("metrics.average", value=repr(average), known=listed)
    require(multilabel or average != "samples", "metrics.samples")


def _resolved(average: str | None, multilabel: bool, classes: int) -> str:
    if average is None:
        return "macro" if multilabel or classes > 2 else "binary"
    known = ("binary", "micro", "macro", "weighted", "samples", "none")
    require_average(average, known, multilabel=multilabel)
    if average == "binary":
        require(not multilabel, "metrics.binary_multilabel", labels=classes)
        require(classes <= 2, "metrics.binary", label=classes - 1)
    return average


def _instead(zero_division: ZeroDivision) -> float:
    if zero_division == "warn":
        return 0.0
    if not isinstance(zero_division, Real) or not (zero_division in (0, 1) or math.isnan(zero_division)):
        raise ArgumentError("metrics.zero_division", value=repr(zero_division))
    return float(zero_division)
