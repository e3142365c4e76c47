"""What batch and instance normalization share: γ, β and running statistics, one number a channel."""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

import numpy as np

from gradiente.errors import ArgumentError, ShapeError, require_flag, require_in
from gradiente.layers.base import Array, Arrays, Context, Shape, require_positive, written_shape
from gradiente.layers.normalization import Cache, Normalization, scale_and_shift
from gradiente.layers.normalized_place import Layout
from gradiente.layers.sums import column_sums
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec


@dataclass(frozen=True)
class ChannelNorm(Normalization):
    """The base class of the two, for any rank of x. Axis 1 has the channels.

    Facts of a subclass:

        ranks       how many axes of positions x may have
        together    what is normalized together, among the axes (instances, channels, positions)
        epsilons    the interval of eps
        one_value   the key of the error for a single value a channel
        other_rank  the key of the error for another number of axes
        fitting     for a number of axes of x, the layer that takes it
    """

    num_features: int
    eps: float = 1e-5
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True
    _: KW_ONLY
    bias: bool = True

    ranks: ClassVar[tuple[int, ...]]
    together: ClassVar[tuple[int, ...]]
    epsilons: ClassVar[str]
    one_value: ClassVar[str]
    other_rank: ClassVar[str]
    fitting: ClassVar[Mapping[int, str]]

    def __post_init__(self) -> None:
        name = type(self).__name__
        require_positive(name, num_features=self.num_features)
        flags = {"affine": self.affine, "track_running_stats": self.track_running_stats, "bias": self.bias}
        require_flag(name, **flags)
        require_in(self.epsilons, name, eps=self.eps)
        if self.momentum is not None:
            require_in("[0, 1]", name, momentum=self.momentum)
        if not self.affine:
            object.__setattr__(self, "bias", True)  # of no effect; a layer is written in one way

    def parameters(self) -> dict[str, ParameterSpec]:
        return scale_and_shift((self.num_features,), weight=self.affine, bias=self.bias)

    def buffers(self) -> dict[str, Array]:
        if not self.track_running_stats:
            return {}
        return {
            "running_mean": np.zeros(self.num_features),
            "running_var": np.ones(self.num_features),
            "num_batches_tracked": np.array(0),
        }

    def new_buffers(self, buffers: Arrays, cache: Cache) -> dict[str, Array]:
        if not buffers or cache.variance is None:
            return dict(buffers)
        batches = self._counted(buffers["num_batches_tracked"])
        new = {**buffers, "num_batches_tracked": batches}
        if cache.x_hat.size == 0:
            return new
        share, n = self._share(int(batches)), cache.x_hat.size // cache.mean.size
        for name, values in (("running_mean", cache.mean), ("running_var", cache.variance * n / (n - 1))):
            rows = values.reshape(-1, self.num_features)  # one an instance, or one for the whole batch
            new[name] = (1 - share) * buffers[name] + share * (column_sums(rows) / len(rows))
        return new

    def _counted(self, batches: Array) -> Array:
        """num_batches_tracked after another batch."""
        return batches

    def _share(self, batches: int) -> float:
        """The share of the newest of so many batches in the running statistics."""
        return self.momentum or 0.0

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        self._layout(x.shape)
        if not self._uses_running(training=False):
            return super().exported(to, x, parameters)
        return to.batch_norm(x, parameters, self.eps)

    def _uses_running(self, training: bool) -> bool:
        return self.track_running_stats and not training

    def _running(self, shape: Shape, at: Layout, context: Context) -> tuple[Array, Array] | None:
        name = type(self).__name__
        if not self._uses_running(context.training):
            if at.numbers == 1 and 0 not in shape:
                raise ShapeError(self.one_value, layer=name, shape=shape)
            return None
        if not context.buffers:
            raise ArgumentError("channel_norm.buffers", layer=name)
        return context.buffers["running_mean"], context.buffers["running_var"]

    def _layout(self, shape: tuple[Any, ...]) -> Layout:
        name = f"{type(self).__name__}({self.num_features})"
        if len(shape) - 2 not in self.ranks:
            fitting = self.fitting.get(len(shape), "–")
            raise ShapeError(self.other_rank, layer=name, shape=written_shape(shape), fitting=fitting)
        if shape[1] != self.num_features:
            raise ShapeError(
                "channel_norm.features",
                layer=name,
                features=self.num_features,
                channels=shape[1],
                shape=written_shape(shape),
            )
        batch, channels, *positions = shape
        return Layout((batch, channels, math.prod(positions)), self.together, (1, channels, 1))
