from dataclasses import dataclass

import numpy as np

from gradiente.errors import ArgumentError, did_you_mean
from gradiente.layers.base import Array, Arrays, Context, Layer

ROOT, CUBIC = (2 / np.pi) ** 0.5, 0.044715


@dataclass(frozen=True)
class GELU(Layer):
    r"""The Gaussian error linear unit: z times the probability Φ(z) that a standard normal number is below z.

    Equation:   a = z Φ(z),   Φ(z) = (1 + erf(z/√2)) / 2, or with "tanh" (1 + tanh(√(2/π) (z + 0.044715 z³))) / 2
    Derivative: ∂J/∂z = δ · (Φ(z) + z Φ′(z)),   with δ = ∂J/∂a

    Arguments:
        approximate: "none" for the error function, "tanh" for its approximation

    Shapes: any → the same
    Errors: ArgumentError for another approximation

    >>> import numpy as np
    >>> GELU().forward({}, np.array([[-1e4, 0.0, 1.0, 2.0]]), Context())[0].round(4)
    array([[-0.    ,  0.    ,  0.8413,  1.9545]])

    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units (GELUs)"; torch.nn.GELU
    """

    approximate: str = "none"

    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    examples = (("GELU()", (7, 5)), ("GELU(approximate='tanh')", (2, 3, 4, 5)))
    equation = r"A = Z \odot \Phi(Z), \quad \Phi(Z) = \frac{1 + \operatorname{erf}(Z / \sqrt{2})}{2}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot \left( \Phi(Z) + Z \odot \Phi'(Z) \right)"
    }

    def __post_init__(self) -> None:
        if self.approximate not in ("none", "tanh"):
            hint = did_you_mean(str(self.approximate), ("none", "tanh"))
            value = repr(self.approximate)
            raise ArgumentError("config.choice", owner="GELU", name="approximate", value=value, hint=hint)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, tuple[Array, Array]]:
        from scipy.special import erf

        if self.approximate == "tanh":
            phi = (1 + np.tanh(ROOT * (x + CUBIC * x * x * x))) / 2
        else:
            phi = (1 + erf(x / 2**0.5)) / 2
        return x * phi, (x, phi)

    def input_gradient(self, parameters: Arrays, cache: tuple[Array, Array], dy: Array) -> Array:
        x, phi = cache
        if self.approximate == "tanh":
            slope = 2 * phi * (1 - phi) * (ROOT * (1 + 3 * CUBIC * x * x))  # Φ′ = ½ (1 − tanh²u) u′
        else:
            slope = ROOT / 2 * np.exp(-x * x / 2)
        return dy * (phi + x * slope)

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        if self.approximate == "none":
            return self.equation
        inner = r"\sqrt{2 / \pi} \left( Z + 0.044715 \, Z^{3} \right)"
        return rf"A = Z \odot \Phi(Z), \quad \Phi(Z) = \frac{{1}}{{2}} \left( 1 + \tanh\left( {inner} \right) \right)"

    def to_torch(self):
        import torch

        return torch.nn.GELU(self.approximate)
