"""What the padding of an axis holds: zeros, or copies of entries of x, whose gradients go back to those entries."""

from collections.abc import Sequence

import numpy as np

from gradiente.layers.base import Array

MODES = ("zeros", "reflect", "replicate", "circular")


def sources(mode: str, size: int, before: int, after: int) -> Array:
    """The entry of x that each entry of the padded axis is or copies; −1 for a zero.

    Arguments:
        before, after: how many entries are added, with "reflect" fewer than `size`, with "circular" at most `size`

    >>> sources("zeros", 3, 1, 2).tolist(), sources("reflect", 3, 1, 2).tolist()
    ([-1, 0, 1, 2, -1, -1], [1, 0, 1, 2, 1, 0])
    >>> sources("replicate", 3, 1, 2).tolist(), sources("circular", 3, 1, 2).tolist()
    ([0, 0, 1, 2, 2, 2], [2, 0, 1, 2, 0, 1])
    """
    place = np.arange(-before, size + after)
    match mode:
        case "reflect":
            return size - 1 - np.abs(size - 1 - np.abs(place))
        case "replicate":
            return place.clip(0, size - 1)
        case "circular":
            return place % size
    return np.where((place >= 0) & (place < size), place, -1)


def most(mode: str, size: int) -> float:
    """The most entries that can be added on one side of an axis."""
    return {"reflect": size - 1, "circular": size}.get(mode, np.inf)


def pad(x: Array, axes: Sequence[Array]) -> Array:
    """x with copies of its entries around it, by the `sources` of its last axes."""
    for axis, source in enumerate(axes, start=x.ndim - len(axes)):
        x = x.take(source, axis)
    return x


def fold(padded: Array, axes: Sequence[Array], interior: Sequence[slice]) -> Array:
    """The other way for a gradient: that of every copy is added to that of its entry, and x's part is returned.

    `padded` is changed.
    """
    for axis, (source, inside) in enumerate(zip(axes, interior, strict=True), start=padded.ndim - len(axes)):
        entries = np.moveaxis(padded, axis, 0)
        for copy in (*range(inside.start), *range(inside.stop, len(source))):
            entries[inside.start + source[copy]] += entries[copy]
    return padded[(..., *interior)]
