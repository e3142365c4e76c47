"""A cross-correlation and its two derivatives, as products of matrices; a transposed convolution is the second.

With what tap t sees of channel c as row (t, c) of `columns`: y = W columns; ∂J/∂columns = Wᵀ δ, where every entry goes
back to where it was seen; ∂J/∂W = δ columnsᵀ. All of them take a few images at a time, of one at least, so that the
columns stay in a core's cache.

Shapes: x (batch, channels, …), y (batch, out, …), weight (out, channels / groups, *kernel); `at` are the windows on x
"""

import numpy as np

from gradiente.errors import require, require_flag
from gradiente.layers.base import Array, require_positive
from gradiente.layers.columns import Columns
from gradiente.layers.windows import Windows
from gradiente.threads import share


def correlate(x: Array, weight: Array, at: Windows, groups: int, bias: Array | None = None) -> Array:
    """y[o, p] = Σ_c Σ_t w[o, c, t] · x[c, s·p + d·t] + b[o]"""
    matrix = _matrix(weight, groups)
    added = 0 if bias is None else _along_channels(bias, x)
    y = np.empty((len(x), len(weight), *at.output), x.dtype)

    def work(part: range) -> None:
        columns = Columns(at, x.shape[1], groups, x.dtype)
        for chunk in columns.chunks(part):
            product = columns.product(matrix, columns.of(x[chunk]))
            np.add(columns.narrow(product), added, out=y[chunk])

    share(work, len(x), y.size * matrix.shape[2])
    return y


def spread(y: Array, weight: Array, at: Windows, groups: int, bias: Array | None = None) -> Array:
    """x[c, q] = Σ_o Σ_t w[o, c, t] · y[o, p] over the p with s·p + d·t = q, + b[c]"""
    matrix = _matrix(weight, groups).swapaxes(1, 2)
    channels = weight.shape[1] * groups
    x = np.empty((len(y), channels, *at.input), y.dtype)

    def work(part: range) -> None:
        columns = Columns(at, channels, groups, y.dtype, every=True)
        for chunk in columns.chunks(part):
            columns.back(columns.product(matrix, columns.widen(y[chunk])), out=x[chunk])
            if bias is not None:
                x[chunk] += _along_channels(bias, x)

    share(work, len(y), y.size * matrix.shape[1])
    return x


def weight_gradient(x: Array, y: Array, at: Windows, groups: int, out: Array) -> None:
    """w[o, c, t] = Σᵢ Σ_p y[o, p] · x[c, s·p + d·t], written into `out`"""

    def work(part: range) -> Array:
        columns = Columns(at, x.shape[1], groups, x.dtype)
        total = np.zeros(_matrix(out, groups).shape, x.dtype)
        for chunk in columns.chunks(part):
            total += columns.product(columns.widen(y[chunk]), columns.of(x[chunk]).swapaxes(1, 2))
        return total

    totals = share(work, len(x), y.size * out[0].size)
    by_tap = sum(totals[1:], start=totals[0]).reshape(len(out), -1, out.shape[1])
    out[...] = by_tap.swapaxes(1, 2).reshape(out.shape)


def bias_gradient(y: Array, out: Array) -> None:
    """b[o] = Σᵢ Σ_p y[o, p], written into `out`

    Added one after the other, so many numbers lose digits in float32: NumPy adds pairwise, but only along one piece of
    memory. So that is an image's, and the images are added in float64.
    """
    by_image = np.ascontiguousarray(y).sum(axis=tuple(range(2, y.ndim)))  # (batch, out)
    out[...] = by_image.sum(axis=0, dtype=np.float64)


def require_channels(layer: str, in_channels: int, out_channels: int, groups: int, *, bias: bool) -> None:
    """Numbers of channels that the groups divide, or an error that names the wrong one."""
    require_positive(layer, in_channels=in_channels, out_channels=out_channels, groups=groups)
    require_flag(layer, bias=bias)
    for name, value in (("in_channels", in_channels), ("out_channels", out_channels)):
        require(value % groups == 0, "conv.groups", layer=layer, groups=groups, name=name, value=value)


def _matrix(weight: Array, groups: int) -> Array:
    """The weights as the left factor: (groups, out / groups, taps · channels / groups)."""
    by_tap = weight.reshape(*weight.shape[:2], -1).swapaxes(1, 2)
    return by_tap.reshape(groups, len(weight) // groups, -1)


def _along_channels(bias: Array, x: Array) -> Array:
    return bias.reshape(-1, *(1,) * (x.ndim - 2))
