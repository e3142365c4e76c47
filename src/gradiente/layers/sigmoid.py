from dataclasses import dataclass

import numpy as np

from gradiente.layers.base import Array, Arrays, Context, Layer


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e⁻ᶻ); where e⁻ᶻ overflows, its inverse is the right answer: 0."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


@dataclass(frozen=True)
class Sigmoid(Layer):
    r"""The logistic function, element by element: any number becomes one between 0 and 1.

    Equation:   a = σ(z) = 1 / (1 + e⁻ᶻ)
    Derivative: ∂J/∂z = δ · a (1 − a),   with δ = ∂J/∂a

    Shapes: any → the same

    >>> import numpy as np
    >>> a, _ = Sigmoid().forward({}, np.array([[0.0, 1e4, -1e4]]), Context())
    >>> a
    array([[0.5, 1. , 0. ]])

    Source: the lecture, "Ejemplo para neuronas logísticas"; torch.nn.Sigmoid
    """

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    onnx = "Sigmoid"
    equation = r"A = \sigma(Z) = \frac{1}{1 + e^{-Z}}"
    derivative = {"x": r"\frac{\partial J}{\partial Z} = \delta \odot A \odot (1 - A)"}

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        a = sigmoid(x)
        return a, a

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        a = cache
        return dy * a * (1 - a)

    def to_torch(self):
        import torch

        return torch.nn.Sigmoid()
