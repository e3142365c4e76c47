"""Rows of a file on disk, gathered only when they are used: for data larger than memory."""

import math
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any

import numpy as np

Array = np.ndarray
PIECE_BYTES = 4_000_000  # read at once, where all rows are looked at


class MappedArray:
    """An array of rows that stay in a memory map until they are used, each then converted.

    It is indexed as the array that it stands for, and what it gives is an array in memory. Its minimum and maximum are
    found piece by piece; np.asarray makes the whole array.

    Arguments:
        base: a memory map, as np.load(path, mmap_mode="r") opens it; its file must not change
        rows: the row numbers of `base` that it has, in order; None: all
        convert: makes rows of `base`, any number of them, into rows of this array; None: they are that

    Shapes: base (n, …), rows (m,) → (m, …)

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/x.npy", np.arange(12.0).reshape(6, 2))
    ...     x = MappedArray(np.load(f"{folder}/x.npy", mmap_mode="r"), np.array([5, 0, 3])).astype(np.float32)
    ...     x.shape, x[1:].tolist(), x.take(np.array([2]))[0].tolist(), float(x.max())
    ...     del x
    ((3, 2), [[0.0, 1.0], [6.0, 7.0]], [6.0, 7.0], 11.0)
    """

    def __init__(
        self, base: Array, rows: Array | None = None, convert: Callable[[Array], Array] | None = None
    ) -> None:
        self._base = np.asarray(base)
        self._rows = rows
        self._convert = convert
        first = self._converted(self._base[:1])
        self.shape: tuple[int, ...] = (len(self._base if rows is None else rows), *first.shape[1:])
        self.dtype = first.dtype

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def __getitem__(self, key: Any) -> Any:
        rows, *others = key if isinstance(key, tuple) else (key,)
        if isinstance(rows, int | np.integer):
            row = range(len(self))[int(rows)]
            return self._gathered(slice(row, row + 1))[(0, *others)]
        if not others:
            return self._gathered(rows)
        part = self.take(rows)
        return np.concatenate([part._gathered(piece)[(slice(None), *others)] for piece in pieces(part)])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("the rows of a memory map under other numbers are always a copy")
        whole = np.empty(self.shape, self.dtype if dtype is None else dtype)
        for rows in pieces(self):
            whole[rows] = self._gathered(rows)
        return whole

    def take(self, rows: Array) -> "MappedArray":
        """Those of its rows, in that order; still in the map."""
        own = np.arange(len(self)) if self._rows is None else self._rows
        return MappedArray(self._base, own[rows], self._convert)

    def converted(self, convert: Callable[[Array], Array]) -> "MappedArray":
        """Each row converted once more."""
        both = convert if self._convert is None else partial(_one_after_the_other, self._convert, convert)
        return MappedArray(self._base, self._rows, both)

    def astype(self, dtype: Any) -> "MappedArray":
        """Its numbers as another type; what that cannot hold becomes infinite."""
        return self.converted(partial(_cast, dtype=np.dtype(dtype)))

    def min(self, axis: int | None = None) -> Any:
        """The smallest number, NaN where there is one; with axis 0, of every column."""
        return self._extremes[0].min() if axis is None else self._extremes[0]

    def max(self, axis: int | None = None) -> Any:
        """The largest number, NaN where there is one; with axis 0, of every column."""
        return self._extremes[1].max() if axis is None else self._extremes[1]

    @cached_property
    def _extremes(self) -> tuple[Array, Array]:
        lowest, highest = [], []
        for rows in pieces(self):
            piece = self._gathered(rows)
            lowest.append(piece.min(axis=0))
            highest.append(piece.max(axis=0))
        return np.min(lowest, axis=0), np.max(highest, axis=0)

    def _gathered(self, rows: Any) -> Array:
        return self._converted(self._base[rows if self._rows is None else self._rows[rows]])

    def _converted(self, rows: Array) -> Array:
        return rows if self._convert is None else self._convert(rows)


def pieces(x: Array | MappedArray) -> Iterator[slice]:
    """All rows, in consecutive pieces of a few megabytes.

    >>> list(pieces(np.zeros((3, 1_000_000), np.float32)))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    bytes_each = max(math.prod(x.shape[1:]) * x.dtype.itemsize, 1)
    count = max(PIECE_BYTES // bytes_each, 1)
    for start in range(0, len(x), count):
        yield slice(start, min(start + count, len(x)))


def is_mapped(array: Any) -> bool:
    """Whether an array is a read-only memory map, or a view of one: its rows are not to be copied all at once."""
    if not isinstance(array, np.ndarray) or array.flags.writeable:
        return False
    base: Any = array
    while base is not None and not isinstance(base, np.memmap):
        base = getattr(base, "base", None)
    return base is not None


def _one_after_the_other(
    first: Callable[[Array], Array], second: Callable[[Array], Array], rows: Array
) -> Array:
    return second(first(rows))


def _cast(rows: Array, dtype: "np.dtype") -> Array:
    with np.errstate(over="ignore"):
        return rows.astype(dtype, copy=False)
