"""J as a sum over the instances, with its 1/m in sight, and its derivative at one number."""

from collections.abc import Iterator

import numpy as np

from gradiente.layers import Layer, Sigmoid, Softmax
from gradiente.losses import Loss
from gradiente.terms import Closing, Factor, Index, LayerStep, LossStep, Opening, Term, opening, term, total
from gradiente.trace.layer_terms import first_matching

# The layer whose function makes ŷ of the prediction, by the loss's link.
LINK_LAYERS: dict[str, Layer] = {"logistic": Sigmoid(), "softmax": Softmax(dim=1)}


def value_terms(loss: Loss, at: LossStep) -> Opening:
    """The loss = Σ/m: by the terms that it defines, else by L of each row."""
    whole = loss.value(at.prediction.values, at.target.values)

    def candidates() -> Iterator[Opening]:
        own = [loss.value_terms(at, place) for place in np.ndindex(*at.prediction.values.shape)]
        if None not in own:
            yield _closed(loss, at, [entry for terms in own for entry in terms or ()])
        yield _by_rows(loss, at)

    return first_matching(candidates(), whole) or opening([], Closing(type(loss).__name__, whole))


def gradient_terms(loss: Loss, at: LossStep, index: Index, value: float) -> Opening:
    """∂J/∂prediction at that place, with its 1/m"""
    y_hat = at.prediction[index]
    mean = (Factor(f"1/{_written(at.divisor)}", 1 / at.divisor),) if loss.averages else ()
    own = loss.gradient_factors(at, index)
    derivative = Factor(f"∂L/∂{y_hat.symbol}", value * at.divisor, y_hat.source, y_hat.index)
    closed = None if own is None else opening([term(*own, *mean)])
    return first_matching([closed], value) or opening([term(derivative, *mean)])


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
    return _closed(loss, at, [term(Factor(f"L[{i}]", float(value))) for i, value in enumerate(values)])


def _closed(loss: Loss, at: LossStep, terms: list[Term]) -> Opening:
    if not loss.averages:
        return opening(terms)
    return opening(terms, Closing(f"Σ/{_written(at.divisor)}", total(terms) / at.divisor))


def _written(divisor: float) -> str:
    return str(divisor) if isinstance(divisor, int) else f"{divisor:.6g}"
