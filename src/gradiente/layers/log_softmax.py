import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gradiente.errors import is_whole, require
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_axis
from gradiente.operations import Operations, Value
from gradiente.terms import MINUS, Closing, Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class LogSoftmax(Layer):
    r"""Scores become the logarithms of probabilities, without the loss of digits of a logarithm after a softmax.

    Equation:   aⱼ = zⱼ − max z − log Σₖ e^(zₖ − max z)
    Derivative: ∂J/∂z = δ − e^a · Σₖ δₖ,   with δ = ∂J/∂a

    Subtracting the row's largest score changes nothing and keeps e^z from overflowing. NLLLoss takes what comes out.

    Arguments:
        dim: the axis whose probabilities sum to 1; the last one, the classes

    Shapes: any → the same
    Errors: ArgumentError for a dim that is not a whole number; ShapeError where x does not have that axis

    >>> import numpy as np
    >>> LogSoftmax().forward({}, np.array([[1e4, 1e4], [0.0, -1e4]]), Context())[0].round(4).tolist()
    [[-0.6931, -0.6931], [0.0, -10000.0]]

    Source: torch.nn.LogSoftmax
    """

    dim: int = -1

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    examples = (("LogSoftmax()", (7, 5)), ("LogSoftmax(dim=1)", (2, 3, 4, 5)), ("LogSoftmax(-2)", (3, 4, 7)))
    equation = r"A_{ij} = Z_{ij} - \log \sum_{k} e^{Z_{ik}}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z_{ij}} = \delta_{ij} - e^{A_{ij}} \sum_{k} \delta_{ik}",
    }

    column_equation = r"A_{ji} = Z_{ji} - \log \sum_{k} e^{Z_{ki}}"
    column_derivative = {
        "x": r"\frac{\partial J}{\partial Z_{ji}} = \delta_{ji} - e^{A_{ji}} \sum_{k} \delta_{ki}",
    }

    def __post_init__(self) -> None:
        require(is_whole(self.dim), "softmax.dim", layer="LogSoftmax", value=repr(self.dim))

    def output_shape(self, input_shape: Shape) -> Shape:
        require_axis("LogSoftmax", "dim", self.dim, ("batch", *input_shape))
        return input_shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        require_axis("LogSoftmax", "dim", self.dim, x.shape)
        z = x - x.max(axis=self.dim, keepdims=True, initial=-np.inf)
        with np.errstate(divide="ignore"):  # where the axis has no entries
            a = z - np.log(np.exp(z).sum(axis=self.dim, keepdims=True))
        return a, a

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        a = cache
        return dy - np.exp(a) * dy.sum(axis=self.dim, keepdims=True)

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """z[i,j] − log Σₖ e^z[i,k]; the row's largest z is subtracted from every z, which changes no difference"""
        row = self._row(at, index)
        largest = max(at.x[place].value for place in row)
        powers = {place: math.exp(at.x[place].value - largest) for place in row}
        terms = [term(at.x.derived(place, "e^(", power, f"−{largest:g})")) for place, power in powers.items()]
        z = at.x[index]
        value = z.value - largest - math.log(math.fsum(powers.values()))
        return opening(terms, Closing(f"{z.symbol}−{largest:g}−log Σ", value))

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """Σₖ δ[i,k]·∂a[i,k]/∂z[i,j]: 1 − e^a[i,j] where k = j, else −e^a[i,j]"""
        p = float(np.exp(at.y.values[index]))
        terms = []
        for place in self._row(at, index):
            if place == index:
                terms.append(term(at.delta[place], at.y.derived(index, "(1−e^", 1 - p, ")")))
            else:
                terms.append(term(MINUS, at.delta[place], at.y.derived(index, "e^", p)))
        return opening(terms)

    def _row(self, at: LayerStep, index: Index) -> list[Index]:
        """The places whose probabilities sum to 1 with this one's."""
        axis = self.dim % len(index)
        return [(*index[:axis], k, *index[axis + 1 :]) for k in range(at.x.values.shape[axis])]

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        return to.softmax(x, self.dim, log=True)

    def to_torch(self):
        import torch

        return torch.nn.LogSoftmax(dim=self.dim)
