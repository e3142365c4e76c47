"""Average pools over one, two and three axes: one formula, three names."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from gradiente.errors import ShapeError, require_flag
from gradiente.layers.base import Array, Arrays, Context, Shape, require_positive
from gradiente.layers.pool import Pool, instance_bytes, size
from gradiente.layers.windows import Windows, canonical
from gradiente.operations import Operations, Value
from gradiente.terms import Closing, Factor, Index, LayerStep, Opening, opening, term, total
from gradiente.threads import chunks, share


@dataclass(frozen=True)
class _AvgPool(Pool):
    """The base class of the three, for any number of spatial axes."""

    ceil_mode: bool = False
    count_include_pad: bool = True

    equation = r"Y_{c,p} = \frac{1}{k} \sum_{t} X_{c,\, s p + t}"
    derivative = {
        "x": r"\frac{\partial J}{\partial X_{c,q}} = \sum_{t} \sum_{p \,:\, s p + t = q} \frac{\delta_{c,p}}{k}"
    }

    def __post_init__(self) -> None:
        name = type(self).__name__
        require_flag(name, ceil_mode=self.ceil_mode, count_include_pad=self.count_include_pad)
        super().__post_init__()

    def _windows(self, shape: tuple[Any, ...]) -> Windows:
        return self._fitted(shape, ceil_mode=self.ceil_mode)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Shape]:
        at = self._windows(x.shape)
        y = np.zeros((*x.shape[:2], *at.output), x.dtype)
        count = self._count(at).astype(x.dtype)

        def work(part: range) -> None:
            for chunk in chunks(part, instance_bytes(x)):
                padded, total = at.pad(x[chunk]), y[chunk]
                for tap in at.tap_slices():
                    total += padded[(..., *tap)]
                total /= count

        share(work, len(x), size(y, at))
        return y, x.shape

    def input_gradient(self, parameters: Arrays, cache: Shape, dy: Array) -> Array:
        shape = cache
        at = self._windows(shape)
        dx = np.empty(shape, dy.dtype)
        count = self._count(at).astype(dy.dtype)

        def work(part: range) -> None:
            for chunk in chunks(part, instance_bytes(dx)):
                portion = dy[chunk] / count
                gradient = np.zeros((*portion.shape[:2], *at.padded), dy.dtype)
                for tap in at.tap_slices():
                    gradient[(..., *tap)] += portion
                dx[chunk] = gradient[(..., *at.interior)]

        share(work, len(dy), size(dy, at))
        return dx

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,c,p] = Σ of the window's entries / k"""
        terms, k = self.entries(at, index), self._count_of(at, index[2:])
        return opening(terms, Closing(f"Σ/{k:g}", total(terms) / k))

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,c,q] = Σ_p δ[i,c,p]·1/k over the windows p that see q"""
        i, c, *_ = index
        terms = []
        for window in self.windows_over(at, index):
            k = self._count_of(at, window)
            terms.append(term(at.delta[(i, c, *window)], Factor(f"1/{k:g}", 1 / k)))
        return opening(terms)

    def _count_of(self, at: LayerStep, window: Index) -> float:
        """k of that window."""
        return float(self._count(self._windows(at.x.values.shape))[window])

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        at = self._windows(x.shape)
        return to.average_pool(x, at, self._count(at))

    def to_torch(self):
        import torch

        return getattr(torch.nn, type(self).__name__)(**vars(self))

    def _count(self, at: Windows) -> Array:
        """k for every window."""
        counts = []
        for n, k, s, p, windows in zip(at.input, at.kernel, at.stride, at.before, at.output, strict=True):
            start = np.arange(windows) * s - p
            stop = np.minimum(start + k, n + p)
            if not self.count_include_pad:
                start, stop = np.maximum(start, 0), np.minimum(stop, n)
            counts.append(stop - start)
        return reduce(np.multiply.outer, counts)


@dataclass(frozen=True)
class _AvgPoolWithDivisor(_AvgPool):
    """What PyTorch has for images and volumes only: a number of one's own in the place of k."""

    divisor_override: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "divisor_override", canonical(self.divisor_override))
        if self.divisor_override is not None:
            require_positive(type(self).__name__, divisor_override=self.divisor_override)

    def _count(self, at: Windows) -> Array:
        if self.divisor_override is None:
            return super()._count(at)
        return np.full(at.output, self.divisor_override)


@dataclass(frozen=True)
class AvgPool1d(_AvgPool):
    r"""The mean of every window of a sequence.

    Equation:   y[c, p] = 1/k · Σ_t x[c, s·p + t],   with stride s and k entries in the window
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] / k over the windows p that see q,   with δ = ∂J/∂y

    Arguments:
        kernel_size: how many steps a window has, ≥ 1
        stride: s, by how much it moves, ≥ 1; None is kernel_size
        padding: zeros on both ends, from 0 to kernel_size / 2
        ceil_mode: a last window may reach over the end; what is beyond does not count in k
        count_include_pad: whether the zeros count in k

    Shapes: x (batch, channels, length) → y (batch, channels, ⌊(length + 2p − kernel_size) / s⌋ + 1)
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or a kernel larger than x

    >>> import numpy as np
    >>> AvgPool1d(2).forward({}, np.array([[[1.0, 3.0, 2.0, 0.0]]]), Context())[0]
    array([[[2., 1.]]])

    Source: the lecture, "Overfitting" (pooling); torch.nn.AvgPool1d
    """

    rank = 1
    examples = (
        ("AvgPool1d(2)", (3, 2, 9)),
        ("AvgPool1d(3, stride=2, padding=1, count_include_pad=False)", (2, 3, 10)),
    )


@dataclass(frozen=True)
class AvgPool2d(_AvgPoolWithDivisor):
    r"""The mean of every window of an image.

    Equation:   y[c, p] = 1/k · Σ_t x[c, s·p + t],   p and t with two coordinates, k entries in the window
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] / k over the windows p that see q,   with δ = ∂J/∂y

    Arguments:
        kernel_size: rows and columns of a window, one number where they are equal, ≥ 1
        stride: by how much it moves, ≥ 1; None is kernel_size
        padding: zeros on every side, from 0 to kernel_size / 2
        ceil_mode: last windows may reach over the end; what is beyond does not count in k
        count_include_pad: whether the zeros count in k
        divisor_override: k itself, whatever the window has; None: its entries are counted

    Shapes: x (batch, channels, height, width) → y (batch, channels, height', width'), each side
        ⌊(side + 2p − kernel_size) / s⌋ + 1
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or a kernel larger than x

    >>> AvgPool2d(7).output_shape((64, 7, 7))
    (64, 1, 1)

    Source: the lecture, "Overfitting" (pooling); LeCun et al., 1998; torch.nn.AvgPool2d
    """

    rank = 2
    examples = (
        ("AvgPool2d(2)", (3, 2, 9, 7)),
        ("AvgPool2d(3, stride=2, padding=1, ceil_mode=True)", (2, 3, 8, 8)),
        ("AvgPool2d((2, 3), padding=1, count_include_pad=False)", (2, 2, 5, 7)),
        ("AvgPool2d(2, divisor_override=3)", (2, 2, 4, 5)),
    )


@dataclass(frozen=True)
class AvgPool3d(_AvgPoolWithDivisor):
    r"""The mean of every window of a video or a volume.

    Equation:   y[c, p] = 1/k · Σ_t x[c, s·p + t],   p and t with three coordinates, k entries in the window
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] / k over the windows p that see q,   with δ = ∂J/∂y

    Arguments:
        kernel_size: frames, rows and columns of a window, one number where they are equal, ≥ 1
        stride: by how much it moves, ≥ 1; None is kernel_size
        padding: zeros on every side, from 0 to kernel_size / 2
        ceil_mode: last windows may reach over the end; what is beyond does not count in k
        count_include_pad: whether the zeros count in k
        divisor_override: k itself, whatever the window has; None: its entries are counted

    Shapes: x (batch, channels, depth, height, width) → y (batch, channels, depth', height', width'), each side
        ⌊(side + 2p − kernel_size) / s⌋ + 1
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or a kernel larger than x: here
        padding makes no room for it, as in PyTorch

    >>> AvgPool3d(2, ceil_mode=True).output_shape((8, 5, 5, 5))
    (8, 3, 3, 3)

    Source: the lecture, "Overfitting" (pooling); torch.nn.AvgPool3d
    """

    rank = 3
    examples = (
        ("AvgPool3d(2)", (2, 2, 5, 4, 7)),
        ("AvgPool3d(3, stride=2, padding=1, count_include_pad=False)", (2, 1, 5, 6, 4)),
        ("AvgPool3d(2, divisor_override=5)", (2, 1, 4, 3, 2)),
    )

    def _windows(self, shape: tuple[Any, ...]) -> Windows:
        at = super()._windows(shape)
        if any(k > n for k, n in zip(at.kernel, at.input, strict=True)):
            raise ShapeError("avg_pool.kernel", kernel=self.kernel_size, shape=at.input)
        return at
