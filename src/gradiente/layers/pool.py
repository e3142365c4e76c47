"""The contract of a pool: one number per window."""

import math
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from gradiente.errors import require
from gradiente.layers.base import Array, Layer, Shape
from gradiente.layers.windows import Windows, canonical, each_axis, require_channels_first, windows
from gradiente.terms import Index, LayerStep, Term, term


@dataclass(frozen=True)
class Pool(Layer):
    """Windows over every channel by itself; `stride` None is the kernel's size: windows side by side.

    Padding is at most half of the kernel, so that no window sees nothing but padding; with a dilation as large as x
    one may.
    """

    kernel_size: int | Shape
    stride: int | Shape | None = None
    padding: int | Shape = 0

    rank: ClassVar[int]
    shares_batch = True
    symbols = {"x": "X", "y": "Y"}
    letter = "P"

    def __post_init__(self) -> None:
        name = type(self).__name__
        for field in ("kernel_size", "stride", "padding"):
            object.__setattr__(self, field, canonical(getattr(self, field)))
        kernel, padding = self._each_axis("kernel_size"), self._each_axis("padding", least=0)
        half = all(2 * p <= k for p, k in zip(padding, kernel, strict=True))
        require(half, "pool.padding", layer=name, padding=self.padding, kernel=self.kernel_size)
        if self.stride is not None:
            self._each_axis("stride")

    def output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *self._windows(("batch", *input_shape)).output)

    def entries(self, at: LayerStep, index: Index) -> list[Term]:
        """The entries of x in the window of y[index], in the order of the kernel, without the padding."""
        i, c, *window = index
        windows = self._windows(at.x.values.shape)
        places = (windows.place_of(tuple(window), tap) for tap in np.ndindex(*windows.kernel))
        return [term(at.x[(i, c, *place)]) for place in places if place is not None]

    def windows_over(self, at: LayerStep, index: Index) -> Iterator[Index]:
        """The windows that x[index] lies in."""
        _, _, *place = index
        windows = self._windows(at.x.values.shape)
        taps = np.ndindex(*windows.kernel)
        return (window for tap in taps for window in windows.windows_of(tuple(place), tap))

    @abstractmethod
    def _windows(self, shape: tuple[Any, ...]) -> Windows:
        """The windows on x of that shape."""

    def _fitted(self, shape: tuple[Any, ...], *, ceil_mode: bool, dilation: Shape | None = None) -> Windows:
        """The windows on x of that shape, or an error if none fits."""
        name = f"{type(self).__name__}({self.kernel_size})"
        require_channels_first(name, self.rank, shape)
        return windows(
            name,
            shape[2:],
            self._each_axis("kernel_size"),
            stride=self._each_axis("kernel_size" if self.stride is None else "stride"),
            dilation=dilation or (1,) * self.rank,
            padding=self._each_axis("padding", least=0),
            ceil_mode=ceil_mode,
        )

    def _each_axis(self, field: str, least: int = 1) -> Shape:
        return each_axis(type(self).__name__, field, getattr(self, field), self.rank, least=least)


def size(y: Array, at: Windows) -> int:
    """The approximate cost of a pool, in multiplications."""
    return 4 * y.size * len(at.taps)


def instance_bytes(x: Array) -> int:
    """The memory of one instance, also where there is none."""
    return math.prod(x.shape[1:]) * x.itemsize
