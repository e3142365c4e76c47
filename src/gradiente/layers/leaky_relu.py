from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.layers.base import Array, Arrays, Context, Layer


@dataclass(frozen=True)
class LeakyReLU(Layer):
    r"""The leaky rectifier, element by element: negative numbers are multiplied by a small slope.

    Equation:   a = z where z > 0, else s·z,   with s = negative_slope
    Derivative: ∂J/∂z = δ where z > 0, else s·δ,   with δ = ∂J/∂a

    At z = 0 the lecture leaves the derivative undefined; here, as in PyTorch, it is the negative slope.

    Arguments:
        negative_slope: s, any finite number; the lecture and PyTorch take 0.01
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for a slope that is not finite, or an inplace that is not True or False

    >>> import numpy as np
    >>> a, _ = LeakyReLU(negative_slope=0.1).forward({}, np.array([[-2.0, 0.0, 3.0]]), Context())
    >>> a
    array([[-0.2,  0. ,  3. ]])

    Source: the lecture, "Gradientes para las activaciones más comunes en DL"; torch.nn.LeakyReLU
    """

    negative_slope: float = 0.01
    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    examples = (("LeakyReLU()", (7, 5)), ("LeakyReLU(0.3)", (2, 3, 4, 5)), ("LeakyReLU(-0.5)", (3, 11)))
    equation = r"A = \begin{cases} Z & Z > 0 \\ s Z & Z \leq 0 \end{cases}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot \begin{cases} 1 & Z > 0 \\ s & Z \leq 0 \end{cases}"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_in("(-inf, inf)", "LeakyReLU", negative_slope=self.negative_slope)
        require_flag("LeakyReLU", inplace=inplace)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        return np.where(x > 0, x, self.negative_slope * x), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return np.where(x > 0, dy, self.negative_slope * dy)

    def to_torch(self):
        import torch

        return torch.nn.LeakyReLU(self.negative_slope)
