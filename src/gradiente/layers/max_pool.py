"""Maximum pools over one, two and three axes: one formula, three names."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any

import numpy as np

from gradiente.errors import require_flag
from gradiente.layers.base import Array, Arrays, Context, Shape, require_default
from gradiente.layers.pool import Pool, instance_bytes, size
from gradiente.layers.windows import Windows, canonical
from gradiente.operations import Operations, Value
from gradiente.terms import Closing, Factor, Index, LayerStep, Opening, opening, subscript, term
from gradiente.threads import chunks, share


@dataclass(frozen=True)
class _MaxPool(Pool):
    """The base class of the three, for any number of spatial axes."""

    dilation: int | Shape = 1
    return_indices: InitVar[bool] = False
    ceil_mode: bool = False

    equation = r"Y_{c,p} = \max_{t} X_{c,\, s p + d t}"
    derivative = {
        "x": r"\frac{\partial J}{\partial X_{c,q}} = \sum_{p} \delta_{c,p}"
        r" \begin{cases} 1 & q = s p + d \cdot \operatorname{argmax}_{t} X_{c,\, s p + d t} \\ 0 & \end{cases}"
    }

    def __post_init__(self, return_indices: bool) -> None:
        require_default(type(self).__name__, return_indices=(return_indices, False))
        require_flag(type(self).__name__, ceil_mode=self.ceil_mode)
        super().__post_init__()
        object.__setattr__(self, "dilation", canonical(self.dilation))
        self._each_axis("dilation")

    def _windows(self, shape: tuple[Any, ...]) -> Windows:
        return self._fitted(shape, dilation=self._each_axis("dilation"), ceil_mode=self.ceil_mode)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, tuple[Array, Array]]:
        at = self._windows(x.shape)
        y = np.empty((*x.shape[:2], *at.output), x.dtype)

        def work(part: range) -> None:
            for chunk in chunks(part, instance_bytes(x)):
                padded, largest = at.pad(x[chunk], -np.inf), y[chunk]
                first, *others = at.tap_slices()
                largest[...] = padded[(..., *first)]
                for tap in others:
                    np.maximum(largest, padded[(..., *tap)], out=largest)

        share(work, len(x), size(y, at))
        return y, (x, y)

    def input_gradient(self, parameters: Arrays, cache: tuple[Array, Array], dy: Array) -> Array:
        x, y = cache
        at = self._windows(x.shape)
        dx = np.empty(x.shape, dy.dtype)

        def work(part: range) -> None:
            for chunk in chunks(part, instance_bytes(x)):
                # NaN in the padding: it equals no maximum, not even −∞
                padded, largest, delta = at.pad(x[chunk], np.nan), y[chunk], dy[chunk]
                gradient = np.zeros(padded.shape, dy.dtype)
                pending = np.ones(largest.shape, bool)  # a window's gradient goes to the first of its maxima
                for tap in at.tap_slices():
                    chosen = padded[(..., *tap)] == largest
                    chosen &= pending
                    pending ^= chosen
                    if at.overlap:
                        gradient[(..., *tap)] += delta * chosen
                    else:
                        np.multiply(delta, chosen, out=gradient[(..., *tap)])
                if pending.any():
                    _add_at_nan(gradient, delta, pending, x[chunk], at)
                dx[chunk] = gradient[(..., *at.interior)]

        share(work, len(x), size(y, at))
        return dx

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,c,p] = max of the window's entries"""
        terms = self.entries(at, index)
        return opening(terms, Closing("max", max(entry.value for entry in terms)))

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,c,q] = Σ_p δ[i,c,p]·[q is where window p has its maximum], the first of several"""
        i, c, *_ = index
        terms = []
        for window in self.windows_over(at, index):
            place = (i, c, *window)
            first = max(self.entries(at, place), key=lambda entry: entry.value).factors[0]
            chosen = float(first.index == at.x.shown(index))
            terms.append(term(at.delta[place], Factor(f"[argmax={subscript(at.x.shown(index))}]", chosen)))
        return opening(terms)

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        return to.max_pool(x, self._windows(x.shape))

    def to_torch(self):
        import torch

        return getattr(torch.nn, type(self).__name__)(**vars(self))


def _add_at_nan(gradient: Array, delta: Array, pending: Array, x: Array, at: Windows) -> None:
    """A window whose maximum is NaN gives its gradient to its last NaN, as in PyTorch."""
    is_nan = np.isnan(at.pad(x))
    for tap in reversed(list(at.tap_slices())):
        chosen = is_nan[(..., *tap)] & pending
        pending ^= chosen
        gradient[(..., *tap)] += delta * chosen


@dataclass(frozen=True)
class MaxPool1d(_MaxPool):
    r"""The maximum of every window of a sequence.

    Equation:   y[c, p] = max over t of x[c, s·p + d·t],   with stride s, dilation d
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] over the windows p whose maximum is at q,   with δ = ∂J/∂y

    Where several entries are the largest, the first of them gets the gradient, as in PyTorch; of several NaN, the last.

    Arguments:
        kernel_size: k, how many steps a window has, ≥ 1
        stride: s, by how much it moves, ≥ 1; None is kernel_size
        padding: entries of −∞ on both ends, from 0 to kernel_size / 2
        dilation: d, the distance of the window's entries, ≥ 1
        return_indices: accepted as False only
        ceil_mode: a last window may reach over the end

    Shapes: x (batch, channels, length) → y (batch, channels, ⌊(length + 2p − d(k − 1) − 1) / s⌋ + 1)
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or a kernel larger than x

    >>> import numpy as np
    >>> MaxPool1d(2).forward({}, np.array([[[1.0, 3.0, 2.0, 0.0]]]), Context())[0]
    array([[[3., 2.]]])

    Source: the lecture, "Overfitting" and "PyTorch" (nn.MaxPool); torch.nn.MaxPool1d
    """

    rank = 1
    examples = (
        ("MaxPool1d(2)", (3, 2, 9)),
        ("MaxPool1d(3, stride=2, padding=1, dilation=2)", (2, 3, 11)),
    )


@dataclass(frozen=True)
class MaxPool2d(_MaxPool):
    r"""The maximum of every window of an image.

    Equation:   y[c, p] = max over t of x[c, s·p + d·t],   p and t with two coordinates
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] over the windows p whose maximum is at q,   with δ = ∂J/∂y

    Where several entries are the largest, the first of them gets the gradient, as in PyTorch; of several NaN, the last.

    Arguments:
        kernel_size: rows and columns of a window, one number where they are equal, ≥ 1
        stride: by how much it moves, ≥ 1; None is kernel_size
        padding: entries of −∞ on every side, from 0 to kernel_size / 2
        dilation: the distance of the window's entries, ≥ 1
        return_indices: accepted as False only
        ceil_mode: last windows may reach over the end

    Shapes: x (batch, channels, height, width) → y (batch, channels, height', width'), each side
        ⌊(side + 2p − d(k − 1) − 1) / s⌋ + 1
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or a kernel larger than x

    >>> MaxPool2d(2).output_shape((32, 28, 28))
    (32, 14, 14)

    Source: the lecture, "Overfitting" and "PyTorch" (nn.MaxPool); torch.nn.MaxPool2d
    """

    rank = 2
    examples = (
        ("MaxPool2d(2)", (3, 2, 9, 7)),
        ("MaxPool2d(3, stride=2, padding=1, ceil_mode=True)", (2, 3, 8, 8)),
        ("MaxPool2d((2, 3), stride=1)", (2, 2, 5, 7)),
    )


@dataclass(frozen=True)
class MaxPool3d(_MaxPool):
    r"""The maximum of every window of a video or a volume.

    Equation:   y[c, p] = max over t of x[c, s·p + d·t],   p and t with three coordinates
    Derivative: ∂J/∂x[c, q] = Σ δ[c, p] over the windows p whose maximum is at q,   with δ = ∂J/∂y

    Where several entries are the largest, the first of them gets the gradient, as in PyTorch; of several NaN, the last.

    Arguments:
        kernel_size: frames, rows and columns of a window, one number where they are equal, ≥ 1
        stride: by how much it moves, ≥ 1; None is kernel_size
        padding: entries of −∞ on every side, from 0 to kernel_size / 2
        dilation: the distance of the window's entries, ≥ 1
        return_indices: accepted as False only
        ceil_mode: last windows may reach over the end

    Shapes: x (batch, channels, depth, height, width) → y (batch, channels, depth', height', width'), each side
        ⌊(side + 2p − d(k − 1) − 1) / s⌋ + 1
    Errors: ArgumentError for a number out of range; ShapeError for another rank, or a kernel larger than x

    >>> MaxPool3d((1, 2, 2)).output_shape((8, 16, 32, 32))
    (8, 16, 16, 16)

    Source: the lecture, "Overfitting" and "PyTorch" (nn.MaxPool); torch.nn.MaxPool3d
    """

    rank = 3
    examples = (
        ("MaxPool3d(2)", (2, 2, 5, 4, 7)),
        ("MaxPool3d((1, 2, 3), stride=2, padding=(0, 1, 1))", (2, 1, 4, 5, 6)),
    )
