from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import require_flag
from gradiente.layers.base import Array, Arrays, Context, Layer


@dataclass(frozen=True)
class ReLU6(Layer):
    r"""The rectifier with a ceiling of 6, made for numbers of few bits.

    Equation:   a = min(max(0, z), 6)
    Derivative: ∂J/∂z = δ where 0 < z < 6, else 0,   with δ = ∂J/∂a

    At 0 and at 6 the derivative is 0, as in PyTorch.

    Arguments:
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for an inplace that is not True or False

    >>> import numpy as np
    >>> ReLU6().forward({}, np.array([[-2.0, 3.0, 8.0]]), Context())[0]
    array([[0., 3., 6.]])

    Source: Krizhevsky, "Convolutional Deep Belief Networks on CIFAR-10", 2010; torch.nn.ReLU6
    """

    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    equation = r"A = \min(\max(0, Z), 6)"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot"
        r" \begin{cases} 1 & 0 < Z < 6 \\ 0 & Z \leq 0 \lor Z \geq 6 \end{cases}"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_flag("ReLU6", inplace=inplace)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        return np.clip(x, 0, 6), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return dy * (x > 0) * (x < 6)

    def to_torch(self):
        import torch

        return torch.nn.ReLU6()
