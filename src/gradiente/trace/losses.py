"""The losses: J as a sum over the instances, with its 1/m in sight, and its derivative at one number."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.layers import Layer, Sigmoid, Softmax
from gradiente.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Loss,
    MSELoss,
    MSLELoss,
    NLLLoss,
)
from gradiente.losses.bce import EPSILON
from gradiente.trace.terms import MINUS, Closing, Factor, Index, Numbers, Opening, Term, opening, term, total

TWO = Factor("2", 2.0)


@dataclass(frozen=True)
class Judged:
    """What the opener of a loss sees: the prediction, ŷ (the prediction itself where there is no other), the target."""

    loss: Loss
    prediction: Numbers
    estimate: Numbers
    target: Numbers

    @property
    def count(self) -> int:
        """What the mean divides by: rows for labels and distributions, else all numbers."""
        rows = isinstance(self.loss, CrossEntropyLoss | NLLLoss)
        return len(self.prediction.values) if rows else self.prediction.values.size

    @property
    def labels(self) -> bool:
        """Whether the target is the number of the right class, not a row of probabilities."""
        return self.target.values.ndim < self.prediction.values.ndim


@dataclass(frozen=True)
class LossOpener:
    """The terms of J at one place of the prediction, and the factors of ∂J/∂prediction there but the 1/m."""

    terms: Callable[[Judged, Index], list[Term]]
    gradient: Callable[[Judged, Index], tuple[Factor, ...]]
    estimate: Layer | None = None  # the layer that makes ŷ of the prediction


def value(opener: LossOpener, at: Judged) -> Opening:
    """J = Σ/m"""
    places = np.ndindex(*at.prediction.values.shape)
    terms = [entry for place in places for entry in opener.terms(at, place)]
    if at.loss.reduction == "sum":
        return opening(terms)
    return opening(terms, Closing(f"Σ/{at.count}", total(terms) / at.count))


def gradient(opener: LossOpener, at: Judged, index: Index) -> Opening:
    """∂J/∂prediction at that place, with its 1/m"""
    mean = at.loss.reduction == "mean"
    share = (Factor(f"1/{at.count}", 1 / at.count),) if mean else ()
    return opening([term(*opener.gradient(at, index), *share)])


def power(at: Judged, index: Index) -> Opening:
    """ŷ = e^ℓ, where the prediction is a logarithm"""
    log = at.prediction[index]
    return opening([term(log)], Closing(f"e^{log.symbol}", float(np.exp(log.value))))


def _difference(at: Judged, index: Index) -> Factor:
    """ŷ − y"""
    y_hat = at.estimate[index]
    y, symbol = _target(at, index)
    return at.estimate.made(index, "(", y_hat.value - y, f"−{symbol})")


def _target(at: Judged, index: Index) -> tuple[float, str]:
    """y at a place of the prediction, and its symbol; of a label 1 or 0."""
    if at.labels:
        right = int(at.target.values[index[0]]) == index[1]
        return float(right), f"{right:d}"
    y = at.target[index]
    return y.value, y.symbol


def _squared(at: Judged, index: Index) -> list[Term]:
    return [term(_difference(at, index), _difference(at, index))]


def _squared_gradient(at: Judged, index: Index) -> tuple[Factor, ...]:
    return TWO, _difference(at, index)


def _log_difference(at: Judged, index: Index) -> Factor:
    """log(1 + ŷ) − log(1 + y)"""
    y_hat, y = at.prediction[index], at.target[index]
    symbol = f"(log(1+{y_hat.symbol})−log(1+{y.symbol}))"
    return Factor(symbol, float(np.log1p(y_hat.value) - np.log1p(y.value)), y_hat.source, y_hat.index)


def _log_squared(at: Judged, index: Index) -> list[Term]:
    return [term(_log_difference(at, index), _log_difference(at, index))]


def _log_squared_gradient(at: Judged, index: Index) -> tuple[Factor, ...]:
    over = at.prediction.made(index, "1/(1+", 1 / (1 + at.prediction[index].value), ")")
    return TWO, _log_difference(at, index), over


def _binary(at: Judged, index: Index) -> list[Term]:
    """−y·log a and −(1 − y)·log(1 − a), no logarithm below −100"""
    a, y = at.prediction[index].value, at.target[index]
    with np.errstate(divide="ignore"):
        log_a, log_1_a = (max(float(log), -100.0) for log in (np.log(a), np.log1p(-a)))
    other = at.target.made(index, "(1−", 1 - y.value, ")")
    return [
        term(MINUS, y, at.prediction.made(index, "log ", log_a)),
        term(MINUS, other, at.prediction.made(index, "log(1−", log_1_a, ")")),
    ]


def _binary_gradient(at: Judged, index: Index) -> tuple[Factor, ...]:
    a = at.prediction[index]
    over = 1 / max(a.value * (1 - a.value), EPSILON)
    return _difference(at, index), at.prediction.made(index, "1/(", over, f"·(1−{a.symbol}))")


def _logits(at: Judged, index: Index) -> list[Term]:
    """log(1 + e^z) and −y·z"""
    z = at.prediction[index]
    softplus = at.prediction.made(index, "log(1+e^", float(np.logaddexp(0, z.value)), ")")
    return [term(softplus), term(MINUS, at.target[index], z)]


def _categorical(at: Judged, index: Index) -> list[Term]:
    """−y·log ŷ, left out where y is 0"""
    i, _ = index
    if _target(at, index)[0] == 0:
        return []
    row = at.prediction.values[i]
    log = at.prediction.values[index] - row.max() - np.log(np.sum(np.exp(row - row.max())))
    factor = at.estimate.made(index, "log ", float(log))
    return [term(MINUS, factor) if at.labels else term(MINUS, at.target[index], factor)]


def _likelihood(at: Judged, index: Index) -> list[Term]:
    """−ℓ of the right class"""
    return [term(MINUS, at.prediction[index])] if _target(at, index)[0] else []


def _likelihood_gradient(at: Judged, index: Index) -> tuple[Factor, ...]:
    i, k = index
    return MINUS, at.target.made((i,), f"[{k}=", _target(at, index)[0], "]")


def _only_difference(at: Judged, index: Index) -> tuple[Factor, ...]:
    return (_difference(at, index),)


OPENERS: dict[Any, LossOpener] = {
    MSELoss: LossOpener(_squared, _squared_gradient),
    MSLELoss: LossOpener(_log_squared, _log_squared_gradient),
    BCELoss: LossOpener(_binary, _binary_gradient),
    BCEWithLogitsLoss: LossOpener(_logits, _only_difference, Sigmoid()),
    CrossEntropyLoss: LossOpener(_categorical, _only_difference, Softmax(dim=1)),
    NLLLoss: LossOpener(_likelihood, _likelihood_gradient),
}
