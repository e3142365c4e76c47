from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import require_flag
from gradiente.layers.base import Array, Arrays, Context, Layer


@dataclass(frozen=True)
class Hardswish(Layer):
    r"""SiLU without exponentials: z times a sigmoid made of three straight lines.

    Equation:   a = z · min(max(0, z + 3), 6) / 6
    Derivative: ∂J/∂z = δ · (z/3 + ½) where −3 < z < 3, δ above, 0 below,   with δ = ∂J/∂a

    At −3 the derivative is 0, at 3 it is 1, as in PyTorch.

    Arguments:
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for an inplace that is not True or False

    >>> import numpy as np
    >>> Hardswish().forward({}, np.array([[-4.0, 0.0, 1.5, 4.0]]), Context())[0]
    array([[-0.   ,  0.   ,  1.125,  4.   ]])

    Source: Howard et al., "Searching for MobileNetV3", 2019; torch.nn.Hardswish
    """

    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    equation = r"A = Z \odot \frac{\min(\max(0, Z + 3), 6)}{6}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot \begin{cases} 0 & Z \leq -3 \\"
        r" \frac{Z}{3} + \frac{1}{2} & -3 < Z < 3 \\ 1 & Z \geq 3 \end{cases}"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_flag("Hardswish", inplace=inplace)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        return x * np.clip(x + 3, 0, 6) / 6, x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return dy * np.where(np.abs(x) >= 3, x > 0, x / 3 + 0.5)

    def to_torch(self):
        import torch

        return torch.nn.Hardswish()
