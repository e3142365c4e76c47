import math
from dataclasses import dataclass

from gradiente.layers.base import Array, Arrays, Context, Layer, Shape


@dataclass(frozen=True)
class Flatten(Layer):
    r"""Every instance becomes one row of numbers: an image of 28 × 28 pixels, 784 features.

    Equation:   y = x, its axes after the first laid end to end
    Derivative: ∂J/∂x = δ in the shape of x,   with δ = ∂J/∂y

    Shapes: x (batch, d₁, …, dₖ) → y (batch, d₁ · … · dₖ)

    >>> import numpy as np
    >>> Flatten().forward({}, np.zeros((5, 28, 28)), Context())[0].shape
    (5, 784)

    Source: torch.nn.Flatten
    """

    symbols = {"x": "X", "y": "Y"}
    letter = "F"
    copies = True
    examples = (("Flatten()", (2, 3, 4, 5)), ("Flatten()", (7, 5)))
    equation = r"Y_{i} = \operatorname{vec}(X_{i})"
    derivative = {"x": r"\frac{\partial J}{\partial X_{i}} = \operatorname{vec}^{-1}(\delta_{i})"}

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Shape]:
        return x.reshape(len(x), math.prod(x.shape[1:])), x.shape

    def input_gradient(self, parameters: Arrays, cache: Shape, dy: Array) -> Array:
        return dy.reshape(cache)

    def to_torch(self):
        import torch

        return torch.nn.Flatten()
