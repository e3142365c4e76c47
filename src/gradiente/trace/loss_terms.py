"""J as a sum over the instances, with its 1/m in sight, and its derivative at one number."""

from collections.abc import Iterator

import numpy as np

from gradiente.layers import Layer, Sigmoid, Softmax
from gradiente.losses import Loss
from gradiente.terms import (
    MINUS,
    Closing,
    Factor,
    Index,
    LayerStep,
    LossStep,
    Opening,
    Term,
    opening,
    term,
    total,
)
from gradiente.trace.layer_terms import first_matching

# The layer whose function makes ŷ of the prediction, by the loss's link.
LINK_LAYERS: dict[str, Layer] = {"logistic": Sigmoid(), "softmax": Softmax(dim=1)}


def value_terms(loss: Loss, at: LossStep) -> Opening:
    """The loss = Σ/m: by the terms that it defines, else by L of each row."""
    weights = None if at.weights is None else at.weights.values
    whole = loss.value(at.prediction.values, at.target.values, weights)

    def candidates() -> Iterator[Opening]:
        own = [(place, loss.value_terms(at, place)) for place in np.ndindex(*at.prediction.values.shape)]
        if all(terms is not None for _, terms in own):
            yield _closed(loss, at, [_times(at, place, each) for place, terms in own for each in terms or ()])
        yield _by_rows(loss, at)

    return first_matching(candidates(), whole) or opening([], Closing(type(loss).__name__, whole))


def gradient_terms(loss: Loss, at: LossStep, index: Index, value: float) -> Opening:
    """∂J/∂prediction at that place, with its 1/m"""
    y_hat = at.prediction[index]
    mean = (Factor(f"1/{_written(at.divisor)}", 1 / at.divisor),) if loss.averages else ()
    own = loss.gradient_factors(at, index)
    every = loss.unreduced_gradient(at.prediction.values, at.target.values)
    derivative = Factor(f"∂L/∂{y_hat.symbol}", float(every[index]), y_hat.source, y_hat.index)
    closed = None if own is None else opening([_times(at, index, term(*own, *mean))])
    return first_matching([closed], value) or opening([_times(at, index, term(derivative, *mean))])


def estimate_terms(loss: Loss, at: LossStep, index: Index) -> Opening:
    """ŷ at that place, by the function that links it to the prediction."""
    layer = LINK_LAYERS.get(loss.link)
    prediction = at.prediction[index]
    if layer is None:
        return opening([term(prediction)], Closing(f"e^{prediction.symbol}", float(np.exp(prediction.value))))
    step = LayerStep(None, at.prediction, at.estimate, at.estimate)
    own = layer.output_terms(step, index)
    return own or opening([term(prediction)], Closing(f"σ({prediction.symbol})", at.estimate[index].value))


def _by_rows(loss: Loss, at: LossStep) -> Opening:
    every = loss.unreduced(at.prediction.values, at.target.values)
    values = every.reshape(len(every), -1).sum(axis=1)
    terms = [_times(at, (i,), term(Factor(f"L[{i}]", float(value)))) for i, value in enumerate(values)]
    return _closed(loss, at, terms)


def _times(at: LossStep, index: Index, entry: Term) -> Term:
    """A term times the weight of the instance of that place, where the instances have weights; a minus stays first."""
    minus = entry.factors[:1] == (MINUS,)
    return Term((*entry.factors[:minus], *at.weight(index), *entry.factors[minus:]), entry.path)


def _closed(loss: Loss, at: LossStep, terms: list[Term]) -> Opening:
    if not loss.averages:
        return opening(terms)
    return opening(terms, Closing(f"Σ/{_written(at.divisor)}", total(terms) / at.divisor))


def _written(divisor: float) -> str:
    return str(divisor) if isinstance(divisor, int) else f"{divisor:.6g}"
