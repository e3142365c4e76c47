"""Adaptive average pools over one, two and three axes: one formula, three names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.layers.adaptive_pool import AdaptivePool
from gradiente.layers.base import Array, Arrays, Context, Shape
from gradiente.layers.separable import along_axes
from gradiente.operations import Operations, Value
from gradiente.terms import Closing, Factor, Index, LayerStep, Opening, opening, term, total


@dataclass(frozen=True)
class _AdaptiveAvgPool(AdaptivePool):
    """The base class of the three, for any number of spatial axes: a matrix of means per axis."""

    equation = r"Y_{c,p} = \frac{1}{k_p} \sum_{q = \lfloor p n / o \rfloor}^{\lceil (p + 1) n / o \rceil - 1} X_{c,q}"
    derivative = {
        "x": r"\frac{\partial J}{\partial X_{c,q}} ="
        r" \sum_{p \,:\, \lfloor p n / o \rfloor \le q < \lceil (p + 1) n / o \rceil} \frac{\delta_{c,p}}{k_p}"
    }

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Shape]:
        return along_axes(self._matrices(x.shape, x.dtype), x), x.shape

    def input_gradient(self, parameters: Arrays, cache: Shape, dy: Array) -> Array:
        return along_axes([means.T for means in self._matrices(cache, dy.dtype)], dy)

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,c,p] = Σ of the window's entries / k"""
        terms = self.entries(at, index)
        return opening(terms, Closing(f"Σ/{len(terms)}", total(terms) / len(terms)))

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,c,q] = Σ_p δ[i,c,p]·1/k over the windows p that see q"""
        i, c, *_ = index
        terms = []
        for window in self.windows_over(at, index):
            place = (i, c, *window)
            k = len(self.entries(at, place))
            terms.append(term(at.delta[place], Factor(f"1/{k}", 1 / k)))
        return opening(terms)

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        if all(size == 1 for size in self._sizes()):
            return to.mean(x, range(2, x.ndim))
        return to.along_axes(self._matrices(x.shape, np.float64), x)

    def _matrices(self, shape: Shape, dtype: Any) -> list[Array]:
        """For every axis the matrix of means: 1/k where a window, its row, sees an entry, its column."""
        matrices = []
        for spans, n in zip(self._spans(shape), shape[2:], strict=True):
            means = np.zeros((len(spans), n), dtype)
            for row, span in zip(means, spans, strict=True):
                row[span] = 1 / len(span)
            matrices.append(means)
        return matrices


@dataclass(frozen=True)
class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    r"""The means of a given number of windows of a sequence, whatever its length; of one: global average pooling.

    Equation:   y[c, p] = 1/k · Σ x[c, q] over q from ⌊p·n/o⌋ to ⌈(p + 1)·n/o⌉ − 1,   k of them
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] / k over the windows p that see q,   with δ = ∂J/∂y

    As a product, with P[p, q] = 1/k where window p sees entry q, else 0: y = x Pᵀ,   ∂J/∂x = δ P.

    Arguments:
        output_size: o, how many outputs there are, ≥ 1

    Shapes: x (batch, channels, n) → y (batch, channels, o)
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or an axis without entries

    >>> import numpy as np
    >>> AdaptiveAvgPool1d(2).forward({}, np.array([[[1.0, 3.0, 5.0]]]), Context())[0]
    array([[[2., 4.]]])

    Source: torch.nn.AdaptiveAvgPool1d
    """

    rank = 1
    examples = (("AdaptiveAvgPool1d(1)", (3, 2, 6)), ("AdaptiveAvgPool1d(4)", (2, 3, 7)))


@dataclass(frozen=True)
class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    r"""The means of a given number of windows of an image, whatever its size; of one: global average pooling.

    Equation:   y[c, p] = 1/k · Σ x[c, q] over q from ⌊p·n/o⌋ to ⌈(p + 1)·n/o⌉ − 1 on every axis,   k of them
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] / k over the windows p that see q,   with δ = ∂J/∂y

    As products, with P[p, q] = 1/k where window p of an axis sees entry q, else 0, for rows and for columns:
    y = P_h x P_wᵀ,   ∂J/∂x = P_hᵀ δ P_w.

    `AdaptiveAvgPool2d(1)` is global average pooling: one number per channel, the mean of its whole image.

    Arguments:
        output_size: o, rows and columns of outputs, one number where they are equal, ≥ 1; None keeps that axis

    Shapes: x (batch, channels, height, width) → y (batch, channels, o, o)
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or an axis without entries

    >>> AdaptiveAvgPool2d(1).output_shape((512, 7, 7)), AdaptiveAvgPool2d((None, 2)).output_shape((3, 9, 9))
    ((512, 1, 1), (3, 9, 2))

    Source: Lin, Chen and Yan, "Network in Network" (global average pooling); torch.nn.AdaptiveAvgPool2d
    """

    rank = 2
    examples = (
        ("AdaptiveAvgPool2d(1)", (3, 2, 4, 5)),
        ("AdaptiveAvgPool2d((3, 2))", (2, 2, 7, 6)),
        ("AdaptiveAvgPool2d((None, 5))", (2, 2, 3, 3)),
    )


@dataclass(frozen=True)
class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    r"""The means of a given number of windows of a volume, whatever its size; of one: global average pooling.

    Equation:   y[c, p] = 1/k · Σ x[c, q] over q from ⌊p·n/o⌋ to ⌈(p + 1)·n/o⌉ − 1 on every axis,   k of them
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] / k over the windows p that see q,   with δ = ∂J/∂y

    Arguments:
        output_size: o, frames, rows and columns of outputs, one number where they are equal, ≥ 1; None keeps that axis

    Shapes: x (batch, channels, depth, height, width) → y (batch, channels, o, o, o)
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or an axis without entries

    >>> AdaptiveAvgPool3d((None, 1, 1)).output_shape((8, 16, 32, 32))
    (8, 16, 1, 1)

    Source: torch.nn.AdaptiveAvgPool3d
    """

    rank = 3
    examples = (
        ("AdaptiveAvgPool3d(1)", (2, 2, 3, 4, 2)),
        ("AdaptiveAvgPool3d((2, None, 3))", (2, 1, 5, 2, 4)),
    )
