from dataclasses import dataclass

import numpy as np

from gradiente.errors import require, require_in
from gradiente.layers.base import Array, Arrays, Context, Layer
from gradiente.layers.sigmoid import sigmoid
from gradiente.terms import Closing, Index, LayerStep, Opening, opening, term


def softplus(z: Array) -> Array:
    """log(1 + eᶻ) as max(0, z) + log(1 + e^(−|z|)), which does not overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


@dataclass(frozen=True)
class Softplus(Layer):
    r"""A smooth rectifier, element by element: close to 0 far below zero, close to z far above, always positive.

    Equation:   a = log(1 + e^(βz)) / β,   and a = z where βz > threshold
    Derivative: ∂J/∂z = δ · σ(βz),   and δ where βz > threshold,   with δ = ∂J/∂a

    Arguments:
        beta: β, any finite number but 0; the larger, the closer to ReLU
        threshold: any number; above 20 a and z do not differ by more than 2e-9

    Shapes: any → the same
    Errors: ArgumentError for a β of 0 or one that is not finite, or a threshold that is no number

    >>> import numpy as np
    >>> Softplus().forward({}, np.array([[-1e4, 0.0, 1.0, 1e4]]), Context())[0].round(4)
    array([[0.0000e+00, 6.9310e-01, 1.3133e+00, 1.0000e+04]])

    Source: Dugas et al., 2001; torch.nn.Softplus
    """

    beta: float = 1.0
    threshold: float = 20.0

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    examples = (
        ("Softplus()", (7, 5)),
        ("Softplus(2.0, 1.5)", (2, 3, 4, 5)),
        ("Softplus(beta=-0.5, threshold=0.3)", (3, 11)),
    )
    equation = r"A = \frac{1}{\beta} \log\left( 1 + e^{\beta Z} \right)"
    derivative = {"x": r"\frac{\partial J}{\partial Z} = \delta \odot \sigma(\beta Z)"}

    def __post_init__(self) -> None:
        require_in("(-inf, inf)", "Softplus", beta=self.beta)
        require_in("[-inf, inf]", "Softplus", threshold=self.threshold)
        require(self.beta != 0, "softplus.beta")

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        linear = self.beta * x > self.threshold
        return np.where(linear, x, softplus(self.beta * x) / self.beta), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        linear = self.beta * x > self.threshold
        return dy * np.where(linear, 1, sigmoid(self.beta * x))

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """a = log(1 + e^(β·z))/β, or z where β·z > threshold"""
        z, beta = at.x[index], self.beta
        if beta * z.value > self.threshold:
            return opening([term(z)])
        power, divided = (z.symbol, "") if beta == 1 else (f"({beta:g}·{z.symbol})", f"/{beta:g}")
        value = float(softplus(np.asarray(beta * z.value))) / beta
        return opening([term(z)], Closing(f"log(1+e^{power}){divided}", value))

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂z = δ·σ(β·z), or δ where β·z > threshold"""
        inner = self.beta * at.x[index].value
        if inner > self.threshold:
            return opening([term(at.delta[index])])
        before = "σ(" if self.beta == 1 else f"σ({self.beta:g}·"
        slope = at.x.derived(index, before, float(sigmoid(np.asarray(inner))), ")")
        return opening([term(at.delta[index], slope)])

    def to_torch(self):
        import torch

        return torch.nn.Softplus(self.beta, self.threshold)
