from dataclasses import dataclass

import numpy as np

from gradiente.errors import require
from gradiente.layers.base import Array, Arrays, Context, Layer


@dataclass(frozen=True)
class GELU(Layer):
    r"""The Gaussian error linear unit: z times the probability Φ(z) that a standard normal number is below z.

    Equation:   a = z Φ(z),   Φ(z) = (1 + erf(z/√2)) / 2, or with "tanh" (1 + tanh(√(2/π) (z + 0.044715 z³))) / 2
    Derivative: ∂J/∂z = δ · (Φ(z) + z Φ′(z)),   with δ = ∂J/∂a

    Arguments:
        approximate: "none" for the error function, "tanh" for its approximation

    Shapes: any → the same

    >>> GELU().forward({}, np.array([[-1e4, 0.0, 1.0, 2.0]]), Context())[0].round(4)
    array([[-0.    ,  0.    ,  0.8413,  1.9545]])

    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units (GELUs)"; torch.nn.GELU
    """

    approximate: str = "none"
    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    examples = (("GELU()", (7, 5)), ("GELU(approximate='tanh')", (2, 3, 4, 5)))
    equation = r"A = Z \odot \Phi(Z)"
    derivative = {"x": r"\frac{\partial J}{\partial Z} = \delta \odot (\Phi(Z) + Z \odot \Phi'(Z))"}

    def __post_init__(self) -> None:
        where = {"owner": "GELU", "name": "approximate", "value": repr(self.approximate)}
        require(self.approximate in ("none", "tanh"), "config.choice", **where, hint='"none" / "tanh"')

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, tuple[Array, Array]]:
        from scipy.special import erf

        bent = (2 / np.pi) ** 0.5 * (x + 0.044715 * x * x * x) if self.approximate == "tanh" else x / 2**0.5
        phi = (1 + (np.tanh(bent) if self.approximate == "tanh" else erf(bent))) / 2
        return x * phi, (x, phi)

    def input_gradient(self, parameters: Arrays, cache: tuple[Array, Array], dy: Array) -> Array:
        x, phi = cache
        pdf = phi * (1 - phi) * (2 + 0.26829 * x**2) if self.approximate == "tanh" else np.exp(x * x / -2) / 2
        return dy * (phi + x * (2 / np.pi) ** 0.5 * pdf)

    def to_torch(self):
        import torch

        return torch.nn.GELU(self.approximate)
