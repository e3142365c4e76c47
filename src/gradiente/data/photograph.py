"""Photographs of a handwritten digit, cleaned: its ink alone, framed like MNIST's."""

from pathlib import Path

import numpy as np

from gradiente.data.background import ink_over_paper
from gradiente.data.components import components
from gradiente.data.images import framed, read_grey, read_image
from gradiente.data.morphology import dilated
from gradiente.errors import DataError, require

Array = np.ndarray
_LONGEST = 400  # points along the longer side: a digit a tenth as large still has more than its frame
_FAINTEST = 0.08  # of the paper's light
_SMALLEST = 1 / 20  # of the picture's shorter side: what is no larger is a speck
_STROKE = 0.3  # of the pen's full strength: what is less is the soft border of a stroke
_PART = 0.08  # of the main component's area: a detached bar of a 5, and not a speck
_BESIDE = 0.25  # of its longer side: how far away such a part may be
_CANDIDATES = 20
_AT_BORDER = 0.1  # what touches the border counts less: the edge of a table, a finger, another sign


def read_digit(path: str | Path, image_shape: tuple[int, ...]) -> Array:
    path = Path(path)
    require(len(image_shape) == 2, "image.shape", shape=image_shape)
    grey = read_grey(path)
    if grey.shape == tuple(image_shape):
        return read_image(path, image_shape)
    ink = digit_ink(grey)
    if not ink.any():
        raise DataError("image.blank", path=path)
    return framed(ink, image_shape)


def digit_ink(grey: Array) -> Array:
    """The ink of the digit in a photograph, 0 where there is none."""
    ink = ink_over_paper(_smoothed(_reduced(grey)))
    ink -= np.median(ink)
    noise = 1.4826 * np.median(np.abs(ink))
    numbers = components(ink > max(_FAINTEST, 5 * noise))
    main = _main(numbers, ink)
    if main == 0:
        return np.zeros_like(ink)
    strength = np.quantile(ink[numbers == main], 0.9)
    share = (ink / strength).clip(0, 1)
    kept = _kept(components(share > _STROKE), numbers == main)
    share[(share < max(0.1, 3 * noise / strength)) | ~dilated(kept, 3)] = 0
    return share.astype(np.float32)


def _reduced(grey: Array) -> Array:
    from PIL import Image

    factor = -(-max(grey.shape) // _LONGEST)
    return grey if factor == 1 else np.asarray(Image.fromarray(grey).reduce(factor))


def _smoothed(grey: Array) -> Array:
    """By the mean with weights 1, 2, 1 in both directions."""
    for axis in (0, 1):
        around = np.pad(grey, [(1, 1) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
        along = np.moveaxis(around, axis, 0)
        grey = np.moveaxis((along[:-2] + 2 * along[1:-1] + along[2:]) / 4, 0, axis)
    return grey


def _main(numbers: Array, ink: Array) -> int:
    """The number of the component with the most ink; 0 where none is larger than a speck."""
    rows, columns = numbers.shape
    found, most = 0, 0.0
    mass = np.bincount(numbers.ravel(), weights=ink.ravel())
    for number in np.argsort(-mass[1:])[:_CANDIDATES] + 1:
        top, bottom, left, right = _box(numbers == number)
        if max(bottom - top, right - left) < _SMALLEST * min(rows, columns):
            continue
        at_border = top == 0 or left == 0 or bottom == rows or right == columns
        weight = mass[number] * (_AT_BORDER if at_border else 1)
        if weight > most:
            found, most = int(number), weight
    return found


def _kept(numbers: Array, main: Array) -> Array:
    """The strokes of the digit: those of its main component, and others beside it that are no specks."""
    area = np.bincount(numbers.ravel())
    inside = np.bincount(numbers[main], minlength=len(area))
    inside[0] = 0
    kept = [int(inside.argmax())]
    top, bottom, left, right = _box(numbers == kept[0])
    reach = _BESIDE * max(bottom - top, right - left)
    for number in range(1, len(area)):
        if number != kept[0] and area[number] >= _PART * area[kept[0]]:
            above, below, before, after = _box(numbers == number)
            gap = max(top - below, above - bottom, left - after, before - right)
            if gap <= reach:
                kept.append(number)
    return np.isin(numbers, kept)


def _box(marked: Array) -> tuple[int, int, int, int]:
    """The first row, that after the last, the first column, that after the last."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
