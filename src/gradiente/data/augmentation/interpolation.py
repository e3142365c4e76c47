"""Interpolation between the pixels of images."""

import numpy as np

from gradiente.data.augmentation.base import Array

_PIECE = 8192  # pixels at a time, so that all that is computed from them stays in the processor's cache


def bilinear(images: Array, rows: Array, columns: Array) -> Array:
    """What each image shows at those places, which lie between four pixels; 0 outside.

    Equation: (1 − v)(1 − u) x₀₀ + (1 − v) u x₀₁ + v (1 − u) x₁₀ + v u x₁₁, with v and u how far a place lies
        below and to the right of the pixel x₀₀

    Arguments:
        rows, columns: where to read, counted in pixels from the middle of the first one

    Shapes: images (m, C, H, W); rows, columns (m, H', W') → (m, C, H', W')

    >>> image = np.array([[[[0.0, 4.0], [8.0, 12.0]]]])
    >>> rows, columns = np.array([[[0.0, 0.5, 1.5]]]), np.array([[[0.25, 0.5, 1.0]]])
    >>> bilinear(image, rows, columns).tolist()
    [[[[1.0, 6.0, 6.0]]]]

    Source: scipy.ndimage.map_coordinates(order=1, mode="grid-constant"), for a whole batch by gathers
    """
    new = np.empty((*images.shape[:2], *rows.shape[1:]), images.dtype)
    step = max(1, _PIECE // (images[:1].size or 1))
    for start in range(0, len(images), step):
        piece = slice(start, start + step)
        new[piece] = _read(images[piece], rows[piece], columns[piece])
    return new


def _read(images: Array, rows: Array, columns: Array) -> Array:
    m, channels, height, width = images.shape
    padded = np.zeros((m, channels, height + 3, width + 3), images.dtype)
    padded[:, :, 1:-2, 1:-2] = images
    y = np.clip(rows + 1, 0, height + 1).astype(images.dtype, copy=False)
    x = np.clip(columns + 1, 0, width + 1).astype(images.dtype, copy=False)
    top, left = y.astype(np.intp), x.astype(np.intp)
    v, u = (y - top).astype(images.dtype)[:, None], (x - left).astype(images.dtype)[:, None]

    line = width + 3
    image = np.arange(m * channels).reshape(m, channels, 1, 1) * ((height + 3) * line)
    first = image + (top * line + left)[:, None]
    pixels = padded.reshape(-1)
    upper, upper_right = pixels[first], pixels[1:][first]
    lower, lower_right = pixels[line:][first], pixels[line + 1 :][first]
    # In place, for half of the time: upper += u (upper_right − upper), and so on.
    upper_right -= upper
    upper_right *= u
    upper += upper_right
    lower_right -= lower
    lower_right *= u
    lower += lower_right
    lower -= upper
    lower *= v
    upper += lower
    return upper
