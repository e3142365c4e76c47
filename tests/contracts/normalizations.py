"""Normalizations of random options, and the shape of an instance for each: for the contract of all layers."""

import math

from hypothesis import assume
from hypothesis import strategies as st

from gradiente import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    GroupNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    LayerNorm,
)

shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)


def epsilon(draw, together):
    """A larger one for a few numbers: where those are nearly equal, a small one leaves float32 no digits of ∂J/∂x."""
    return draw(st.sampled_from([1e-5, 1e-2] if together > 4 else [1e-2, 0.1]))


@st.composite
def channel_norm(draw, kind):
    positions = [draw(st.integers(1, 4)) for _ in range(draw(st.sampled_from(kind.ranks)))]
    if not kind.depends_on_batch:
        positions[0] += 1  # a single position has no variance
    layer = kind(
        draw(st.integers(1, 4)),
        eps=draw(st.sampled_from([1e-5, 1e-2]))
        if kind.depends_on_batch
        else epsilon(draw, math.prod(positions)),
        momentum=draw(st.sampled_from([None, 0.0, 0.1, 1.0])),
        affine=draw(st.booleans()),
        track_running_stats=draw(st.booleans()),
        bias=draw(st.booleans()),
    )
    return layer, (layer.num_features, *positions)


@st.composite
def layer_norm(draw):
    axes, before = draw(shapes), draw(st.lists(st.integers(1, 3), max_size=2))
    assume(math.prod(axes) > 1)  # of a single number, which is its mean, PyTorch's y is rounding error
    normalized = axes[0] if len(axes) == 1 and draw(st.booleans()) else axes
    flags = {"elementwise_affine": draw(st.booleans()), "bias": draw(st.booleans())}
    return LayerNorm(normalized, epsilon(draw, math.prod(axes)), **flags), (*before, *axes)


@st.composite
def group_norm(draw):
    groups, each = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    positions = draw(st.lists(st.integers(1, 4), max_size=3))
    together = each * math.prod(positions)
    assume(together > 1)
    flags = {"affine": draw(st.booleans()), "bias": draw(st.booleans())}
    layer = GroupNorm(groups, groups * each, epsilon(draw, together), **flags)
    return layer, (layer.num_channels, *positions)


NORMALIZATIONS = {
    **{kind: channel_norm(kind) for kind in (BatchNorm1d, BatchNorm2d, BatchNorm3d)},
    **{kind: channel_norm(kind) for kind in (InstanceNorm1d, InstanceNorm2d, InstanceNorm3d)},
    LayerNorm: layer_norm(),
    GroupNorm: group_norm(),
}
