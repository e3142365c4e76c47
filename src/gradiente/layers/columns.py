"""The columns of some images (im2col), which make a convolution a matrix product."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from gradiente.layers.base import Array, Shape
from gradiente.layers.windows import Windows
from gradiente.threads import chunks

MOST_ENTRIES = 5  # of the padded image for every window, where the positions go along all of them


class Columns:
    """Column (i, p) has what every tap sees of image i where the window is at position p; row (t, c) has what tap
    t sees of channel c, group after group of the channels.

    Where the window moves one entry at a time, the positions go along the padded image without a break: what a
    tap sees is then one piece of memory. The few windows that reach over the end of a row are computed for
    nothing, and have a gradient of 0; where they would be most, as with a kernel as large as the image, it is not done.

    Arguments:
        every: positions are all entries of the padded image, also those where no window begins: then `back` is a
            few sums of long pieces of memory
    """

    def __init__(
        self, at: Windows, channels: int, groups: int, dtype: "np.dtype", *, every: bool = False
    ) -> None:
        self.at = at
        self.groups = groups
        self.per_group = channels // groups
        self.dtype = dtype
        windows, entries = math.prod(at.output), math.prod(at.padded)
        self.in_one_piece = set(at.stride) == {1} and entries <= MOST_ENTRIES * windows
        self.rows = (at.padded[0] if every else at.output[0], *at.padded[1:])
        if not self.in_one_piece:
            self.rows = at.output
        self.positions = math.prod(self.rows)
        # Where the first window's taps fall, and behind the last window's place, on the image laid end to end.
        self._starts = [int(np.ravel_multi_index(tap, at.padded)) for tap in at.taps]
        self._stop = 1 + int(np.ravel_multi_index([n - 1 for n in at.output], self.rows))
        self._kept = tuple(slice(n) for n in at.output)
        self._memory: dict[str, Array] = {}

    def chunks(self, images: range) -> Iterator[slice]:
        """The images in chunks whose columns fit in the cache."""
        rows = self.groups * len(self._starts) * self.per_group
        return chunks(images, rows * self.positions * self.dtype.itemsize)

    def of(self, x: Array) -> Array:
        """The columns of x: (n, channels, …) → (groups, taps · channels / groups, n · positions)."""
        padded = np.ascontiguousarray(self.at.pad(x))
        columns = self._scratch(
            "columns", (self.groups, *self.at.kernel, self.per_group, len(x), self.positions)
        )
        if self.in_one_piece:
            columns[..., self._stop :] = 0
            columns[..., : self._stop] = self._seen(padded)
        else:
            columns.reshape(*columns.shape[:-1], *self.rows)[...] = self._seen(padded)
        return columns.reshape(self.groups, -1, len(x) * self.positions)

    def back(self, columns: Array, out: Array) -> None:
        """Every entry of the columns is added to the entry of x that it came from: (…) → (n, channels, …)."""
        if self.in_one_piece:
            padded = self._scratch("padded", (*out.shape[1::-1], *self.at.padded))
            padded[...] = 0
            flat = padded.reshape(self.groups, -1)
            by_tap = columns.reshape(self.groups, len(self._starts), -1)
            for tap, start in enumerate(self._starts):
                flat[:, start:] += by_tap[:, tap, : flat.shape[1] - start]
            out[...] = self.at.unpad(padded).swapaxes(0, 1)
        else:
            padded = np.zeros((*out.shape[:2], *self.at.padded), self.dtype)
            seen = self._seen(padded)
            columns = columns.reshape(seen.shape)
            for tap in np.ndindex(self.at.kernel):
                seen[:, *tap] += columns[:, *tap]
            out[...] = self.at.unpad(padded)

    def widen(self, y: Array) -> Array:
        """y as a matrix, 0 where no window is: (n, out, …) → (groups, out / groups, n · positions)."""
        wide = self._scratch("wide", (y.shape[1], len(y), *self.rows))
        if self.rows != self.at.output:
            wide[...] = 0
        wide[(..., *self._kept)] = y.swapaxes(0, 1)
        return wide.reshape(self.groups, -1, len(y) * self.positions)

    def narrow(self, wide: Array) -> Array:
        """The other way: (groups, out / groups, n · positions) → (n, out, …)."""
        images = wide.shape[2] // self.positions
        return wide.reshape(-1, images, *self.rows)[(..., *self._kept)].swapaxes(0, 1)

    def product(self, left: Array, right: Array) -> Array:
        """left @ right, in memory reused by the next product."""
        out = self._scratch("product", (len(left), left.shape[1], right.shape[2]))
        return np.matmul(left, right, out=out)

    def _seen(self, padded: Array) -> Array:
        """What every tap sees, nothing copied: (n, channels, …) → (groups, *kernel, channels / groups, n, …)."""
        image, channel, *axes = padded.strides
        taps = (stride * dilation for stride, dilation in zip(axes, self.at.dilation, strict=True))
        if self.in_one_piece:
            places, steps = (self._stop,), (padded.itemsize,)
        else:
            places = self.at.output
            steps = tuple(a * s for a, s in zip(axes, self.at.stride, strict=True))
        shape = (self.groups, *self.at.kernel, self.per_group, len(padded), *places)
        return as_strided(padded, shape, (self.per_group * channel, *taps, channel, image, *steps))

    def _scratch(self, name: str, shape: Shape) -> Array:
        """Memory for one piece of the images after the other: fresh memory would cost more than the copies."""
        if name not in self._memory or self._memory[name].shape != shape:
            self._memory[name] = np.empty(shape, self.dtype)
        return self._memory[name]
