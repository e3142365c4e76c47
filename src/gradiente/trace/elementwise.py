"""The activations: one number in, one number out; back, the derivative times δ. And softmax, with its row."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gradiente.layers.sigmoid import sigmoid
from gradiente.trace.terms import MINUS, Around, Closing, Factor, Index, LayerOpener, Opening, opening, term


def activation(symbol: str, function: Callable[[float], Any]) -> LayerOpener:
    """a = g(z): the number z, closed by g."""

    def output(at: Around, index: Index) -> Opening:
        z = at.x[index]
        return opening([term(z)], Closing(f"{symbol}({z.symbol})", float(function(z.value))))

    return output


sigmoid_output = activation("σ", lambda z: sigmoid(np.asarray(z)))
tanh_output = activation("tanh", np.tanh)


def sigmoid_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂z = δ·a·(1 − a)"""
    a = at.y[index]
    return opening([term(at.delta[index], a, at.y.made(index, "(1−", 1 - a.value, ")"))])


def tanh_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂z = δ·(1 − a²)"""
    a = at.y[index].value
    return opening([term(at.delta[index], at.y.made(index, "(1−", 1 - a * a, "²)"))])


def relu_output(at: Around, index: Index) -> Opening:
    """a = max(0, z)"""
    z = at.x[index]
    return opening([term(z)], Closing(f"max(0,{z.symbol})", float(np.maximum(z.value, 0))))


def relu_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂z = δ·[z > 0]"""
    return opening([term(at.delta[index], at.x.made(index, "[", float(at.x.values[index] > 0), ">0]"))])


def leaky_relu_output(at: Around, index: Index) -> Opening:
    """a = z where z > 0, else s·z"""
    z = at.x[index]
    return opening([term(z) if z.value > 0 else term(_slope(at), z)])


def leaky_relu_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂z = δ where z > 0, else s·δ"""
    positive = at.x.values[index] > 0
    slope = at.x.made(index, "[", 1.0, ">0]") if positive else _slope(at)
    return opening([term(at.delta[index], slope)])


def softmax_output(at: Around, index: Index) -> Opening:
    """a[i,j] = e^z[i,j] / Σₖ e^z[i,k]; the row's largest z is taken off everywhere, which changes no quotient"""
    row = _row(at, index)
    largest = max(at.x[place].value for place in row)
    powers = {place: float(np.exp(at.x[place].value - largest)) for place in row}
    terms = [term(at.x.made(place, "e^(", power, f"−{largest:g})")) for place, power in powers.items()]
    own = at.x[index].symbol
    return opening(
        terms, Closing(f"e^({own}−{largest:g})/Σ", powers[index] / float(np.sum([*powers.values()])))
    )


def softmax_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂z[i,j] = Σₖ δ[i,k]·∂a[i,k]/∂z[i,j]: a[i,j]·(1 − a[i,j]) where k = j, else −a[i,k]·a[i,j]"""
    a = at.y[index]
    terms = []
    for place in _row(at, index):
        if place == index:
            terms.append(term(at.delta[place], a, at.y.made(index, "(1−", 1 - a.value, ")")))
        else:
            terms.append(term(MINUS, at.delta[place], at.y[place], a))
    return opening(terms)


def dropout_output(at: Around, index: Index) -> Opening:
    """y = x·m/(1 − p); x itself where nothing is dropped"""
    return opening([term(at.x[index], *_mask(at, index))])


def dropout_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂x = δ·m/(1 − p)"""
    return opening([term(at.delta[index], *_mask(at, index))])


def copy_output(at: Around, index: Index) -> Opening:
    """The same number, at the same place of its instance when that is laid end to end."""
    return opening([term(at.x[_moved(index, at.y.values.shape, at.x.values.shape)])])


def copy_gradient(at: Around, index: Index) -> Opening:
    """δ of the copy."""
    return opening([term(at.delta[_moved(index, at.x.values.shape, at.y.values.shape)])])


def _slope(at: Around) -> Factor:
    return Factor(f"{at.layer.negative_slope:g}", float(at.layer.negative_slope))


def _row(at: Around, index: Index) -> list[Index]:
    """The places that sum to 1 with this one."""
    axis = at.layer.dim % len(index)
    return [(*index[:axis], k, *index[axis + 1 :]) for k in range(at.x.values.shape[axis])]


def _mask(at: Around, index: Index) -> tuple[Factor, ...]:
    """m/(1 − p) at that place; one number a channel where whole channels are dropped."""
    if at.cache is None:
        return ()
    place = tuple(i if n > 1 else 0 for i, n in zip(index, at.cache.shape, strict=True))
    where = ",".join(map(str, at.x.shown(place)))
    return (Factor(f"m[{where}]/(1−{at.layer.p:g})", float(at.cache[place])),)


def _moved(index: Index, before: Index, after: Index) -> Index:
    flat = np.ravel_multi_index(index, before)
    return tuple(int(i) for i in np.unravel_index(flat, after))
