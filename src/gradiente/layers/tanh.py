from dataclasses import dataclass

import numpy as np

from gradiente.layers.base import Array, Arrays, Context, Layer


@dataclass(frozen=True)
class Tanh(Layer):
    r"""The hyperbolic tangent, element by element: any number becomes one between −1 and 1.

    Equation:   a = tanh(z) = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)
    Derivative: ∂J/∂z = δ · (1 − a²),   with δ = ∂J/∂a

    Shapes: any → the same

    >>> import numpy as np
    >>> a, _ = Tanh().forward({}, np.array([[0.0, 1e4, -1e4]]), Context())
    >>> a
    array([[ 0.,  1., -1.]])

    Source: the lecture, "Gradientes para las activaciones más comunes en DL"; torch.nn.Tanh
    """

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    onnx = "Tanh"
    equation = r"A = \tanh(Z) = \frac{e^{Z} - e^{-Z}}{e^{Z} + e^{-Z}}"
    derivative = {"x": r"\frac{\partial J}{\partial Z} = \delta \odot (1 - A^{2})"}

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        a = np.tanh(x)
        return a, a

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        a = cache
        return dy * (1 - a * a)

    def to_torch(self):
        import torch

        return torch.nn.Tanh()
