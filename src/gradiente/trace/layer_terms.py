"""How a number of any layer is a sum: as the layer defines it, else by running its own formulas on symbols.

Every candidate is checked against the number itself, so inherited terms of another formula are rejected.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradiente.layers import Context, Layer
from gradiente.symbolic import Symbol
from gradiente.terms import Closing, Index, LayerStep, Opening, opening, term
from gradiente.trace.expression import expand, expand_function
from gradiente.trace.jacobian import Array, Jacobian


def output_terms(layer: Layer, at: LayerStep, index: Index) -> Opening:
    """y[index]; for a layer without terms that is not element-wise, the inputs of its instance."""

    def candidates() -> Iterator[Opening | None]:
        yield layer.output_terms(at, index)
        if layer.copies:
            yield opening([term(at.x[_moved(index, at.y.values, at.x.values)])])
        if layer.elementwise and (recorded := _record(layer, at, index)) is not None:
            yield expand_function(recorded[0], at.x[index])

    value = float(at.y.values[index])
    if (found := first_matching(candidates(), value)) is not None:
        return found
    inputs = [term(at.x[(index[0], *place)]) for place in np.ndindex(*at.x.values.shape[1:])]
    return opening(inputs, Closing(type(layer).__name__, value))


def input_gradient_terms(
    layer: Layer, at: LayerStep, index: Index, jacobian: Callable[[], Jacobian], value: float
) -> Opening:
    """∂J/∂x[index], which is `value`"""

    def candidates() -> Iterator[Opening | None]:
        yield layer.input_gradient_terms(at, index)
        if layer.copies:
            yield opening([term(at.delta[_moved(index, at.x.values, at.y.values)])])
        if layer.elementwise and (recorded := _record(layer, at, index)) is not None:
            yield expand(recorded[1])
        if not layer.depends_on_batch and not layer.stochastic:
            yield jacobian().input_gradient(index, own_instance=True)

    return first_matching(candidates(), value) or jacobian().input_gradient(index)


def parameter_gradient_terms(
    layer: Layer, at: LayerStep, name: str, index: Index, jacobian: Callable[[], Jacobian], value: float
) -> Opening:
    """∂J/∂parameter[index], which is `value`"""
    own = first_matching([layer.parameter_gradient_terms(at, name, index)], value)
    return own or jacobian().parameter_gradient(name, index)


def first_matching(candidates: Any, value: float) -> Opening | None:
    """The first of several expansions whose value is the number."""
    for found in candidates:
        if found is not None:
            scale = max([abs(value), *(abs(entry.value) for entry in found.terms)])
            if abs(found.total - value) <= 1e-9 * scale or not np.isfinite(value):
                return found
    return None


def _record(layer: Layer, at: LayerStep, index: Index) -> tuple[Symbol, Symbol] | None:
    """An element-wise layer at one place: y and ∂J/∂x, recorded; None where its formulas do not take symbols."""
    x = Symbol("x", at.x[index].value, payload=at.x[index], place=index)
    parameters = {name: numbers.values for name, numbers in at.parameters.items()}
    try:
        with np.errstate(all="ignore"):
            y, cache = layer.forward(parameters, x, Context())  # pyright: ignore[reportArgumentType]
            named = Symbol("y", at.y[index].value, payload=at.y[index], place=index)
            delta = Symbol("δ", at.delta[index].value, payload=at.delta[index], place=index)
            entries = cache if isinstance(cache, tuple) else (cache,)
            kept = tuple(named if entry is y else entry for entry in entries)
            dx: Any = layer.input_gradient(parameters, kept if isinstance(cache, tuple) else kept[0], delta)  # pyright: ignore[reportArgumentType]
    except (TypeError, AttributeError, ValueError):
        return None
    return (y, dx) if isinstance(y, Symbol) and isinstance(dx, Symbol) else None


def _moved(index: Index, before: Array, after: Array) -> Index:
    """The same number's place, where the numbers of an instance are laid out otherwise."""
    flat = np.ravel_multi_index(index, before.shape)
    return tuple(int(i) for i in np.unravel_index(flat, after.shape))
