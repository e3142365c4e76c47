"""The paper under the ink: what a picture would show without it."""

import numpy as np

from gradiente.data.morphology import closed

Array = np.ndarray
_SPREAD = 1.1  # standard deviations from 5 to 25 % of noise: 0.97 where all is paper, 1.28 where half is
_DARKEST = 0.05  # what is added to the paper before it divides: black is not divided by


def has_light_ink(grey: Array, window: int) -> bool:
    """Whether the ink is lighter than the paper: by the sign of the third moment of what differs from the mean around
    each point, because there is less ink than paper.

    Arguments:
        window: the side of the square around a point, wider than the pen
    """
    return bool(((grey - _local_mean(grey, window)) ** 3).sum() > 0)


def ink_over_paper(grey: Array, window: int, *, light_ink: bool) -> tuple[Array, Array]:
    """How much darker, or lighter, each point is than the paper around it, as a share of its light, and the noise.

    light = illumination · reflected share, so that (paper − grey) / paper does not depend on the illumination. The
    paper is the closing of the picture by a square that is wider than any stroke: `closed`.

    Arguments:
        window: the side of that square
        light_ink: the ink is lighter than the paper: its closing is that of the negative

    Shapes: grey (rows, columns) → twice the same; where it is paper the first is about 0, with the second, which is
    that of grey over the paper's light, as its standard deviation

    >>> page = np.linspace(0.4, 0.9, 30) * np.ones((30, 30))
    >>> page[10:20, 14:16] *= 0.25
    >>> ink_over_paper(page, 10, light_ink=False)[0][15, [0, 14, 29]].round(1)
    array([0. , 0.7, 0. ])
    """
    sign = -1 if light_ink else 1
    paper = sign * closed(sign * grey, window)
    difference = sign * (paper - grey)
    # A closing of noise lies above its mean. The lower quarter is of the paper, however large the digit is.
    low, lower_quarter = np.quantile(difference, (0.05, 0.25))
    noise = (lower_quarter - low) / _SPREAD
    difference -= lower_quarter + noise / 2
    light = paper.clip(0) + _DARKEST
    return difference / light, noise / light


def _local_mean(picture: Array, window: int) -> Array:
    half = window // 2
    sums = np.pad(picture.astype(np.float64), half, mode="reflect", reflect_type="odd")
    for axis in (0, 1):
        total = np.cumsum(np.insert(sums, 0, 0, axis=axis), axis=axis)
        ends = np.moveaxis(total, axis, 0)
        sums = np.moveaxis(ends[2 * half + 1 :] - ends[: -2 * half - 1], 0, axis)
    return sums / (2 * half + 1) ** 2
