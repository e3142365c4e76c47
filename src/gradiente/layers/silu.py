from dataclasses import InitVar, dataclass

from gradiente.errors import require_flag
from gradiente.layers.base import Array, Arrays, Context, Layer
from gradiente.layers.sigmoid import sigmoid


@dataclass(frozen=True)
class SiLU(Layer):
    r"""The sigmoid linear unit, also called swish: z times its own logistic function.

    Equation:   a = z σ(z),   σ(z) = 1 / (1 + e⁻ᶻ)
    Derivative: ∂J/∂z = δ · σ(z) (1 + z (1 − σ(z))),   with δ = ∂J/∂a

    Arguments:
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for an inplace that is not True or False

    >>> import numpy as np
    >>> SiLU().forward({}, np.array([[-1e4, 0.0, 1.0, 2.0]]), Context())[0].round(4)
    array([[-0.    ,  0.    ,  0.7311,  1.7616]])

    Source: Elfwing, Uchibe and Doya, 2018; torch.nn.SiLU
    """

    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    equation = r"A = Z \odot \sigma(Z), \quad \sigma(Z) = \frac{1}{1 + e^{-Z}}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot \sigma(Z) \odot \left( 1 + Z \odot (1 - \sigma(Z)) \right)"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_flag("SiLU", inplace=inplace)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, tuple[Array, Array]]:
        s = sigmoid(x)
        return x * s, (x, s)

    def input_gradient(self, parameters: Arrays, cache: tuple[Array, Array], dy: Array) -> Array:
        x, s = cache
        return dy * s * (1 + x * (1 - s))

    def to_torch(self):
        import torch

        return torch.nn.SiLU()
