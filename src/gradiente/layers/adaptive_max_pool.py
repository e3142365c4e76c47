"""Adaptive maximum pools over one, two and three axes: one formula, three names."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass
from itertools import product

import numpy as np

from gradiente.layers.adaptive_pool import AdaptivePool
from gradiente.layers.base import Array, Arrays, Context, Shape, require_default
from gradiente.operations import Operations, Value
from gradiente.terms import Closing, Factor, Index, LayerStep, Opening, opening, subscript, term


@dataclass(frozen=True)
class _AdaptiveMaxPool(AdaptivePool):
    """The base class of the three, for any number of spatial axes."""

    return_indices: InitVar[bool] = False

    equation = r"Y_{c,p} = \max_{\lfloor p n / o \rfloor \le q < \lceil (p + 1) n / o \rceil} X_{c,q}"
    derivative = {
        "x": r"\frac{\partial J}{\partial X_{c,q}} = \sum_{p} \delta_{c,p}"
        r" \begin{cases} 1 & q = \operatorname{argmax}_{\lfloor p n / o \rfloor \le q' < \lceil (p + 1) n / o \rceil}"
        r" X_{c,q'} \\ 0 & \end{cases}"
    }

    def __post_init__(self, return_indices: bool) -> None:
        require_default(type(self).__name__, return_indices=(return_indices, False))
        super().__post_init__()

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, tuple[Shape, Array]]:
        batch, spatial = x.shape[:2], x.shape[2:]
        numbers = np.arange(math.prod(spatial)).reshape(spatial)
        y = np.empty((*batch, *self.output_shape(x.shape[1:])[1:]), x.dtype)
        where = np.empty(y.shape, np.intp)  # the number of the entry that is the maximum
        for p, window in self._windows(x.shape):
            entries = x[(..., *window)].reshape(*batch, numbers[window].size)
            largest = _argmax(entries)
            y[(..., *p)] = np.take_along_axis(entries, largest[..., None], axis=-1)[..., 0]
            where[(..., *p)] = numbers[window].ravel()[largest]
        return y, (x.shape, where)

    def input_gradient(self, parameters: Arrays, cache: tuple[Shape, Array], dy: Array) -> Array:
        shape, where = cache
        dx = np.zeros((*shape[:2], math.prod(shape[2:])), dy.dtype)
        instances, channels = np.ogrid[: shape[0], : shape[1]]
        for p, _ in self._windows(shape):
            dx[instances, channels, where[(..., *p)]] += dy[(..., *p)]
        return dx.reshape(shape)

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,c,p] = max of the window's entries"""
        terms = self.entries(at, index)
        return opening(terms, Closing("max", max(entry.value for entry in terms)))

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,c,q] = Σ_p δ[i,c,p]·[q is where window p has its maximum], the first of several"""
        i, c, *place = index
        shape, where = at.cache
        number = np.ravel_multi_index(place, shape[2:])
        symbol = f"[argmax={subscript(at.x.shown(index))}]"
        windows = [(i, c, *window) for window in self.windows_over(at, index)]
        return opening([term(at.delta[p], Factor(symbol, float(where[p] == number))) for p in windows])

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        for axis, spans in enumerate(self._spans(x.shape), start=2):
            windows = [to.largest(to.part(x, axis, span.start, span.stop), axis) for span in spans]
            x = to.concatenate(windows, axis) if len(windows) > 1 else windows[0]
        return x

    def _windows(self, shape: Shape) -> Iterator[tuple[Index, tuple[slice, ...]]]:
        """Every output with its window."""
        for output in product(*(enumerate(spans) for spans in self._spans(shape))):
            yield (
                tuple(p for p, _ in output),
                tuple(slice(span.start, span.stop) for _, span in output),
            )


def _argmax(entries: Array) -> Array:
    """Where the largest is on the last axis, the first of several; of several NaN the last, as in PyTorch."""
    largest, is_nan = entries.argmax(axis=-1), np.isnan(entries)
    if not is_nan.any():
        return largest
    last = entries.shape[-1] - 1 - is_nan[..., ::-1].argmax(axis=-1)
    return np.where(is_nan.any(axis=-1), last, largest)


@dataclass(frozen=True)
class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    r"""The largest entries of a given number of windows of a sequence, whatever its length; of one: global max pooling.

    Equation:   y[c, p] = max of x[c, q] over q from ⌊p·n/o⌋ to ⌈(p + 1)·n/o⌉ − 1
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] over the windows p whose maximum is at q,   with δ = ∂J/∂y

    Where several entries are the largest, the first of them gets the gradient, as in PyTorch.

    Arguments:
        output_size: o, how many outputs there are, ≥ 1
        return_indices: accepted as False only

    Shapes: x (batch, channels, n) → y (batch, channels, o)
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or an axis without entries

    >>> import numpy as np
    >>> AdaptiveMaxPool1d(2).forward({}, np.array([[[1.0, 3.0, 5.0]]]), Context())[0]
    array([[[3., 5.]]])

    Source: torch.nn.AdaptiveMaxPool1d
    """

    rank = 1
    examples = (("AdaptiveMaxPool1d(1)", (3, 2, 6)), ("AdaptiveMaxPool1d(4)", (2, 3, 7)))


@dataclass(frozen=True)
class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    r"""The largest entries of a given number of windows of an image, whatever its size; of one: global max pooling.

    Equation:   y[c, p] = max of x[c, q] over q from ⌊p·n/o⌋ to ⌈(p + 1)·n/o⌉ − 1 on every axis
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] over the windows p whose maximum is at q,   with δ = ∂J/∂y

    Where several entries are the largest, the first of them gets the gradient, as in PyTorch.

    Arguments:
        output_size: o, rows and columns of outputs, one number where they are equal, ≥ 1; None keeps that axis
        return_indices: accepted as False only

    Shapes: x (batch, channels, height, width) → y (batch, channels, o, o)
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or an axis without entries

    >>> AdaptiveMaxPool2d(1).output_shape((512, 7, 7)), AdaptiveMaxPool2d((None, 2)).output_shape((3, 9, 9))
    ((512, 1, 1), (3, 9, 2))

    Source: torch.nn.AdaptiveMaxPool2d
    """

    rank = 2
    examples = (
        ("AdaptiveMaxPool2d(1)", (3, 2, 4, 5)),
        ("AdaptiveMaxPool2d((3, 2))", (2, 2, 7, 6)),
        ("AdaptiveMaxPool2d((None, 5))", (2, 2, 3, 3)),
    )


@dataclass(frozen=True)
class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    r"""The largest entries of a given number of windows of a volume, whatever its size; of one: global max pooling.

    Equation:   y[c, p] = max of x[c, q] over q from ⌊p·n/o⌋ to ⌈(p + 1)·n/o⌉ − 1 on every axis
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] over the windows p whose maximum is at q,   with δ = ∂J/∂y

    Where several entries are the largest, the first of them gets the gradient, as in PyTorch.

    Arguments:
        output_size: o, frames, rows and columns of outputs, one number where they are equal, ≥ 1; None keeps that axis
        return_indices: accepted as False only

    Shapes: x (batch, channels, depth, height, width) → y (batch, channels, o, o, o)
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or an axis without entries

    >>> AdaptiveMaxPool3d((None, 1, 1)).output_shape((8, 16, 32, 32))
    (8, 16, 1, 1)

    Source: torch.nn.AdaptiveMaxPool3d
    """

    rank = 3
    examples = (
        ("AdaptiveMaxPool3d(1)", (2, 2, 3, 4, 2)),
        ("AdaptiveMaxPool3d((2, None, 3))", (2, 1, 5, 2, 4)),
    )
