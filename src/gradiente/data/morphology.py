"""Mathematical morphology: the extremum of a square around each point."""

from collections.abc import Callable

import numpy as np

Array = np.ndarray


def dilated(marked: Array, reach: int) -> Array:
    """The points with a marked one at most `reach` rows and columns away.

    >>> dilated(np.array([[0, 0, 0, 1]], dtype=bool), 1)
    array([[False, False,  True,  True]])
    """
    return _running(np.maximum, np.pad(marked, reach), 2 * reach + 1)


def closed(picture: Array, window: int) -> Array:
    """The maximum of the square around each point, and of those maxima the minimum.

    It fills what is darker than its surroundings and narrower than the square, and leaves slopes as they are, however
    steep. Beyond its border the picture is continued by its point reflection, which continues slopes.

    Arguments:
        window: the side of the square, at most that of the picture

    >>> closed(np.array([[1.0, 2, 0, 4, 5], [1, 2, 3, 4, 5]]), 2)
    array([[1., 2., 2., 4., 5.],
           [1., 2., 3., 4., 5.]])
    """
    around = np.pad(picture, window - 1, mode="reflect", reflect_type="odd")
    return _running(np.minimum, _running(np.maximum, around, window), window)


def thickness(marked: Array) -> int:
    """The side of the largest square of marked points.

    >>> thickness(np.array([[1, 0, 0], [0, 1, 1], [1, 1, 1]], dtype=bool))
    2
    """
    fits, too_large = 0, min(marked.shape) + 1
    while too_large - fits > 1:
        side = (fits + too_large) // 2
        fits, too_large = (side, too_large) if _running(np.minimum, marked, side).any() else (fits, side)
    return fits


def _running(extremum: Callable[[Array, Array], Array], picture: Array, window: int) -> Array:
    """The extremum of each square that lies inside, found from that of squares half as large."""
    for _ in range(2):
        picture, span = picture.T, 1
        while span < window:
            step = min(span, window - span)
            picture = extremum(picture[:-step], picture[step:])
            span += step
    return picture
