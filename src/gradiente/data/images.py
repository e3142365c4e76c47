"""Images from files, preprocessed like the training images."""

import math
from pathlib import Path

import numpy as np

from gradiente.data.picture import on_white, opened
from gradiente.errors import DataError, require
from gradiente.quiet import ignored_warnings

_FAINTEST = 0.1


def read_image(path: str | Path, image_shape: tuple[int, ...]) -> np.ndarray:
    """The features of one handwritten character in an image of any size, preprocessed like MNIST.

    What is transparent becomes white, colours become grey. The median of the border is the background, so
    the ink may be dark or light; it comes out light on 0. The ink is cut out, scaled into the frame's central
    20/28 with its proportions kept, and its centre of mass is put at the centre. Frames below 16 pixels, such
    as the 8 × 8 digits, have no margin: their signs fill the height.

    Arguments:
        path: a PNG, JPEG, GIF, BMP or WebP, or another of picture.FORMATS
        image_shape: (rows, columns) of the frame, as a Dataset's image_shape

    Shapes: → (rows · columns,), float32 in [0, 1]
    Errors: FileError for a file that is missing, not an image, truncated, or of more than 50 million pixels; DataError
        for a blank image; ArgumentError for a frame that is not (rows, columns)

    >>> import tempfile
    >>> from PIL import Image, ImageDraw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = Image.new("L", (100, 80), "white")
    ...     ImageDraw.Draw(page).line((20, 10, 20, 70), fill="black", width=8)
    ...     page.save(f"{folder}/one.png")
    ...     one = read_image(f"{folder}/one.png", (28, 28))
    >>> one.shape, float(one.max()), one.reshape(28, 28).any(axis=1).sum()
    ((784,), 1.0, np.int64(20))

    Source: Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits
    """
    require(len(image_shape) == 2, "image.shape", shape=image_shape)
    path = Path(path)
    grey = read_grey(path)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    background = np.median(border)
    darker, lighter = background - grey.min(), grey.max() - background
    ink = (background - grey if darker > lighter else grey - background).clip(0)
    if ink.max() < _FAINTEST:
        raise DataError("image.blank", path=path)
    ink /= ink.max()
    ink[ink < _FAINTEST] = 0  # paper and JPEG are never quite even
    return framed(ink, image_shape)


def framed(ink: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """The features of one handwritten character from its ink, as `read_image` frames that of a file.

    Arguments:
        ink: of any size, ≥ 0, with 0 where there is none; without any ink the frame stays empty
        image_shape: (rows, columns) of the frame

    Shapes: ink (height, width) → (rows · columns,), float32 in [0, 1]
    Errors: ArgumentError for a frame that is not (rows, columns)

    >>> framed(np.eye(3, dtype=np.float32), (28, 28)).reshape(28, 28).any(axis=0).sum()
    np.int64(20)
    """
    require(len(image_shape) == 2, "image.shape", shape=image_shape)
    if not ink.any():
        return np.zeros(math.prod(image_shape), dtype=np.float32)
    return _frame(_fit(_crop(ink), image_shape), image_shape).reshape(-1)


def read_grey(path: Path) -> np.ndarray:
    """The image in grey, 0 black and 1 white, upright, on white.

    Errors: FileError, as of `read_image`
    """
    # What Pillow warns of, a size or an oddity in a camera's notes, does not matter here.
    with ignored_warnings():
        image = opened(path)
    if image.mode.startswith("I"):
        return np.asarray(image, dtype=np.float32) / 65535
    return np.asarray(on_white(image).convert("L"), dtype=np.float32) / 255


def _has_margin(image_shape: tuple[int, ...]) -> bool:
    return min(image_shape) >= 16


def _crop(ink: np.ndarray) -> np.ndarray:
    """The smallest rectangle with all the ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(ink: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """The ink, as large as the frame's margin allows, its strongest point 1."""
    from PIL import Image

    share = 20 / 28 if _has_margin(image_shape) else 1
    scale = min(share * size / length for size, length in zip(image_shape, ink.shape, strict=True))
    rows, columns = (max(1, round(scale * length)) for length in ink.shape)
    if (rows, columns) != ink.shape:
        picture = Image.fromarray(ink).resize((columns, rows), Image.Resampling.BICUBIC)
        ink = np.asarray(picture).clip(0, 1)
    return ink / ink.max()


def _frame(ink: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """The ink in an empty frame, its centre of mass at the frame's centre, as far as it stays inside.

    The centres of mass in MNIST are at pixel 14 of 0 … 27, those of the 8 × 8 digits at 3.5.
    """
    corner = []
    for axis, size in enumerate(image_shape):
        mass = ink.sum(axis=1 - axis)
        centre = mass @ np.arange(len(mass)) / mass.sum()
        middle = size / 2 if _has_margin(image_shape) else (size - 1) / 2
        corner.append(int(np.clip(math.floor(middle - centre + 0.5), 0, size - len(mass))))
    frame = np.zeros(image_shape, dtype=np.float32)
    top, left = corner
    frame[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return frame
