"""Convolutions and pools of random geometry, each with the shape of an instance for it."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from gradiente import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    Context,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)


@st.composite
def axis(draw):
    """One axis: its length, and a kernel, stride, padding and dilation that fit it."""
    kernel, stride, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    padding = draw(st.integers(0, kernel // 2))
    span = dilation * (kernel - 1) + 1
    return draw(st.integers(max(1, span - 2 * padding), 7)), kernel, stride, padding, dilation


@st.composite
def transposed_axis(draw):
    """One axis: its length, and a kernel, stride, padding, dilation and output_padding that leave something of y."""
    length, kernel = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    more = draw(st.integers(0, max(stride, dilation) - 1))
    whole = (length - 1) * stride + dilation * (kernel - 1) + 1 + more
    return length, kernel, stride, draw(st.integers(0, (whole - 1) // 2)), dilation, more


def geometry(draw, rank, axis=axis):
    """Every hyperparameter as one number an axis; where all are equal, also as one number."""
    numbers = zip(*(draw(axis()) for _ in range(rank)), strict=True)
    lengths, *rest = (tuple(n) for n in numbers)
    return lengths, *(n[0] if len(set(n)) == 1 and draw(st.booleans()) else n for n in rest)


def grouped(draw):
    """Channels before and after, and a number of groups that divides both."""
    groups = draw(st.integers(1, 3))
    return groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2)), groups


@st.composite
def conv(draw, kind):
    channels, outputs, groups = grouped(draw)
    lengths, kernel, stride, padding, dilation = geometry(draw, kind.rank)
    if draw(st.booleans()):
        stride, padding = 1, "same"
    mode = draw(st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"]))
    if mode != "zeros":
        lengths = tuple(max(n, 4) for n in lengths)  # enough to copy
    bias = draw(st.booleans())
    layer = kind(channels, outputs, kernel, stride, padding, dilation, groups, bias, mode)
    return layer, (channels, *lengths)


@st.composite
def conv_transpose(draw, kind):
    channels, outputs, groups = grouped(draw)
    lengths, kernel, stride, padding, dilation, more = geometry(draw, kind.rank, transposed_axis)
    bias = draw(st.booleans())
    layer = kind(channels, outputs, kernel, stride, padding, more, groups, bias, dilation)
    return layer, (channels, *lengths)


@st.composite
def pool(draw, kind):
    lengths, kernel, stride, padding, dilation = geometry(draw, kind.rank)
    options = {"ceil_mode": draw(st.booleans())}
    if kind.__name__.startswith("Max"):
        options["dilation"] = dilation
    else:
        options["count_include_pad"] = draw(st.booleans())
        if kind.rank > 1:
            options["divisor_override"] = draw(st.sampled_from([None, 1, 5]))
    if kind is AvgPool3d:  # a kernel larger than x is refused there
        kernels = (kernel,) * kind.rank if isinstance(kernel, int) else kernel
        lengths = tuple(max(n, k) for n, k in zip(lengths, kernels, strict=True))
    layer, shape = kind(kernel, stride, padding, **options), (draw(st.integers(1, 3)), *lengths)
    # Far taps on a short axis may both fall in the padding: the maximum is −∞, and PyTorch's gradient anywhere.
    assume(np.isfinite(layer.forward({}, np.zeros((1, *shape)), Context())[0]).all())
    return layer, shape


WINDOWS = {
    **{kind: conv(kind) for kind in (Conv1d, Conv2d, Conv3d)},
    **{kind: conv_transpose(kind) for kind in (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)},
    **{kind: pool(kind) for kind in (MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d)},
}
