from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.layers.base import Array, Arrays, Context, Layer


@dataclass(frozen=True)
class Hardtanh(Layer):
    r"""The identity between two bounds, and constant beyond them.

    Equation:   a = min(max(z, min_val), max_val)
    Derivative: ∂J/∂z = δ where min_val < z < max_val, else 0,   with δ = ∂J/∂a

    At the bounds the derivative is 0, as in PyTorch.

    Arguments:
        min_val, max_val: the bounds, the first below the second
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for bounds that are no numbers in that order, or an inplace that is not True or False

    >>> import numpy as np
    >>> Hardtanh().forward({}, np.array([[-3.0, 0.5, 2.0]]), Context())[0]
    array([[-1. ,  0.5,  1. ]])

    Source: Collobert, 2004; torch.nn.Hardtanh
    """

    min_val: float = -1.0
    max_val: float = 1.0
    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    examples = (("Hardtanh()", (7, 5)), ("Hardtanh(-0.5, 2.0)", (2, 3, 4, 5)))
    equation = r"A = \min(\max(Z, z_{\min}), z_{\max})"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot"
        r" \begin{cases} 1 & z_{\min} < Z < z_{\max} \\ 0 & Z \leq z_{\min} \lor Z \geq z_{\max} \end{cases}"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_in("[-inf, inf]", "Hardtanh", min_val=self.min_val, max_val=self.max_val)
        require_in(f"({self.min_val}, inf]", "Hardtanh", max_val=self.max_val)
        require_flag("Hardtanh", inplace=inplace)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        return np.clip(x, self.min_val, self.max_val), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return dy * (x > self.min_val) * (x < self.max_val)

    def to_torch(self):
        import torch

        return torch.nn.Hardtanh(self.min_val, self.max_val)
