"""A picture in a file as a row of a data set: upright, on white, cut to a shape."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradiente.errors import FileError, require
from gradiente.files import open_file, unreadable
from gradiente.quiet import ignored_warnings

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_PIXELS = 50_000_000  # what a phone takes; a few hundred kilobytes may hold many more
# Of the formats that Pillow reads, those of pictures of one page that are read without another program.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "TGA", "JPEG2000", "AVIF")
SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".webp", ".apng", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".jp2", ".avif"),
)
_GREY = ("1", "L", "LA", "La")
_OF_16_BITS = ("PNG", "PPM")  # also in Pillow's mode of 32 bits, "I"
_TURNED = range(5, 9)  # orientations of a camera that exchange rows and columns
_ORIENTATION = 0x0112
_FINER = 2  # than the shape: how a JPEG is decoded before it is made smaller


def read_picture(path: str | Path, image_shape: tuple[int, ...]) -> np.ndarray:
    """The features of a picture in a file, as a folder of pictures by class has them.

    It is turned upright as its camera noted, and what is transparent becomes white. Its proportions stay: it is scaled
    until it covers the shape, and what is over on two sides is cut off. Of several pages or frames it is the first.

    Arguments:
        path: a file in a format of FORMATS
        image_shape: (rows, columns) for grey, (3, rows, columns) for colours, as a Dataset's image_shape

    Shapes: → (features,), float32 in [0, 1], channels first
    Errors: FileError for a file that is missing, not an image, truncated, or of more than 50 million pixels;
        ArgumentError for another shape

    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("RGB", (40, 20), "red").save(f"{folder}/red.png")
    ...     red = read_picture(f"{folder}/red.png", (3, 8, 8)).reshape(3, 8, 8)
    >>> red.mean(axis=(1, 2)).tolist()
    [1.0, 0.0, 0.0]
    """
    shape = tuple(image_shape)
    require(len(shape) == 2 or (len(shape) == 3 and shape[0] in (1, 3)), "picture.shape", shape=shape)
    channels = (1, *shape)[-3]
    with ignored_warnings():
        bytes_ = picture_bytes(Path(path), channels, (image_shape[-2], image_shape[-1]))
    return np.divide(bytes_.reshape(-1), np.float32(255), dtype=np.float32)


def picture_bytes(path: Path, channels: int, size: tuple[int, int]) -> np.ndarray:
    """What `read_picture` gives as bytes; for a thread of its own, in which warnings are not silenced.

    Shapes: size (rows, columns) → (channels, rows, columns), uint8
    """
    from PIL import Image, ImageOps

    image = on_white(opened(path, least=_FINER * max(size))).convert("L" if channels == 1 else "RGB")
    cut = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(cut).reshape(*size, channels).transpose(2, 0, 1)


def opened(path: Path, *, least: int | None = None) -> "Picture":
    """A picture, decoded and turned upright, in the mode of its file.

    Arguments:
        least: rows and columns that are enough: a larger JPEG is decoded at a fraction of its size, which is quicker

    Errors: FileError, as of `read_picture`
    """
    from PIL import ImageOps

    with _found(path) as found:
        if least is not None:
            found.draft(None, (least, least))
        image = ImageOps.exif_transpose(found)
        image.load()
    return image


def header(path: Path) -> tuple[int, int, bool]:
    """Rows and columns of a picture when it is upright, and whether its file is one of grey; nothing is decoded.

    Errors: FileError, as of `read_picture`
    """
    with _found(path) as found:
        columns, rows = found.size
        # Pillow looks for a PNG's orientation behind its pixels too, and decodes them for it.
        noted = found.format != "PNG" or "exif" in found.info
        if noted and found.getexif().get(_ORIENTATION) in _TURNED:
            rows, columns = columns, rows
        return rows, columns, found.mode in _GREY or found.mode.startswith("I")


@contextmanager
def _found(path: Path) -> Iterator["Picture"]:
    """Context manager: the picture in a file, not decoded yet. What Pillow raises becomes a FileError."""
    from PIL import Image, UnidentifiedImageError

    try:
        with open_file(path) as file, Image.open(file, formats=_known_formats()) as found:
            if math.prod(found.size) > MOST_PIXELS:  # known before a pixel is decoded
                raise _too_large(path)
            if found.mode == "F" or (found.mode == "I" and found.format not in _OF_16_BITS):
                raise FileError("image.real", path=path)
            yield found
    except UnidentifiedImageError as error:
        raise FileError("image.unknown", path=path) from error
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except FileError:
        raise
    except Exception as error:  # what Pillow raises for a wrong byte depends on where it is
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(path, error) from error
        raise FileError("image.corrupt", path=path) from error


def on_white(image: "Picture") -> "Picture":
    """In grey or in colours of 8 bits, with white where it is transparent."""
    from PIL import Image

    if image.mode.startswith("I"):  # which convert("L") would cut off at 255
        return Image.fromarray(np.rint(np.asarray(image) / 257).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("L" if image.mode in _GREY else "RGB")
    colours = image.convert("RGBA")
    page = Image.new("RGBA", colours.size, "white")
    page.alpha_composite(colours)
    return page.convert("RGB")


def _known_formats() -> list[str]:
    """Those that this Pillow was built with."""
    from PIL import Image

    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _too_large(path: Path) -> FileError:
    return FileError("image.large", path=path, most=f"{MOST_PIXELS // 10**6}")
