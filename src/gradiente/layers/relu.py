from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import require_flag
from gradiente.layers.base import Array, Arrays, Context, Layer
from gradiente.terms import Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class ReLU(Layer):
    r"""The rectifier, element by element: negative numbers become 0.

    Equation:   a = max(0, z)
    Derivative: ∂J/∂z = δ where z > 0, else 0,   with δ = ∂J/∂a

    At z = 0 the lecture leaves the derivative undefined; here, as in PyTorch, it is 0.

    Arguments:
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for an inplace that is not True or False

    >>> import numpy as np
    >>> a, _ = ReLU().forward({}, np.array([[-2.0, 0.0, 3.0]]), Context())
    >>> a
    array([[0., 0., 3.]])

    Source: the lecture, "Gradientes para las activaciones más comunes en DL"; torch.nn.ReLU
    """

    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    onnx = "Relu"
    equation = r"A = \max(0, Z)"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot \begin{cases} 1 & Z > 0 \\ 0 & Z \leq 0 \end{cases}"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_flag("ReLU", inplace=inplace)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        a = np.maximum(x, 0)
        return a, a

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        a = cache
        # a ≠ 0 is z > 0 or NaN. Choosing, np.where, takes ten times as long where the signs are mixed.
        return dy * (a != 0)

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂z = δ·[z > 0]"""
        positive = at.x.derived(index, "[", float(at.x.values[index] > 0), ">0]")
        return opening([term(at.delta[index], positive)])

    def to_torch(self):
        import torch

        return torch.nn.ReLU()
