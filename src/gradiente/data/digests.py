"""A digest of each row of a data set, by which it is known again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from gradiente.mapped import MappedArray, pieces

Array = np.ndarray
SAMPLED = 1000  # rows of a memory map whose inputs are read for their digests, evenly spread


@dataclass(frozen=True, eq=False)
class RowDigests:
    """The digests of the rows that a data set has.

    That of a row is of its columns as read, before they are encoded, and of its target: whatever the scale, the order
    of the rows or the path of the file, the same row has the same one. Of data that stay on disk it is of the target
    alone but in a thousand rows: to read the others would take as long as an epoch.

    Arguments:
        rows: 64 bits for each row
        columns: a digest of each column over all rows that were read, whatever their order, by its name; the
            target's is the last

    >>> x, y = np.array([1.5, 2.5, 3.5]), np.array([0.0, 1.0, 0.0])
    >>> one, turned = RowDigests.of_columns({"x": x}, y, "y"), RowDigests.of_columns({"x": x[::-1]}, y[::-1], "y")
    >>> one.columns == turned.columns, bool((one.rows == turned.rows[::-1]).all())
    (True, True)
    """

    rows: Array
    columns: Mapping[str, int]

    @classmethod
    def of_columns(
        cls,
        columns: Mapping[str, Array],
        y: Array,
        target: str,
        *,
        weights: Mapping[str, Array] | None = None,
    ) -> "RowDigests":
        """Those of a table's rows.

        Arguments:
            columns: of numbers or of text, by name
            y: the targets; classes by their names
            target: the name of their column
            weights: the column of the weights, by its name
        """
        total, sums = np.zeros(len(y), np.uint64), {}
        for name, values in chain(columns.items(), (weights or {}).items(), [(target, y)]):
            digests = _mixed(_of_block(values.reshape(len(values), -1)))
            sums[name] = int(digests.sum(dtype=np.uint64))
            total += _mixed(digests ^ _salt(name))
        return cls(total, sums)

    @classmethod
    def of_rows(cls, x: Any, y: Array) -> "RowDigests":
        """Those of rows of numbers, an array or a MappedArray, whose columns have no names."""
        digests = np.zeros(len(x), np.uint64)
        if isinstance(x, MappedArray):
            rows = np.arange(0, len(x), -(-len(x) // SAMPLED))
            digests[rows] = _of_block(x.take(rows)[:])
        else:
            for rows in pieces(x):
                digests[rows] = _of_block(x[rows].reshape(len(x[rows]), -1))
        return cls.of_columns({"x": digests.view(np.int64).astype("U20")}, y, "y")

    def subset(self, indices: Array) -> "RowDigests":
        """Those of some of the rows, in that order."""
        return replace(self, rows=self.rows[indices])


def _of_block(values: Array) -> Array:
    """64 bits for each row of a block of numbers or text, linear in its 32-bit words.

    Source: D. Lemire, O. Kaser, Strongly Universal String Hashing is Fast, 2014
    """
    if values.dtype.kind == "U":
        values = values if values.dtype.itemsize else values.astype("U1")
    elif values.dtype != np.float32:
        values = values.astype(np.float64)
    if values.dtype.kind == "f":
        values = values + values.dtype.type(0)  # −0 is 0
    words = np.ascontiguousarray(values).view(np.uint32).astype(np.uint64)
    factors = np.random.Generator(np.random.PCG64(0)).integers(
        1, 2**63, words.shape[1], np.uint64
    ) * np.uint64(2)
    return words @ (factors + np.uint64(1))


def _mixed(words: Array) -> Array:
    """Each bit of a number in all bits.

    Source: S. Vigna, splitmix64
    """
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _salt(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(errors="replace"), digest_size=8).digest()))
