"""The columns of a few images: what turns a convolution into a product of matrices."""

import math
from collections.abc import Iterator

import numpy as np

from gradiente.layers.base import Array, Shape
from gradiente.layers.windows import Windows
from gradiente.threads import pieces


class Columns:
    """Column (i, p) has what every tap sees of image i where the window is at position p; row (t, c) has what tap
    t sees of channel c, group after group of the channels.

    Where the window moves one entry at a time, the positions go along the padded image without a break: what a
    tap sees is then one piece of memory. The few windows that reach over the end of a row are computed for
    nothing, and have a gradient of 0.

    Arguments:
        every: positions are all entries of the padded image, also those where no window begins: then `back` is a
            few sums of long pieces of memory
    """

    def __init__(
        self, at: Windows, channels: int, groups: int, dtype: "np.dtype", *, every: bool = False
    ) -> None:
        self.at = at
        self.channels = channels
        self.groups = groups
        self.dtype = dtype
        self.in_one_piece = set(at.stride) == {1}
        self.rows = (at.padded[0] if every else at.output[0], *at.padded[1:])
        if not self.in_one_piece:
            self.rows = at.output
        self.positions = math.prod(self.rows)
        self.taps = len(at.taps)
        self._kept = tuple(slice(n) for n in at.output)
        self._memory: dict[str, Array] = {}

    def few(self, images: range) -> Iterator[slice]:
        """The images in pieces so small that their columns stay in the cache."""
        return pieces(images, self.channels * self.taps * self.positions * self.dtype.itemsize)

    def of(self, x: Array) -> Array:
        """The columns of x: (n, channels, …) → (groups, taps · channels / groups, n · positions)."""
        padded = np.ascontiguousarray(self.at.pad(x))
        columns = self._scratch("columns", (self.groups, self.taps, self._per_group, len(x), *self.rows))
        if not self.in_one_piece:
            images = self._by_group(padded)
            for tap, seen in enumerate(self.at.seen()):
                columns[:, tap] = images[(..., *seen)]
        else:
            pieces, flat = (
                columns.reshape(*columns.shape[:4], -1),
                self._by_group(padded.reshape(*x.shape[:2], -1)),
            )
            last = 1 + int(np.ravel_multi_index([n - 1 for n in self.at.output], self.rows))
            pieces[..., last:] = 0
            for tap, start in enumerate(self._starts()):
                pieces[:, tap, ..., :last] = flat[..., start : start + last]
        return columns.reshape(self.groups, -1, len(x) * self.positions)

    def back(self, columns: Array, out: Array) -> None:
        """Every entry of the columns is added to the entry of x that it came from: (…) → (n, channels, …)."""
        columns = columns.reshape(self.groups, self.taps, self._per_group, len(out), *self.rows)
        padded = self._scratch("padded", (self.groups, self._per_group, len(out), *self.at.padded))
        padded[...] = 0
        if not self.in_one_piece:
            for tap, seen in enumerate(self.at.seen()):
                padded[(..., *seen)] += columns[:, tap]
        else:
            flat, pieces = padded.reshape(self.groups, -1), columns.reshape(self.groups, self.taps, -1)
            for tap, start in enumerate(self._starts()):
                flat[:, start:] += pieces[:, tap, : flat.shape[1] - start]
        inside = padded.reshape(self.channels, len(out), *self.at.padded)[(..., *self.at.interior)]
        out[...] = inside.swapaxes(0, 1)

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
        """left @ right, in memory that the next product uses again."""
        out = self._scratch("product", (len(left), left.shape[1], right.shape[2]))
        return np.matmul(left, right, out=out)

    @property
    def _per_group(self) -> int:
        return self.channels // self.groups

    def _by_group(self, images: Array) -> Array:
        """(n, channels, …) → (groups, channels / groups, n, …), nothing copied."""
        return np.moveaxis(images.reshape(len(images), self.groups, self._per_group, *images.shape[2:]), 0, 2)

    def _starts(self) -> list[int]:
        """Where every tap of the first window falls on the padded image, laid end to end."""
        return [int(np.ravel_multi_index(tap, self.at.padded)) for tap in self.at.taps]

    def _scratch(self, name: str, shape: Shape) -> Array:
        """Memory for one piece of the images after the other: fresh memory would cost more than the copies."""
        if name not in self._memory or self._memory[name].shape != shape:
            self._memory[name] = np.empty(shape, self.dtype)
        return self._memory[name]
