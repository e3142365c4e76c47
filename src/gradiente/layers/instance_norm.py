"""Instance normalization of sequences, of images, of videos: one formula, three names."""

from dataclasses import dataclass

from gradiente.layers.channel_norm import ChannelNorm


@dataclass(frozen=True)
class InstanceNorm(ChannelNorm):
    """The base class of the three: a mean and a variance for each channel of each instance."""

    affine: bool = False
    track_running_stats: bool = False

    together = (2,)
    epsilons = "[0, inf)"
    one_value = "instance_norm.one_value"
    other_rank = "instance_norm.rank"
    fitting = {3: "InstanceNorm1d", 4: "InstanceNorm2d", 5: "InstanceNorm3d"}
    equation = (
        r"\hat{X}_{i,c} = \frac{X_{i,c} - \mu_{i,c}}{\sqrt{\sigma_{i,c}^2 + \varepsilon}},"
        r" \quad Y_{i,c} = \gamma_c \odot \hat{X}_{i,c} + \beta_c"
    )
    derivative = {
        "x": r"\frac{\partial J}{\partial X_{i,c}} = \frac{\gamma_c}{\sqrt{\sigma_{i,c}^2 + \varepsilon}} \odot"
        r" \left( \delta_{i,c} - \overline{\delta_{i,c}}"
        r" - \hat{X}_{i,c} \odot \overline{\delta_{i,c} \odot \hat{X}_{i,c}} \right)",
        "weight": r"\frac{\partial J}{\partial \gamma_c} = \sum_{i=1}^{m} \sum_{p} \delta_{i,c,p} \hat{X}_{i,c,p}",
        "bias": r"\frac{\partial J}{\partial \beta_c} = \sum_{i=1}^{m} \sum_{p} \delta_{i,c,p}",
    }

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        equation = super().equation_with(columns=columns, training=training)
        return _of_channels(equation) if self._uses_running(training) else equation

    def derivative_with(self, name: str, *, columns: bool = False, training: bool = True) -> str:
        derivative = super().derivative_with(name, columns=columns, training=training)
        return _of_channels(derivative) if self._uses_running(training) else derivative


def _of_channels(latex: str) -> str:
    """With running statistics, which the instances share."""
    return latex.replace(r"\mu_{i,c}", r"\mu_c").replace(r"\sigma_{i,c}", r"\sigma_c")


@dataclass(frozen=True)
class InstanceNorm1d(InstanceNorm):
    r"""Normalizes every channel of every sequence to mean 0 and variance 1 over its length.

    Equation:   μ, σ² = mean and variance over the length,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   with running statistics ∂J/∂x = γ / √(σ² + ε) · δ

    The running statistics are those of BatchNorm1d, of the mean over the instances of their μ and of their unbiased σ².

    Arguments:
        num_features: channels, ≥ 1
        eps: ε ≥ 0
        momentum: the share of the newest batch in the running statistics, in [0, 1]; None leaves them as they are
        affine: whether there are γ and β
        track_running_stats: whether there are running statistics, which replace μ and σ² when not training
        bias: whether there is β beside γ

    Shapes: x (batch, channels, length) → the same; weight γ and bias β (channels,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or for a single position, which
        has no variance, where there are no running statistics to use

    >>> import numpy as np
    >>> from gradiente.layers import Context
    >>> y, _ = InstanceNorm1d(1).forward({}, np.array([[[1.0, 3.0]], [[10.0, 30.0]]]), Context())
    >>> y.round(3).tolist()
    [[[-1.0, 1.0]], [[-1.0, 1.0]]]

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization"; torch.nn.InstanceNorm1d
    """

    ranks = (1,)
    examples = (
        ("InstanceNorm1d(3)", (4, 3, 6)),
        ("InstanceNorm1d(2, eps=0.01, momentum=0.7, affine=True, track_running_stats=True)", (3, 2, 5)),
        ("InstanceNorm1d(2, affine=True, bias=False)", (2, 2, 3)),
    )


@dataclass(frozen=True)
class InstanceNorm2d(InstanceNorm):
    r"""Normalizes every channel of every image to mean 0 and variance 1 over its positions.

    Equation:   μ, σ² = mean and variance over the positions,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   with running statistics ∂J/∂x = γ / √(σ² + ε) · δ

    Arguments:
        num_features: channels, ≥ 1
        eps: ε ≥ 0
        momentum: the share of the newest batch in the running statistics, in [0, 1]; None leaves them as they are
        affine: whether there are γ and β
        track_running_stats: whether there are running statistics, which replace μ and σ² when not training
        bias: whether there is β beside γ

    Shapes: x (batch, channels, height, width) → the same; weight γ and bias β (channels,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or for a single position, which
        has no variance, where there are no running statistics to use

    >>> InstanceNorm2d(64).parameters(), sorted(InstanceNorm2d(64, affine=True).parameters())
    ({}, ['bias', 'weight'])

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization"; torch.nn.InstanceNorm2d
    """

    ranks = (2,)
    examples = (
        ("InstanceNorm2d(3, affine=True)", (4, 3, 5, 6)),
        ("InstanceNorm2d(2, momentum=None, track_running_stats=True)", (2, 2, 3, 3)),
    )


@dataclass(frozen=True)
class InstanceNorm3d(InstanceNorm):
    r"""Normalizes every channel of every video or volume to mean 0 and variance 1 over its positions.

    Equation:   μ, σ² = mean and variance over the positions,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   with running statistics ∂J/∂x = γ / √(σ² + ε) · δ

    Arguments:
        num_features: channels, ≥ 1
        eps: ε ≥ 0
        momentum: the share of the newest batch in the running statistics, in [0, 1]; None leaves them as they are
        affine: whether there are γ and β
        track_running_stats: whether there are running statistics, which replace μ and σ² when not training
        bias: whether there is β beside γ

    Shapes: x (batch, channels, depth, height, width) → the same; weight γ and bias β (channels,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or for a single position, which
        has no variance, where there are no running statistics to use

    >>> sorted(InstanceNorm3d(4, track_running_stats=True).buffers())
    ['num_batches_tracked', 'running_mean', 'running_var']

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization"; torch.nn.InstanceNorm3d
    """

    ranks = (3,)
    examples = (
        ("InstanceNorm3d(2, affine=True)", (3, 2, 3, 4, 5)),
        ("InstanceNorm3d(3, momentum=1.0, track_running_stats=True)", (2, 3, 2, 3, 2)),
    )
