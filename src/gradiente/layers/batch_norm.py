"""Batch normalization of rows and sequences, of images, of videos: one formula, three names."""

from dataclasses import dataclass

from gradiente.layers.base import Array
from gradiente.layers.channel_norm import ChannelNorm


class BatchNorm(ChannelNorm):
    """The base class of the three: a mean and a variance a channel, over the batch and all positions."""

    together = (0, 2)
    epsilons = "(0, inf)"
    one_value = "batch_norm.one_value"
    other_rank = "batch_norm.rank"
    fitting = {2: "BatchNorm1d", 3: "BatchNorm1d", 4: "BatchNorm2d", 5: "BatchNorm3d"}
    depends_on_batch = True
    equation = (
        r"\hat{X} = \frac{X - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \quad Y = \gamma \odot \hat{X} + \beta"
    )
    derivative = {
        "x": r"\frac{\partial J}{\partial X} = \frac{\gamma}{\sqrt{\sigma^2 + \varepsilon}} \odot"
        r" \left( \delta - \overline{\delta} - \hat{X} \odot \overline{\delta \odot \hat{X}} \right)",
        "weight": r"\frac{\partial J}{\partial \gamma} = \sum_{i=1}^{n} \delta_i \odot \hat{X}_i",
        "bias": r"\frac{\partial J}{\partial \beta} = \sum_{i=1}^{n} \delta_i",
    }

    @property
    def whole_batch(self) -> bool:
        return not self.track_running_stats

    def _counted(self, batches: Array) -> Array:
        return batches + 1

    def _share(self, batches: int) -> float:
        return 1 / batches if self.momentum is None else self.momentum


@dataclass(frozen=True)
class BatchNorm1d(BatchNorm):
    r"""Normalizes every feature to mean 0 and variance 1 over the batch, then applies a learned scale and shift.

    Equation:   μ, σ² = mean and variance over the batch,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   with running statistics ∂J/∂x = γ / √(σ² + ε) · δ

    In training the running statistics follow, r := (1 − momentum) r + momentum · (μ, or the unbiased σ²); when not
    training they take the place of μ and σ². They are the layer's buffers: passed in by the context, and returned
    by `new_buffers`. Without them a prediction, too, depends on the other instances of its batch.

    Arguments:
        num_features: features, or channels of a sequence, ≥ 1
        eps: ε > 0
        momentum: the share of the newest batch, in [0, 1]; None is the mean over all batches so far
        affine: whether there are γ and β
        track_running_stats: whether there are running statistics
        bias: whether there is β beside γ

    Shapes: x (batch, features) or (batch, channels, length) → the same; weight γ and bias β (features,)
    Errors: ArgumentError for a number out of range; ShapeError for other features, or for a single value a
        feature, which has no variance, where there are no running statistics to use

    >>> import numpy as np
    >>> from gradiente.layers import Context
    >>> layer = BatchNorm1d(1, affine=False)
    >>> y, _ = layer.forward({}, np.array([[1.0], [3.0]]), Context(training=True))
    >>> y.round(3).tolist()
    [[-1.0], [1.0]]

    Source: the lecture, "PyTorch" (nn.BatchNorm); Ioffe and Szegedy, 2015; torch.nn.BatchNorm1d
    """

    ranks = (1, 0)
    examples = (
        ("BatchNorm1d(4)", (9, 4)),
        ("BatchNorm1d(3, momentum=None, affine=False)", (5, 3, 6)),
        ("BatchNorm1d(2, eps=0.01, momentum=0.7)", (4, 2)),
        ("BatchNorm1d(3, track_running_stats=False)", (6, 3)),
        ("BatchNorm1d(2, bias=False)", (3, 2, 4)),
    )


@dataclass(frozen=True)
class BatchNorm2d(BatchNorm):
    r"""Normalizes every channel to mean 0 and variance 1 over batch and positions, then a learned scale and shift.

    Equation:   μ, σ² = mean and variance over the batch,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   with running statistics ∂J/∂x = γ / √(σ² + ε) · δ

    Arguments:
        num_features: channels, ≥ 1
        eps: ε > 0
        momentum: the share of the newest batch in the running statistics, in [0, 1]; None is the mean over all
        affine: whether there are γ and β
        track_running_stats: whether there are running statistics
        bias: whether there is β beside γ

    Shapes: x (batch, channels, height, width) → the same; weight γ and bias β (channels,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or for a single value a
        channel where there are no running statistics to use

    >>> sorted(BatchNorm2d(8).buffers())
    ['num_batches_tracked', 'running_mean', 'running_var']

    Source: the lecture, "PyTorch" (nn.BatchNorm); Ioffe and Szegedy, 2015; torch.nn.BatchNorm2d
    """

    ranks = (2,)
    examples = (
        ("BatchNorm2d(3)", (4, 3, 5, 6)),
        ("BatchNorm2d(2, momentum=None)", (2, 2, 3, 3)),
        ("BatchNorm2d(4, eps=0.01, affine=False)", (3, 4, 1, 7)),
        ("BatchNorm2d(2, track_running_stats=False, bias=False)", (3, 2, 4, 3)),
    )


@dataclass(frozen=True)
class BatchNorm3d(BatchNorm):
    r"""Normalizes every channel of a video or volume to mean 0 and variance 1, then a learned scale and shift.

    Equation:   μ, σ² = mean and variance over the batch,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   with running statistics ∂J/∂x = γ / √(σ² + ε) · δ

    Arguments:
        num_features: channels, ≥ 1
        eps: ε > 0
        momentum: the share of the newest batch in the running statistics, in [0, 1]; None is the mean over all
        affine: whether there are γ and β
        track_running_stats: whether there are running statistics
        bias: whether there is β beside γ

    Shapes: x (batch, channels, depth, height, width) → the same; weight γ and bias β (channels,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or for a single value a
        channel where there are no running statistics to use

    >>> BatchNorm3d(4, affine=False).parameters()
    {}

    Source: the lecture, "PyTorch" (nn.BatchNorm); Ioffe and Szegedy, 2015; torch.nn.BatchNorm3d
    """

    ranks = (3,)
    examples = (
        ("BatchNorm3d(2)", (3, 2, 3, 4, 5)),
        ("BatchNorm3d(3, momentum=1.0, affine=False)", (2, 3, 2, 3, 2)),
        ("BatchNorm3d(2, affine=False, track_running_stats=False)", (2, 2, 3, 2, 3)),
    )
