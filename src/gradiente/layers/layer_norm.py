import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.errors import ShapeError, require, require_flag, require_in
from gradiente.layers.base import Shape, written_shape
from gradiente.layers.normalization import Normalization, scale_and_shift
from gradiente.layers.normalized_place import Layout
from gradiente.parameters import ParameterSpec


@dataclass(frozen=True)
class LayerNorm(Normalization):
    r"""Normalizes all features of an instance, or of every place in it, to mean 0 and variance 1.

    Equation:   μ, σ² = mean and variance over the features,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = (γ δ − mean(γ δ) − x̂ · mean(γ δ x̂)) / √(σ² + ε),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ over the
                batch,   with δ = ∂J/∂y

    γ and β are another number for every feature. In training and inference it is the same, and no instance depends on
    another.

    Arguments:
        normalized_shape: the last axes of x, which are normalized together: 64, or (3, 28, 28)
        eps: ε ≥ 0
        elementwise_affine: whether there are γ and β
        bias: whether there is β beside γ

    Shapes: x (batch, …, normalized_shape) → the same; weight γ and bias β of normalized_shape
    Errors: ArgumentError for a number out of range; ShapeError for an x with other last axes

    >>> import numpy as np
    >>> from gradiente.layers import Context
    >>> layer = LayerNorm(2, elementwise_affine=False)
    >>> layer.forward({}, np.array([[1.0, 3.0], [10.0, 30.0]]), Context())[0].round(3).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]

    Source: Ba, Kiros and Hinton, "Layer Normalization"; torch.nn.LayerNorm
    """

    normalized_shape: int | Shape
    eps: float = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    examples = (
        ("LayerNorm(5)", (7, 5)),
        ("LayerNorm(4, eps=0.01)", (3, 6, 4)),
        ("LayerNorm((3, 4), elementwise_affine=False)", (2, 3, 4)),
        ("LayerNorm((3, 3), bias=False)", (2, 2, 3, 3)),
    )
    equation = (
        r"\hat{X}_i = \frac{X_i - \mu_i}{\sqrt{\sigma_i^2 + \varepsilon}},"
        r" \quad Y_i = \gamma \odot \hat{X}_i + \beta"
    )
    derivative = {
        "x": r"\frac{\partial J}{\partial X_i} = \frac{1}{\sqrt{\sigma_i^2 + \varepsilon}} \odot"
        r" \left( \gamma \odot \delta_i - \overline{\gamma \odot \delta_i}"
        r" - \hat{X}_i \odot \overline{\gamma \odot \delta_i \odot \hat{X}_i} \right)",
        "weight": r"\frac{\partial J}{\partial \gamma} = \sum_{i=1}^{m} \delta_i \odot \hat{X}_i",
        "bias": r"\frac{\partial J}{\partial \beta} = \sum_{i=1}^{m} \delta_i",
    }

    def __post_init__(self) -> None:
        object.__setattr__(self, "normalized_shape", _canonical(self.normalized_shape))
        valid = all(type(size) is int and size >= 1 for size in self._axes) and self._axes
        require(bool(valid), "layer_norm.normalized_shape", value=repr(self.normalized_shape))
        require_in("[0, inf)", "LayerNorm", eps=self.eps)
        require_flag("LayerNorm", elementwise_affine=self.elementwise_affine, bias=self.bias)
        if not self.elementwise_affine:
            object.__setattr__(self, "bias", True)  # of no effect; a layer is written in one way

    def parameters(self) -> dict[str, ParameterSpec]:
        return scale_and_shift(self._axes, weight=self.elementwise_affine, bias=self.bias)

    @property
    def _axes(self) -> Shape:
        shape = self.normalized_shape
        return shape if isinstance(shape, tuple) else (shape,)

    def _layout(self, shape: tuple[Any, ...]) -> Layout:
        axes = self._axes
        before = shape[: max(1, len(shape) - len(axes))]
        if tuple(shape[len(before) :]) != axes:
            raise ShapeError(
                "layer_norm.shape",
                layer=f"LayerNorm({self.normalized_shape})",
                shape=written_shape(shape),
            )
        features = math.prod(axes)
        return Layout((*before, features), (len(before),), (*(1 for _ in before), features))


def _canonical(shape: Any) -> Any:
    """One axis as its number, several as a tuple."""
    if not isinstance(shape, Sequence) or isinstance(shape, str):
        return int(shape) if isinstance(shape, np.integer) else shape
    sizes = tuple(_canonical(size) for size in shape)
    return sizes[0] if len(sizes) == 1 else sizes
