from dataclasses import dataclass

from gradiente.layers.base import Array, Arrays, Context, Layer


@dataclass(frozen=True)
class Identity(Layer):
    r"""The identity: the activation of a regression's output, or a placeholder for a removed layer.

    Equation:   a = z
    Derivative: ∂J/∂z = δ,   with δ = ∂J/∂a

    Shapes: any → the same

    >>> import numpy as np
    >>> Identity().forward({}, np.array([[1.0, 2.0]]), Context())[0]
    array([[1., 2.]])

    Source: torch.nn.Identity
    """

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = copies = True
    equation = r"A = Z"
    derivative = {"x": r"\frac{\partial J}{\partial Z} = \delta"}

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, None]:
        return x, None

    def input_gradient(self, parameters: Arrays, cache: None, dy: Array) -> Array:
        return dy

    def to_torch(self):
        import torch

        return torch.nn.Identity()
