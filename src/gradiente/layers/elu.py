from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.layers.base import Array, Arrays, Context, Layer
from gradiente.terms import Factor, Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class ELU(Layer):
    r"""The exponential linear unit, element by element: negative numbers go smoothly to −α.

    Equation:   a = z where z > 0, else α (eᶻ − 1)
    Derivative: ∂J/∂z = δ where z > 0, else δ · α eᶻ,   with δ = ∂J/∂a

    At z = 0 the derivative is that from the left, α, as in PyTorch.

    Arguments:
        alpha: α, any finite number
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for an α that is not finite, or an inplace that is not True or False

    >>> import numpy as np
    >>> ELU(alpha=0.5).forward({}, np.array([[-1e4, -1.0, 0.0, 3.0]]), Context())[0].round(4)
    array([[-0.5   , -0.3161,  0.    ,  3.    ]])

    Source: Clevert, Unterthiner and Hochreiter, 2016; torch.nn.ELU
    """

    alpha: float = 1.0
    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    examples = (("ELU()", (7, 5)), ("ELU(0.5)", (2, 3, 4, 5)), ("ELU(alpha=-0.3)", (3, 11)))
    equation = r"A = \begin{cases} Z & Z > 0 \\ \alpha \left( e^{Z} - 1 \right) & Z \leq 0 \end{cases}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot"
        r" \begin{cases} 1 & Z > 0 \\ \alpha e^{Z} & Z \leq 0 \end{cases}"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_in("(-inf, inf)", "ELU", alpha=self.alpha)
        require_flag("ELU", inplace=inplace)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0))), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return dy * np.where(x > 0, 1, self.alpha * np.exp(np.minimum(x, 0)))

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """a = z, or α·(e^z − 1) where z ≤ 0"""
        z = at.x[index]
        if z.value > 0:
            return opening([term(z)])
        below = at.x.derived(index, "(e^", float(np.expm1(z.value)), "−1)")
        return opening([term(Factor("α", self.alpha), below)])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂z = δ, or δ·α·e^z where z ≤ 0"""
        z = at.x[index]
        if z.value > 0:
            return opening([term(at.delta[index])])
        slope = at.x.derived(index, "e^", float(np.exp(z.value)))
        return opening([term(at.delta[index], Factor("α", self.alpha), slope)])

    def to_torch(self):
        import torch

        return torch.nn.ELU(self.alpha)
