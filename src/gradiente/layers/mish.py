from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import require_flag
from gradiente.layers.base import Array, Arrays, Context, Layer
from gradiente.layers.sigmoid import sigmoid
from gradiente.layers.softplus import softplus
from gradiente.terms import Factor, Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class Mish(Layer):
    r"""A smooth activation close to SiLU: z times the hyperbolic tangent of its softplus.

    Equation:   a = z tanh(ζ(z)),   ζ(z) = log(1 + eᶻ)
    Derivative: ∂J/∂z = δ · (t + z (1 − t²) σ(z)),   t = tanh(ζ(z)),   with δ = ∂J/∂a

    Arguments:
        inplace: as in PyTorch, without effect here

    Shapes: any → the same
    Errors: ArgumentError for an inplace that is not True or False

    >>> import numpy as np
    >>> Mish().forward({}, np.array([[-1e4, 0.0, 1.0, 2.0]]), Context())[0].round(4)
    array([[-0.    ,  0.    ,  0.8651,  1.944 ]])

    Source: Misra, 2019; torch.nn.Mish
    """

    inplace: InitVar[bool] = False

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    equation = r"A = Z \odot \tanh(\zeta(Z)), \quad \zeta(Z) = \log\left( 1 + e^{Z} \right)"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot \left( T + Z \odot (1 - T^{2}) \odot \sigma(Z) \right),"
        r" \quad T = \tanh(\zeta(Z))"
    }

    def __post_init__(self, inplace: bool) -> None:
        require_flag("Mish", inplace=inplace)

    def forward(
        self, parameters: Arrays, x: Array, context: Context
    ) -> tuple[Array, tuple[Array, Array, Array]]:
        e = np.exp(np.minimum(x, 20))  # from there on t is 1
        n = e * (e + 2)  # (1 + eᶻ)² − 1
        t = n / (n + 2)
        return x * t, (x, e, t)

    def input_gradient(self, parameters: Arrays, cache: tuple[Array, Array, Array], dy: Array) -> Array:
        x, e, t = cache
        return dy * (t + x * (1 - t * t) * (e / (1 + e)))

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """a = z·tanh(ζ(z))"""
        return opening([term(at.x[index], self._tanh(at, index))])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂z = δ·t + δ·z·(1 − t²)·σ(z)"""
        t, delta = self._tanh(at, index), at.delta[index]
        bend = at.x.derived(index, "(1−tanh²(ζ(", 1 - t.value**2, ")))")
        slope = at.x.derived(index, "σ(", float(sigmoid(at.x.values[index])), ")")
        return opening([term(delta, t), term(delta, at.x[index], bend, slope)])

    def _tanh(self, at: LayerStep, index: Index) -> Factor:
        return at.x.derived(index, "tanh(ζ(", float(np.tanh(softplus(at.x.values[index]))), "))")

    def to_torch(self):
        import torch

        return torch.nn.Mish()
