"""Batch normalization of rows and sequences, of images, of videos: one formula, three names."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from gradiente.errors import ArgumentError, ShapeError, require_in
from gradiente.layers.base import (
    Array,
    Arrays,
    Context,
    Layer,
    Shape,
    require_flag,
    require_positive,
    written_shape,
)
from gradiente.parameters import ParameterSpec
from gradiente.terms import MINUS, Factor, Index, LayerStep, Opening, opening, term


class _Cache(NamedTuple):
    """x̂ and 1 / √(σ² + ε), and in training what the running statistics are made of."""

    x_hat: Array
    inverse_std: Array
    mean: Array | None
    variance: Array | None


@dataclass(frozen=True)
class _BatchNorm(Layer):
    """The base class of the three, for any rank of x. Everything is along axis 1, the channels."""

    num_features: int
    eps: float = 1e-5
    momentum: float | None = 0.1
    affine: bool = True

    ranks: ClassVar[tuple[int, ...]]
    symbols = {"x": "X", "y": "Y", "weight": r"\gamma", "bias": r"\beta"}
    letter = "N"
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

    def __post_init__(self) -> None:
        name = type(self).__name__
        require_positive(name, num_features=self.num_features)
        require_flag(name, affine=self.affine)
        require_in("(0, inf)", name, eps=self.eps)
        if self.momentum is not None:
            require_in("[0, 1]", name, momentum=self.momentum)

    def parameters(self) -> dict[str, ParameterSpec]:
        if not self.affine:
            return {}
        shape = (self.num_features,)
        return {
            "weight": ParameterSpec(shape, fan_in=1, fan_out=1, constant=1.0),
            "bias": ParameterSpec(shape, fan_in=1, fan_out=1, is_bias=True, constant=0.0),
        }

    def buffers(self) -> dict[str, Array]:
        return {
            "running_mean": np.zeros(self.num_features),
            "running_var": np.ones(self.num_features),
            "num_batches_tracked": np.array(0),
        }

    def new_buffers(self, buffers: Arrays, cache: _Cache) -> dict[str, Array]:
        if cache.mean is None or cache.variance is None:
            return dict(buffers)
        batches = buffers["num_batches_tracked"] + 1
        share = 1 / int(batches) if self.momentum is None else self.momentum
        n = cache.x_hat.size // self.num_features
        return {
            "running_mean": (1 - share) * buffers["running_mean"] + share * cache.mean,
            "running_var": (1 - share) * buffers["running_var"] + share * cache.variance * n / (n - 1),
            "num_batches_tracked": batches,
        }

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require_shape(("batch", *input_shape))
        return input_shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, _Cache]:
        self._require_shape(x.shape)
        axes = self._axes(x)
        mean = variance = None
        if context.training:
            if x.size <= x.shape[1]:
                raise ShapeError("batch_norm.one_value", layer=type(self).__name__, shape=x.shape)
            mean = x.mean(axis=axes)
            centred = x - self._along(mean, x)
            variance = np.square(centred).mean(axis=axes)
        elif not context.buffers:
            raise ArgumentError("batch_norm.buffers", layer=type(self).__name__)
        else:
            centred = x - self._along(context.buffers["running_mean"], x)
        spread = context.buffers["running_var"] if variance is None else variance
        inverse_std = 1 / np.sqrt(spread + self.eps)
        x_hat = np.multiply(centred, self._along(inverse_std, x), out=centred)
        y = x_hat
        if self.affine:
            y = self._along(parameters["weight"], x) * x_hat
            y += self._along(parameters["bias"], x)
        return y, _Cache(x_hat, inverse_std, mean, variance)

    def input_gradient(self, parameters: Arrays, cache: _Cache, dy: Array) -> Array:
        scale = cache.inverse_std * (parameters["weight"] if self.affine else 1)
        if cache.mean is None:
            return dy * self._along(scale, dy)
        axes = self._axes(dy)
        dx = dy - self._along(dy.mean(axis=axes), dy)
        dx -= cache.x_hat * self._along((dy * cache.x_hat).mean(axis=axes), dy)
        dx *= self._along(scale, dy)
        return dx

    def parameter_gradients(self, parameters: Arrays, cache: _Cache, dy: Array, out: Arrays) -> None:
        if self.affine:
            np.sum(dy * cache.x_hat, axis=self._axes(dy), out=out["weight"])
            np.sum(dy, axis=self._axes(dy), out=out["bias"])

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        normalized, _, scaled = self.equation.partition(r", \quad ")
        return self.equation if self.affine else normalized.replace(r"\hat{X}", "Y") if scaled else normalized

    def derivative_with(self, name: str, *, columns: bool = False, training: bool = True) -> str:
        derivative = super().derivative_with(name)
        if name == "x" and not training:
            derivative = derivative.partition(r" \left(")[0] + r" \delta"
        return derivative if self.affine else derivative.replace(r"\frac{\gamma}", r"\frac{1}")

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y = (x − μ)·1/√(σ² + ε)·γ + β"""
        c = index[1]
        mean = at.buffers["running_mean"] if at.cache.mean is None else at.cache.mean
        centred = float(at.x.values[index] - mean[c])
        terms = [term(at.x.derived(index, "(", centred, f"−μ[{c}])"), *self._scale(at, c))]
        return opening([*terms, term(at.parameters["bias"][(c,)])] if self.affine else terms)

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """γ/√(σ² + ε)·δ − γ/√(σ² + ε)·⟨δ⟩ − γ/√(σ² + ε)·x̂·⟨δ·x̂⟩; not in training only the first

        The gradient takes three paths: direct, through the mean, through the variance. ⟨δ⟩ and ⟨δ·x̂⟩ are means over
        the batch (and the places of an image), a number a channel.
        """
        c, scale = index[1], self._scale(at, index[1])
        direct = term(*scale, at.delta[index], path="direct")
        if at.cache.mean is None:
            return opening([direct])
        delta, x_hat = at.delta.values[:, c], at.cache.x_hat[:, c]
        mean = Factor(f"⟨δ⟩[{c}]", float(np.mean(delta)), at.delta.name)
        variance = Factor(f"⟨δ·x̂⟩[{c}]", float(np.mean(delta * x_hat)), at.delta.name)
        return opening(
            [
                direct,
                term(MINUS, *scale, mean, path="mean"),
                term(MINUS, *scale, self._x_hat(at, index), variance, path="variance"),
            ]
        )

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂γ = Σ δ·x̂,   ∂J/∂β = Σ δ"""
        instances, _, *axes = at.x.values.shape
        places = [(i, index[0], *place) for i in range(instances) for place in np.ndindex(*axes)]
        factors = [(self._x_hat(at, place),) if name == "weight" else () for place in places]
        return opening([term(at.delta[place], *more) for place, more in zip(places, factors, strict=True)])

    def _scale(self, at: LayerStep, c: int) -> tuple[Factor, ...]:
        root = Factor(f"1/√(σ²[{c}]+ε)", float(at.cache.inverse_std[c]))
        return (root, at.parameters["weight"][(c,)]) if self.affine else (root,)

    def _x_hat(self, at: LayerStep, index: Index) -> Factor:
        where = at.x.shown(index)
        return Factor(f"x̂[{','.join(map(str, where))}]", float(at.cache.x_hat[index]), at.x.name, where)

    def to_torch(self):
        import torch

        return getattr(torch.nn, type(self).__name__)(**vars(self))

    def _axes(self, x: Array) -> tuple[int, ...]:
        return (0, *range(2, x.ndim))

    def _along(self, values: Array, x: Array) -> Array:
        """One number a channel, to be met by x."""
        return values.reshape(-1, *(1,) * (x.ndim - 2))

    def _require_shape(self, shape: tuple[Any, ...]) -> None:
        name = f"{type(self).__name__}({self.num_features})"
        fitting = {2: "BatchNorm1d", 3: "BatchNorm1d", 4: "BatchNorm2d", 5: "BatchNorm3d"}.get(
            len(shape), "–"
        )
        if len(shape) - 2 not in self.ranks:
            raise ShapeError("batch_norm.rank", layer=name, shape=written_shape(shape), fitting=fitting)
        if shape[1] != self.num_features:
            raise ShapeError(
                "batch_norm.features",
                layer=name,
                features=self.num_features,
                channels=shape[1],
                shape=written_shape(shape),
            )


@dataclass(frozen=True)
class BatchNorm1d(_BatchNorm):
    r"""Normalizes every feature to mean 0 and variance 1 over the batch, then applies a learned scale and shift.

    Equation:   μ, σ² = mean and variance over the batch,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   when not training ∂J/∂x = γ / √(σ² + ε) · δ

    In training the running statistics follow, r := (1 − momentum) r + momentum · (μ, or the unbiased σ²); when not
    training they take the place of μ and σ². They are the layer's buffers: passed in by the context, and returned
    by `new_buffers`.

    Arguments:
        num_features: features, or channels of a sequence, ≥ 1
        eps: ε > 0
        momentum: the share of the newest batch, in [0, 1]; None is the mean over all batches so far
        affine: whether there are γ and β

    Shapes: x (batch, features) or (batch, channels, length) → the same; weight γ and bias β (features,)
    Errors: ArgumentError for a number out of range; ShapeError for other features, or for training on a single
        value a feature, which has no variance

    >>> import numpy as np
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
    )


@dataclass(frozen=True)
class BatchNorm2d(_BatchNorm):
    r"""Normalizes every channel to mean 0 and variance 1 over batch and positions, then a learned scale and shift.

    Equation:   μ, σ² = mean and variance over the batch,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   when not training ∂J/∂x = γ / √(σ² + ε) · δ

    Arguments:
        num_features: channels, ≥ 1
        eps: ε > 0
        momentum: the share of the newest batch in the running statistics, in [0, 1]; None is the mean over all
        affine: whether there are γ and β

    Shapes: x (batch, channels, height, width) → the same; weight γ and bias β (channels,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or for training on a single
        value a channel

    >>> sorted(BatchNorm2d(8).buffers())
    ['num_batches_tracked', 'running_mean', 'running_var']

    Source: the lecture, "PyTorch" (nn.BatchNorm); Ioffe and Szegedy, 2015; torch.nn.BatchNorm2d
    """

    ranks = (2,)
    examples = (
        ("BatchNorm2d(3)", (4, 3, 5, 6)),
        ("BatchNorm2d(2, momentum=None)", (2, 2, 3, 3)),
        ("BatchNorm2d(4, eps=0.01, affine=False)", (3, 4, 1, 7)),
    )


@dataclass(frozen=True)
class BatchNorm3d(_BatchNorm):
    r"""Normalizes every channel of a video or volume to mean 0 and variance 1, then a learned scale and shift.

    Equation:   μ, σ² = mean and variance over the batch,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = γ / √(σ² + ε) · (δ − mean(δ) − x̂ · mean(δ x̂)),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   when not training ∂J/∂x = γ / √(σ² + ε) · δ

    Arguments:
        num_features: channels, ≥ 1
        eps: ε > 0
        momentum: the share of the newest batch in the running statistics, in [0, 1]; None is the mean over all
        affine: whether there are γ and β

    Shapes: x (batch, channels, depth, height, width) → the same; weight γ and bias β (channels,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or for training on a single
        value a channel

    >>> BatchNorm3d(4, affine=False).parameters()
    {}

    Source: the lecture, "PyTorch" (nn.BatchNorm); Ioffe and Szegedy, 2015; torch.nn.BatchNorm3d
    """

    ranks = (3,)
    examples = (
        ("BatchNorm3d(2)", (3, 2, 3, 4, 5)),
        ("BatchNorm3d(3, momentum=1.0, affine=False)", (2, 3, 2, 3, 2)),
    )
