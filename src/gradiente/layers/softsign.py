from dataclasses import dataclass

import numpy as np

from gradiente.layers.base import Array, Arrays, Context, Layer


@dataclass(frozen=True)
class Softsign(Layer):
    r"""A sigmoid without exponentials: any number becomes one between −1 and 1, more slowly than by tanh.

    Equation:   a = z / (1 + |z|)
    Derivative: ∂J/∂z = δ / (1 + |z|)²,   with δ = ∂J/∂a

    Shapes: any → the same

    >>> import numpy as np
    >>> Softsign().forward({}, np.array([[-3.0, 0.0, 1.0]]), Context())[0]
    array([[-0.75,  0.  ,  0.5 ]])

    Source: Glorot and Bengio, 2010; torch.nn.Softsign
    """

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    onnx = "Softsign"
    equation = r"A = \frac{Z}{1 + |Z|}"
    derivative = {"x": r"\frac{\partial J}{\partial Z} = \frac{\delta}{(1 + |Z|)^{2}}"}

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        return x / (1 + np.abs(x)), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return dy / (1 + np.abs(x)) ** 2

    def to_torch(self):
        import torch

        return torch.nn.Softsign()
