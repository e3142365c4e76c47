from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import require_flag
from gradiente.layers.base import Array, Arrays, Context, Layer
from gradiente.terms import Factor, Index, LayerStep, Opening, opening, term

# With them, and weights of variance 1/k, mean 0 and variance 1 are a fixed point from layer to layer.
ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805


@dataclass(frozen=True)
class SELU(Layer):
    r"""The scaled exponential linear unit: with weights of variance 1/k it keeps its outputs at mean 0, variance 1.

    Equation:   a = λz where z > 0, else λα (eᶻ − 1),   with λ = 1.0507…, α = 1.6732…
    Derivative: ∂J/∂z = λδ where z > 0, else δ · λα eᶻ,   with δ = ∂J/∂a

    At z = 0 the derivative is that from the left, λα, as in PyTorch.

    Arguments:
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for an inplace that is not True or False

    >>> import numpy as np
    >>> SELU().forward({}, np.array([[-1e4, -1.0, 0.0, 1.0]]), Context())[0].round(4)
    array([[-1.7581, -1.1113,  0.    ,  1.0507]])

    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017; torch.nn.SELU
    """

    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    onnx = "Selu"
    equation = (
        r"A = \lambda \begin{cases} Z & Z > 0 \\ \alpha \left( e^{Z} - 1 \right) & Z \leq 0 \end{cases},"
        r" \quad \lambda = 1.0507\ldots, \quad \alpha = 1.6732\ldots"
    )
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \lambda \, \delta \odot"
        r" \begin{cases} 1 & Z > 0 \\ \alpha e^{Z} & Z \leq 0 \end{cases}"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_flag("SELU", inplace=inplace)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        return SCALE * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0))), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return SCALE * dy * np.where(x > 0, 1, ALPHA * np.exp(np.minimum(x, 0)))

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """a = λ·z, or λ·α·(e^z − 1) where z ≤ 0"""
        z = at.x[index]
        if z.value > 0:
            return opening([term(Factor("λ", SCALE), z)])
        below = at.x.derived(index, "(e^", float(np.expm1(z.value)), "−1)")
        return opening([term(Factor("λ", SCALE), Factor("α", ALPHA), below)])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂z = λ·δ, or λ·δ·α·e^z where z ≤ 0"""
        z = at.x[index]
        if z.value > 0:
            return opening([term(Factor("λ", SCALE), at.delta[index])])
        slope = at.x.derived(index, "e^", float(np.exp(z.value)))
        return opening([term(Factor("λ", SCALE), at.delta[index], Factor("α", ALPHA), slope)])

    def to_torch(self):
        import torch

        return torch.nn.SELU()
