"""The terms of a gradient of any layer: gradients are linear in δ, so unit vectors instead of δ give them all."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from gradiente.layers import Context, Layer
from gradiente.terms import Factor, Index, LayerStep, Opening, Term, opening, term

Array = np.ndarray
MOST_KEPT = 20_000_000  # numbers of a Jacobian that are kept between two entries


class Jacobian:
    """The derivatives of one layer's output in a step, by its own `input_gradient` and `parameter_gradients`.

    Arguments:
        layer: any
        parameters: its parameters
        context: what its forward pass had, without its generator's draws
    """

    def __init__(self, layer: Layer, parameters: dict[str, Array], context: Context, at: LayerStep) -> None:
        self.layer, self.parameters, self.context, self.at = layer, parameters, context, at

    def input_gradient(self, index: Index, *, own_instance: bool = False) -> Opening:
        """∂J/∂x[i] = Σⱼ δ[j]·∂y[j]/∂x[i]

        Arguments:
            own_instance: only by the outputs of the same instance, in one pass
        """
        if own_instance:
            return self._own_instance(index)
        return self._opening(
            (j, float(self.layer.input_gradient(self.parameters, self.at.cache, unit)[index]))
            for j, unit in self._units()
        )

    def parameter_gradient(self, name: str, index: Index) -> Opening:
        """∂J/∂w[i] = Σⱼ δ[j]·∂y[j]/∂w[i]"""
        rows = self._of_parameters or self._parameter_rows()
        of = Factor(f"{name}{list(index)}", 0.0)
        return self._opening(((j, float(row[name][index])) for j, row in rows), of=of)

    def _own_instance(self, index: Index) -> Opening:
        """By the outputs of the same instance alone: one forward and one backward pass of a batch of copies of it."""
        i = index[0]
        size, shape = self.at.y.values[i].size, self.at.y.values.shape[1:]
        copies = np.repeat(self.at.x.values[i : i + 1], size, axis=0)
        _, cache = self.layer.forward(self.parameters, copies, self.context)
        units = np.eye(size).reshape(size, *shape)
        derivatives = self.layer.input_gradient(self.parameters, cache, units)[(slice(None), *index[1:])]
        places = ((i, *place) for place in np.ndindex(*shape))
        return self._opening(zip(places, derivatives.tolist(), strict=True))

    @cached_property
    def _of_parameters(self) -> list[tuple[Index, dict[str, Array]]] | None:
        size = self.at.y.values.size * sum(value.size for value in self.parameters.values())
        return list(self._parameter_rows()) if size <= MOST_KEPT else None

    def _parameter_rows(self) -> Iterator[tuple[Index, dict[str, Array]]]:
        for j, unit in self._units():
            row = {name: np.zeros_like(value) for name, value in self.parameters.items()}
            self.layer.parameter_gradients(self.parameters, self.at.cache, unit, row)
            yield j, row

    def _units(self) -> Iterator[tuple[Index, Array]]:
        for j in np.ndindex(*self.at.y.values.shape):
            unit = np.zeros_like(self.at.y.values)
            unit[j] = 1
            yield j, unit

    def _opening(self, derivatives: Any, of: Factor | None = None) -> Opening:
        terms: list[Term] = []
        for j, derivative in derivatives:
            if derivative:
                y = self.at.y[j]
                factor = Factor(f"∂{y.symbol}/∂{of.symbol if of else self.at.x.letter}", derivative)
                terms.append(term(self.at.delta[j], factor))
        return opening(terms)
