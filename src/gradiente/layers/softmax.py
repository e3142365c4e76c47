from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gradiente.errors import is_whole, require
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_axis
from gradiente.operations import Operations, Value
from gradiente.terms import MINUS, Closing, Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class Softmax(Layer):
    r"""Scores become probabilities: every row is positive and sums to 1.

    Equation:   aⱼ = e^(zⱼ − max z) / Σₖ e^(zₖ − max z)
    Derivative: ∂J/∂z = a · (δ − Σₖ δₖ aₖ),   with δ = ∂J/∂a

    Subtracting the row's largest score changes no probability and keeps e^z from overflowing.
    CrossEntropyLoss contains the softmax: a network that is trained with it ends with its scores (logits).

    Arguments:
        dim: the axis that sums to 1; the last one, the classes

    Shapes: any → the same
    Errors: ArgumentError for a dim that is not a whole number; ShapeError where x does not have that axis

    >>> import numpy as np
    >>> a, _ = Softmax().forward({}, np.array([[1e4, 1e4], [0.0, -1e4]]), Context())
    >>> a
    array([[0.5, 0.5],
           [1. , 0. ]])

    Source: the lecture, "Taller ANN: MNIST con NumPy"; torch.nn.Softmax
    """

    dim: int = -1

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    examples = (("Softmax()", (7, 5)), ("Softmax(dim=1)", (2, 3, 4, 5)), ("Softmax(dim=-2)", (3, 4, 7)))
    equation = r"A_{ij} = \frac{e^{Z_{ij}}}{\sum_{k} e^{Z_{ik}}}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z_{ij}} = A_{ij} \left( \delta_{ij} - \sum_{k} \delta_{ik} A_{ik} \right)"
    }

    column_equation = r"A_{ji} = \frac{e^{Z_{ji}}}{\sum_{k} e^{Z_{ki}}}"
    column_derivative = {
        "x": r"\frac{\partial J}{\partial Z_{ji}} = A_{ji} \left( \delta_{ji} - \sum_{k} \delta_{ki} A_{ki} \right)"
    }

    def __post_init__(self) -> None:
        require(is_whole(self.dim), "softmax.dim", layer="Softmax", value=repr(self.dim))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_axis("Softmax", "dim", self.dim, ("batch", *input_shape))
        return input_shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        require_axis("Softmax", "dim", self.dim, x.shape)
        e = np.exp(x - x.max(axis=self.dim, keepdims=True, initial=-np.inf))
        a = e / e.sum(axis=self.dim, keepdims=True)
        return a, a

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        a = cache
        return a * (dy - (dy * a).sum(axis=self.dim, keepdims=True))

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """e^z[i,j] / Σₖ e^z[i,k]; the row's largest z is subtracted everywhere, which changes no quotient"""
        row = self._row(at, index)
        largest = max(at.x[place].value for place in row)
        powers = {place: float(np.exp(at.x[place].value - largest)) for place in row}
        terms = [term(at.x.derived(place, "e^(", power, f"−{largest:g})")) for place, power in powers.items()]
        quotient = powers[index] / float(np.sum([*powers.values()]))
        return opening(terms, Closing(f"e^({at.x[index].symbol}−{largest:g})/Σ", quotient))

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """Σₖ δ[i,k]·∂a[i,k]/∂z[i,j]: a[i,j]·(1 − a[i,j]) where k = j, else −a[i,k]·a[i,j]"""
        a = at.y[index]
        terms = []
        for place in self._row(at, index):
            if place == index:
                terms.append(term(at.delta[place], a, at.y.derived(index, "(1−", 1 - a.value, ")")))
            else:
                terms.append(term(MINUS, at.delta[place], at.y[place], a))
        return opening(terms)

    def _row(self, at: LayerStep, index: Index) -> list[Index]:
        """The places that sum to 1 with this one."""
        axis = self.dim % len(index)
        return [(*index[:axis], k, *index[axis + 1 :]) for k in range(at.x.values.shape[axis])]

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        return to.softmax(x, self.dim)

    def to_torch(self):
        import torch

        return torch.nn.Softmax(dim=self.dim)
