"""Photographs of a handwritten digit, cleaned: its ink alone, framed like MNIST's."""

from pathlib import Path

import numpy as np

from gradiente.data.background import has_light_ink, ink_over_paper
from gradiente.data.components import components
from gradiente.data.images import framed, read_grey, read_image
from gradiente.data.morphology import dilated, thickness
from gradiente.errors import DataError, require

Array = np.ndarray
_LONGEST = 400  # points along the longer side: a digit a tenth as large still has more than its frame
_PAPER = 1 / 3  # of the longer side: the square in which paper is looked for at first
_WIDER = 2.5  # than the widest stroke: the square in which paper is looked for then
_FAINT = 0.4  # of the paper's light: what is fainter needs a sharp edge
_STEP = 3  # points, within which an edge is sharp
_FAINTEST = 0.08  # of the paper's light
_STROKE = 0.3  # of the pen's strength: less is the soft border of a stroke
_SOFT = 0.2  # less than this is paper
_SMALLEST = 1 / 20  # of the shorter side: what is no larger is a speck
_AT_BORDER = 0.1  # what touches the border counts less: the edge of a table, another sign
_CANDIDATES = 20  # components that may be the digit, by their ink
_PART = 0.08  # of the digit's area: the bar of a 5, and not a speck
_BESIDE = 0.25  # of the digit's longer side: how far away such a part may be
_BORDER = 3  # points beside a stroke that are its soft border


def read_digit(path: str | Path, image_shape: tuple[int, ...]) -> Array:
    """The features of one handwritten digit in a photograph, cleaned and then framed as `read_image` does.

    The paper is estimated at each point and divided out, so that shade and a vignette do not matter; the digit is the
    component with the most ink, with the parts beside it; what else is there, specks and grain, is removed. Its slant
    stays. A picture that is as large as the frame is no photograph: it is read by `read_image` alone, so that what
    looks like MNIST already stays as it is.

    Arguments:
        path: a PNG, JPEG, GIF or BMP; the ink may be dark or light
        image_shape: (rows, columns) of the frame, as a Dataset's image_shape

    Shapes: → (rows · columns,), float32 in [0, 1]
    Errors: those of `read_image`; DataError where there is no digit, or none larger than a speck

    >>> import tempfile
    >>> from PIL import Image
    >>> page = np.tile(np.linspace(90, 230, 120), (150, 1))
    >>> page[40:110, 50:60] *= 0.3
    >>> page[5:8, 5:8] = 0
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.fromarray(page.astype(np.uint8)).save(f"{folder}/one.png")
    ...     one = read_digit(f"{folder}/one.png", (28, 28)).reshape(28, 28)
    >>> one.any(axis=1).sum(), one.any(axis=0).sum() < 6
    (np.int64(20), np.True_)
    """
    require(len(image_shape) == 2, "image.shape", shape=image_shape)
    path = Path(path)
    grey = read_grey(path)
    if grey.shape == tuple(image_shape):
        return read_image(path, image_shape)
    ink = digit_ink(grey)
    if not ink.any():
        raise DataError("image.blank", path=path)
    return framed(ink, image_shape)


def digit_ink(grey: Array) -> Array:
    """The ink of the digit in a photograph, 0 elsewhere; all 0 where there is no digit.

    Shapes: grey (rows, columns), in [0, 1] → float32 in [0, 1], of at most 400 rows and columns
    """
    grey = _smoothed(_reduced(grey))
    window = max(3, round(min(_PAPER * max(grey.shape), min(grey.shape) - 1)))
    light_ink = has_light_ink(grey, window)
    while True:
        ink, noise = ink_over_paper(grey, window, light_ink=light_ink)
        numbers = components(ink > np.maximum(_FAINTEST, 5 * noise))
        main = _most_ink(numbers, ink, noise)
        if main == 0:
            return np.zeros_like(ink, dtype=np.float32)
        strength = np.quantile(ink[numbers == main], 0.9)
        # The smaller the square, the less of a shadow's border is taken for ink.
        narrower = max(3, round(_WIDER * thickness((numbers == main) & (ink > strength / 2))))
        if narrower >= window:
            break
        window = narrower
    ink, noise = (ink / strength).clip(0, 1), noise / strength
    strokes = _with_parts(components(ink > np.maximum(_STROKE, 4 * noise)), numbers == main)
    ink[(ink < np.maximum(_SOFT, 3 * noise)) | ~dilated(strokes, _BORDER)] = 0
    return ink.astype(np.float32)


def _reduced(grey: Array) -> Array:
    """By the mean of squares, to the size in which the digit is looked for."""
    from PIL import Image

    return np.asarray(Image.fromarray(grey).reduce(-(-max(grey.shape) // _LONGEST)))


def _smoothed(grey: Array) -> Array:
    """By the mean with the weights 1, 2, 1 along both axes."""
    for _ in range(2):
        around = np.pad(grey.T, ((1, 1), (0, 0)), mode="edge")
        grey = (around[:-2] + 2 * around[1:-1] + around[2:]) / 4
    return grey


def _most_ink(numbers: Array, ink: Array, noise: Array) -> int:
    """The number of the component with the most ink; 0 where none is larger than a speck."""
    rows, columns = numbers.shape
    mass = np.bincount(numbers.ravel(), weights=ink.ravel())
    found, most = 0, 0.0
    for number in np.argsort(-mass[1:])[:_CANDIDATES] + 1:
        top, bottom, left, right = _box(numbers == number)
        if max(bottom - top, right - left) <= _SMALLEST * min(rows, columns):
            continue
        at_border = top == 0 or left == 0 or bottom == rows or right == columns
        weight = mass[number] * (_AT_BORDER if at_border else 1)
        if weight > most and _is_ink(numbers == number, ink, noise):
            found, most = int(number), weight
    return found


def _is_ink(inside: Array, ink: Array, noise: Array) -> bool:
    """Whether a component is strong, or has an edge that is sharp beside the noise: what is faint and soft is light."""
    strength = np.quantile(ink[inside], 0.9)
    if strength >= _FAINT:
        return True
    padded = np.pad(ink, ((0, _STEP), (0, _STEP)), mode="edge")
    rise = (
        np.maximum(np.abs(padded[_STEP:, :-_STEP] - ink), np.abs(padded[:-_STEP, _STEP:] - ink)) - 5 * noise
    )
    return bool(rise[inside].max() >= strength / 5)


def _with_parts(numbers: Array, main: Array) -> Array:
    """The component with most of the digit's points, and others beside it that are no specks."""
    area = np.bincount(numbers.ravel())
    inside = np.bincount(numbers[main], minlength=len(area))
    inside[0] = 0
    digit = int(inside.argmax())
    top, bottom, left, right = _box(numbers == digit)
    reach = _BESIDE * max(bottom - top, right - left)
    kept = [digit]
    for number in np.flatnonzero(area >= _PART * area[digit]):
        above, below, before, after = _box(numbers == number)
        if number and max(top - below, above - bottom, left - after, before - right) <= reach:
            kept.append(int(number))
    return np.isin(numbers, kept)


def _box(marked: Array) -> tuple[int, int, int, int]:
    """The first row, that after the last, the first column, that after the last."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
