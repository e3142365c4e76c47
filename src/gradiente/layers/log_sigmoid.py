from dataclasses import dataclass

import numpy as np

from gradiente.layers.base import Array, Arrays, Context, Layer
from gradiente.layers.sigmoid import sigmoid
from gradiente.layers.softplus import softplus
from gradiente.terms import Closing, Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class LogSigmoid(Layer):
    r"""The logarithm of the logistic function, without the loss of digits of a logarithm after a sigmoid.

    Equation:   a = log σ(z) = −log(1 + e⁻ᶻ), computed as min(0, z) − log(1 + e^(−|z|))
    Derivative: ∂J/∂z = δ · σ(−z),   with δ = ∂J/∂a

    Shapes: any → the same

    >>> import numpy as np
    >>> LogSigmoid().forward({}, np.array([[-1e4, 0.0, 1e4]]), Context())[0].round(4).tolist()
    [[-10000.0, -0.6931, 0.0]]

    Source: torch.nn.LogSigmoid
    """

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    equation = r"A = \log \sigma(Z) = -\log\left( 1 + e^{-Z} \right)"
    derivative = {"x": r"\frac{\partial J}{\partial Z} = \delta \odot \sigma(-Z)"}

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return dy * sigmoid(-x)

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """a = log σ(z)"""
        z = at.x[index]
        return opening([term(z)], Closing(f"log σ({z.symbol})", -float(softplus(-at.x.values[index]))))

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂z = δ·σ(−z)"""
        slope = float(sigmoid(-at.x.values[index]))
        return opening([term(at.delta[index], at.x.derived(index, "σ(−", slope, ")"))])

    def to_torch(self):
        import torch

        return torch.nn.LogSigmoid()
