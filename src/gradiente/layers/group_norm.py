import math
from dataclasses import KW_ONLY, dataclass
from typing import Any

from gradiente.errors import ShapeError, require, require_flag, require_in
from gradiente.layers.base import require_positive, written_shape
from gradiente.layers.normalization import Normalization, scale_and_shift
from gradiente.layers.normalized_place import Layout
from gradiente.parameters import ParameterSpec


@dataclass(frozen=True)
class GroupNorm(Normalization):
    r"""Normalizes every group of channels of an instance to mean 0 and variance 1 over its channels and positions.

    Equation:   μ, σ² = mean and variance over a group,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = (γ δ − mean(γ δ) − x̂ · mean(γ δ x̂)) / √(σ² + ε),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ over batch
                and positions,   with δ = ∂J/∂y

    γ and β are another number for every channel. One group is a layer normalization of the whole instance, as many
    groups as channels an instance normalization.

    Arguments:
        num_groups: of as many channels each, ≥ 1; a divisor of num_channels
        num_channels: ≥ 1
        eps: ε ≥ 0
        affine: whether there are γ and β
        bias: whether there is β beside γ

    Shapes: x (batch, channels, …) → the same; weight γ and bias β (channels,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or a single value in each group of
        a single instance

    >>> import numpy as np
    >>> from gradiente.layers import Context
    >>> layer = GroupNorm(2, 4, affine=False)
    >>> layer.forward({}, np.array([[1.0, 3.0, 10.0, 30.0]]), Context())[0].round(3).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]

    Source: Wu and He, "Group Normalization"; torch.nn.GroupNorm
    """

    num_groups: int
    num_channels: int
    eps: float = 1e-5
    affine: bool = True
    _: KW_ONLY
    bias: bool = True

    examples = (
        ("GroupNorm(2, 4)", (3, 4, 5, 3)),
        ("GroupNorm(1, 3, affine=False)", (2, 3, 4)),
        ("GroupNorm(3, 3, eps=0.01)", (2, 3, 2, 2, 3)),
        ("GroupNorm(3, 6, bias=False)", (5, 6)),
    )
    equation = (
        r"\hat{X}_{i,g} = \frac{X_{i,g} - \mu_{i,g}}{\sqrt{\sigma_{i,g}^2 + \varepsilon}},"
        r" \quad Y_{i,g} = \gamma_g \odot \hat{X}_{i,g} + \beta_g"
    )
    derivative = {
        "x": r"\frac{\partial J}{\partial X_{i,g}} = \frac{1}{\sqrt{\sigma_{i,g}^2 + \varepsilon}} \odot"
        r" \left( \gamma_g \odot \delta_{i,g} - \overline{\gamma_g \odot \delta_{i,g}}"
        r" - \hat{X}_{i,g} \odot \overline{\gamma_g \odot \delta_{i,g} \odot \hat{X}_{i,g}} \right)",
        "weight": r"\frac{\partial J}{\partial \gamma_c} = \sum_{i=1}^{m} \sum_{p} \delta_{i,c,p} \hat{X}_{i,c,p}",
        "bias": r"\frac{\partial J}{\partial \beta_c} = \sum_{i=1}^{m} \sum_{p} \delta_{i,c,p}",
    }

    def __post_init__(self) -> None:
        require_positive("GroupNorm", num_groups=self.num_groups, num_channels=self.num_channels)
        divisible = self.num_channels % self.num_groups == 0
        require(divisible, "group_norm.groups", groups=self.num_groups, channels=self.num_channels)
        require_in("[0, inf)", "GroupNorm", eps=self.eps)
        require_flag("GroupNorm", affine=self.affine, bias=self.bias)
        if not self.affine:
            object.__setattr__(self, "bias", True)  # of no effect; a layer is written in one way

    def parameters(self) -> dict[str, ParameterSpec]:
        return scale_and_shift((self.num_channels,), weight=self.affine, bias=self.bias)

    def _layout(self, shape: tuple[Any, ...]) -> Layout:
        name = f"GroupNorm({self.num_groups}, {self.num_channels})"
        if len(shape) < 2 or shape[1] != self.num_channels:
            channels = self.num_channels
            raise ShapeError("group_norm.shape", layer=name, channels=channels, shape=written_shape(shape))
        each, positions = self.num_channels // self.num_groups, math.prod(shape[2:])
        if shape[0] == each == positions == 1:
            raise ShapeError("group_norm.one_value", layer=name, shape=written_shape(shape))
        return Layout((shape[0], self.num_groups, each, positions), (2, 3), (1, self.num_groups, each, 1))
