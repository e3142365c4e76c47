"""Windows that slide over the spatial axes of a batch: one geometry for convolutions and pools of any rank."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from gradiente.errors import ShapeError, require
from gradiente.layers import padding as paddings
from gradiente.layers.base import Array, Shape, written_shape


@dataclass(frozen=True)
class Windows:
    """Where a kernel's taps fall on x, an entry an axis.

    Window i of an axis begins at i · stride on the padded axis, and its tap k is dilation · k further on.
    """

    input: Shape
    kernel: Shape
    stride: Shape
    dilation: Shape
    before: Shape  # how many entries are put before the first one …
    after: Shape  # … and behind the last one
    output: Shape  # how many windows there are
    mode: str = "zeros"  # what the padding holds

    @property
    def padded(self) -> Shape:
        """The spatial shape including the padding."""
        return tuple(b + n + a for b, n, a in zip(self.before, self.input, self.after, strict=True))

    @property
    def overlap(self) -> bool:
        """Whether an entry may be seen by more than one window."""
        return any(s <= d * (k - 1) for s, d, k in zip(self.stride, self.dilation, self.kernel, strict=True))

    @property
    def interior(self) -> tuple[slice, ...]:
        """Where x lies on the padded axes."""
        return tuple(slice(b, b + n) for b, n in zip(self.before, self.input, strict=True))

    @property
    def taps(self) -> list[Shape]:
        """The places of the kernel's taps inside a window, in the order of the kernel's entries."""
        places = product(*(range(k) for k in self.kernel))
        return [tuple(d * k for d, k in zip(self.dilation, place, strict=True)) for place in places]

    @cached_property
    def sources(self) -> list[Array]:
        """For every axis, the place of x whose number each entry of the padded axis holds; −1 where that is a 0."""
        axes = zip(self.input, self.before, self.after, strict=True)
        return [paddings.sources(self.mode, n, before, after) for n, before, after in axes]

    def place_of(self, window: Shape, tap: Shape) -> Shape | None:
        """The place of the input that an entry of the kernel meets in a window; None where that is a 0."""
        axes = zip(self.sources, window, self.stride, tap, self.dilation, strict=True)
        place = tuple(int(source[p * s + k * d]) for source, p, s, k, d in axes)
        return None if -1 in place else place

    def windows_of(self, place: Shape, tap: Shape) -> Iterator[Shape]:
        """The windows whose entry of the kernel meets that place of the input: several, where the padding copies it."""
        met = zip(self.sources, self._tap_slice(tap), place, strict=True)
        return product(*(np.flatnonzero(source[entries] == q).tolist() for source, entries, q in met))

    def tap_slices(self) -> Iterator[tuple[slice, ...]]:
        """For every tap, the entries of the padded axes that it meets, in the shape of the output."""
        return map(self._tap_slice, np.ndindex(*self.kernel))

    def pad(self, x: Array, fill: float = 0.0) -> Array:
        """x with its padding; x itself where there is none."""
        if self.padded == self.input:
            return x
        if self.mode != "zeros":
            return paddings.pad(x, self.sources)
        padded = np.full((*x.shape[: -len(self.input)], *self.padded), fill, x.dtype)
        padded[(..., *self.interior)] = x
        return padded

    def unpad(self, padded: Array) -> Array:
        """The gradient of x from that of the padded x, which is changed."""
        if self.mode != "zeros":
            return paddings.fold(padded, self.sources, self.interior)
        return padded[(..., *self.interior)]

    def _tap_slice(self, tap: Shape) -> tuple[slice, ...]:
        axes = zip(tap, self.dilation, self.stride, self.output, strict=True)
        return tuple(slice(k * d, k * d + s * (n - 1) + 1, s) for k, d, s, n in axes)


def windows(
    layer: str,
    input_shape: Sequence[int],
    kernel: Shape,
    *,
    stride: Shape,
    dilation: Shape,
    padding: Shape,
    padding_after: Shape | None = None,
    mode: str = "zeros",
    ceil_mode: bool = False,
) -> Windows:
    """The windows of a layer on an input, or an error if none fits.

    Equation:   output = ⌊(input + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1,   ⌈ ⌉ in ceil mode,
                where a window that would begin in the padding on the right is left out

    Arguments:
        padding_after: behind the last entry, where it is not as before the first
        mode: what the padding holds, one of padding.MODES
    """
    require_entries(layer, input_shape)
    output, after = [], []
    for axis in zip(input_shape, kernel, stride, dilation, padding, padding_after or padding, strict=True):
        n, k, s, d, before, behind = axis
        span, whole = d * (k - 1) + 1, before + n + behind
        count = (whole - span) // s + 1
        if ceil_mode and (whole - span) % s and count * s < n + before:
            count += 1
        shape = tuple(input_shape)
        if count < 1 or n < 1:
            raise ShapeError("windows.kernel", layer=layer, span=span, size=n, padding=before, shape=shape)
        if max(before, behind) > paddings.most(mode, n):
            copied = {"mode": mode, "padding": max(before, behind), "size": n, "shape": shape}
            raise ShapeError("windows.copies", layer=layer, **copied, most=paddings.most(mode, n))
        output.append(count)
        after.append(max(behind, (count - 1) * s + span - n - before))
    return Windows(tuple(input_shape), kernel, stride, dilation, padding, tuple(after), tuple(output), mode)


def each_axis(layer: str, name: str, value: int | Shape, rank: int, *, least: int) -> Shape:
    """A hyperparameter as one number an axis: a single number counts for every axis."""
    numbers = value if isinstance(value, tuple) else (value,) * rank
    is_integer = all(
        isinstance(n, int | np.integer) and not isinstance(n, bool) and n >= least for n in numbers
    )
    require(
        len(numbers) == rank and is_integer,
        "windows.numbers",
        layer=layer,
        name=name,
        rank=rank,
        least=least,
        value=repr(value),
    )
    return numbers


def require_channels_first(
    layer: str, rank: int, shape: Sequence[int | str], channels: int | None = None
) -> None:
    """x is (batch, channels, …) with `rank` spatial axes, and has the channels that the layer was made for."""
    if len(shape) == rank + 2 and channels in (None, shape[1]):
        return
    axes = ("length",) if rank == 1 else ("depth", "height", "width")[3 - rank :]
    expected = ("batch", "channels" if channels is None else channels, *axes)
    key = "windows.rank" if len(shape) != rank + 2 else "windows.channels"
    raise ShapeError(key, layer=layer, expected=written_shape(expected), shape=written_shape(shape))


def require_entries(layer: str, spatial_shape: Sequence[int]) -> None:
    """No spatial axis of x is of size 0."""
    if 0 in spatial_shape:
        raise ShapeError("windows.empty", layer=layer, shape=tuple(spatial_shape))


def canonical(value: Any) -> Any:
    """Lists, as JSON has them, become tuples; numbers of NumPy become Python's."""
    if isinstance(value, list | tuple):
        return tuple(canonical(entry) for entry in value)
    return value.item() if isinstance(value, np.integer) else value
