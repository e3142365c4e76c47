"""The shape that an operation on tensors gives, or why it gives none; NumPy's rules, written out."""

from dataclasses import dataclass, field
from itertools import zip_longest
from math import prod
from typing import Any

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Verdict:
    """What comes of shapes.

    Arguments:
        shape: of the result; None where they do not fit
        why: which rule decides: a name that the page has words for
        numbers: what the words speak of
        pairs: the axes of two tensors, aligned from the right, the last first: the size of each, None where it has no
            such axis, and whether they fit
        order: where the axes of the result come from, where they are only moved
    """

    shape: Shape | None
    why: str
    numbers: dict[str, Any] = field(default_factory=dict)
    pairs: list[tuple[int | None, int | None, bool]] = field(default_factory=list)
    order: list[int] | None = None


def broadcast(x: Shape, y: Shape) -> Verdict:
    """x + y: aligned from the right, two sizes are equal, or one of them is 1 or missing and is stretched.

    >>> broadcast((3, 1), (4,)).shape, broadcast((3, 2), (4,)).numbers
    ((3, 4), {'axis': -1, 'x': 2, 'y': 4})
    """
    pairs = [(a, b, a == b or 1 in (a, b) or None in (a, b)) for a, b in zip_longest(x[::-1], y[::-1])]
    for place, (a, b, fits) in enumerate(pairs, start=1):
        if not fits:
            return Verdict(None, "unequal", {"axis": -place, "x": a, "y": b}, pairs)
    sizes = [a if a not in (None, 1) else (b or 1) for a, b, _ in pairs[::-1]]
    return Verdict(tuple(sizes), "equal" if x == y else "stretched", {}, pairs)


def product(x: Shape, y: Shape) -> Verdict:
    """x @ y: rows of x with columns of y; the axes before the last two are broadcast.

    A vector is a row at the left, and a column at the right; that axis is not in the result.

    >>> product((2, 3), (3, 4)).shape, product((5, 2, 3), (3,)).shape
    ((2, 4), (5, 2))
    """
    if not x or not y:
        return Verdict(None, "scalar_product")
    rows, columns = (1, *x) if len(x) == 1 else x, (*y, 1) if len(y) == 1 else y
    inner = {"x": rows[-1], "y": columns[-2]}
    if rows[-1] != columns[-2]:
        return Verdict(None, "inner_unequal", inner)
    outer = broadcast(rows[:-2], columns[:-2])
    if outer.shape is None:
        return Verdict(None, "batch_unequal", {**outer.numbers, "axis": outer.numbers["axis"] - 2})
    ends = [*([rows[-2]] if len(x) > 1 else []), *([columns[-1]] if len(y) > 1 else [])]
    return Verdict((*outer.shape, *ends), "inner_equal", inner)


def reduced(x: Shape, axis: int | None) -> Verdict:
    """The sum or the mean over an axis, which is then not there; over all of them with None.

    >>> reduced((2, 3), 0).shape, reduced((2, 3), None).shape
    ((3,), ())
    """
    if axis is None:
        return Verdict((), "all_axes")
    if not -len(x) <= axis < len(x):
        return Verdict(None, "no_axis", {"axis": axis, "rank": len(x)})
    place = axis % len(x)
    return Verdict(x[:place] + x[place + 1 :], "axis_gone", {"axis": axis, "size": x[place]})


def reshaped(x: Shape, wanted: Shape) -> Verdict:
    """The same numbers in another shape; one size may be −1, and is then what is left.

    >>> reshaped((2, 6), (3, -1)).shape, reshaped((2, 6), (5,)).numbers
    ((3, 4), {'count': 12, 'wanted': 5})
    """
    count, unknown = prod(x), wanted.count(-1)
    if unknown > 1 or any(size < -1 or size == 0 for size in wanted):
        return Verdict(None, "sizes")
    known = prod(size for size in wanted if size > 0)
    if count % known or (not unknown and known != count):
        return Verdict(None, "other_count", {"count": count, "wanted": known})
    shape = tuple(count // known if size == -1 else size for size in wanted)
    return Verdict(shape, "same_count", {"count": count})


def transposed(x: Shape, order: tuple[int, ...]) -> Verdict:
    """The axes in another order; without one, reversed.

    >>> transposed((2, 3, 4), ()).shape, transposed((2, 3, 4), (0, 2, 1)).shape
    ((4, 3, 2), (2, 4, 3))
    """
    rank = len(x)
    places = list(range(rank))[::-1] if not order else [axis % rank if rank else axis for axis in order]
    within = all(-rank <= axis < rank for axis in order)
    if not within or sorted(places) != list(range(rank)):
        return Verdict(None, "no_order", {"rank": rank})
    return Verdict(tuple(x[place] for place in places), "axes_moved", order=places)


def channels_last(x: Shape) -> Verdict:
    """(…, C, H, W) → (…, H, W, C).

    >>> channels_last((3, 28, 30)).shape
    (28, 30, 3)
    """
    return _moved(x, [-2, -1, -3])


def channels_first(x: Shape) -> Verdict:
    """(…, H, W, C) → (…, C, H, W).

    >>> channels_first((8, 28, 30, 3)).shape
    (8, 3, 28, 30)
    """
    return _moved(x, [-1, -3, -2])


def _moved(x: Shape, last: list[int]) -> Verdict:
    if len(x) < 3:
        return Verdict(None, "no_image", {"rank": len(x)})
    return transposed(x, (*range(len(x) - 3), *last))
