from dataclasses import dataclass

import numpy as np

from gradiente.errors import require
from gradiente.layers.base import Array, Arrays, Context, Layer


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
    Errors: ArgumentError for a dim that is no whole number

    >>> import numpy as np
    >>> a, _ = Softmax().forward({}, np.array([[1e4, 1e4], [0.0, -1e4]]), Context())
    >>> a
    array([[0.5, 0.5],
           [1. , 0. ]])

    Source: the lecture, "Taller ANN: MNIST con NumPy"; torch.nn.Softmax
    """

    dim: int = -1

    equation = r"A_{ij} = \frac{e^{Z_{ij}}}{\sum_{k} e^{Z_{ik}}}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z_{ij}} = A_{ij} \left( \delta_{ij} - \sum_{k} \delta_{ik} A_{ik} \right)"
    }

    def __post_init__(self) -> None:
        whole = isinstance(self.dim, int | np.integer) and not isinstance(self.dim, bool)
        require(whole, "softmax.dim", value=repr(self.dim))

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        e = np.exp(x - x.max(axis=self.dim, keepdims=True))
        a = e / e.sum(axis=self.dim, keepdims=True)
        return a, a

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        a = cache
        return a * (dy - (dy * a).sum(axis=self.dim, keepdims=True))

    def to_torch(self):
        import torch

        return torch.nn.Softmax(dim=self.dim)
