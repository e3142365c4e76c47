"""The paper under the ink: what a picture would show without it."""

import numpy as np

from gradiente.data.morphology import closed

Array = np.ndarray
_WINDOW = 1 / 3  # of the shorter side: more than a pen is wide
_DARKEST = 0.05  # what is added to the paper before it divides: black is not divided by


def ink_over_paper(grey: Array) -> Array:
    """How much each point differs from the paper around it, as a share of the paper's light; about 0 where it is paper.

    light = illumination · reflected share, so (paper − grey) / paper does not depend on the illumination. The paper is
    the closing of the picture by a square wider than any stroke: the maximum around each point, and of that the minimum.
    It fills what is darker than its surroundings and narrower than the square, and leaves slopes as they are, however
    steep. Beyond the border the picture is continued by its point reflection, which continues slopes. Light ink is dark
    ink in the negative; which of both it is, is the sign of the third moment of what differs from the local mean: there is
    less ink than paper.

    Shapes: grey (rows, columns), in [0, 1] → the same

    >>> page = np.linspace(0.4, 0.9, 30) * np.ones((30, 30))
    >>> page[10:20, 14:16] *= 0.25
    >>> ink_over_paper(page)[15, [0, 14, 29]].round(1)
    array([0. , 0.7, 0. ])
    """
    window = max(3, round(_WINDOW * min(grey.shape)))
    differs = grey - _local_mean(grey, window)
    sign = -1 if (differs**3).sum() > 0 else 1
    paper = sign * closed(sign * grey, window)
    return sign * (paper - grey) / (paper + _DARKEST)


def _local_mean(picture: Array, window: int) -> Array:
    half = window // 2
    sums = np.pad(picture.astype(np.float64), half, mode="reflect", reflect_type="odd")
    for axis in (0, 1):
        total = np.cumsum(np.insert(sums, 0, 0, axis=axis), axis=axis)
        ends = np.moveaxis(total, axis, 0)
        sums = np.moveaxis(ends[2 * half + 1 :] - ends[: -2 * half - 1], 0, axis)
    return sums / (2 * half + 1) ** 2
