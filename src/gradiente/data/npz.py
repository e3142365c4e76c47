"""Your own data sets, saved by NumPy: an .npz file with arrays x and y."""

import math
import zlib
from pathlib import Path

import numpy as np

from gradiente.data.channels import channels_first
from gradiente.data.dataset import Dataset
from gradiente.errors import DataError, FileError
from gradiente.files import open_file

_COLOURS = (1, 3, 4)  # grey, RGB, RGB with opacity


def read_npz(path: str | Path) -> Dataset:
    """The data set in an .npz file; nothing in it is ever executed (no pickle).

    Whole y are classes, named by their numbers in ascending order; real y are the targets of a regression.
    Instances with several axes are pictures: each becomes a row. A last axis of 1, 3 or 4 entries holds the colours,
    and comes first in the row, as in PyTorch. Bytes, 0 to 255, become numbers in [0, 1].

    Arguments:
        path: a file with x and y, as `numpy.savez(path, x=x, y=y)` writes it

    Shapes: x (instances, features), (instances, height, width), (instances, height, width, channels) or
        (instances, channels, height, width); y (instances,) or, real, (instances, k)
    Errors: FileError for a file that is missing, corrupt or truncated; DataError where x or y is missing,
        or is not numbers, and whatever Dataset finds

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "two.npz")
    ...     np.savez(path, x=np.zeros((3, 2, 2)), y=np.array([4, 7, 7]))
    ...     data = read_npz(path)
    >>> data.x.shape, data.image_shape, data.y, data.classes
    ((3, 4), (2, 2), array([0, 1, 1]), ('4', '7'))
    """
    path = Path(path)
    x, y = _read(path, "x", "y")
    x = _pictures(x, path)
    image_shape = x.shape[1:] if x.ndim > 2 else None
    features = tuple(f"x{j + 1}" for j in range(x.shape[1])) if x.ndim == 2 else ()
    x = _rows(x)
    if y.dtype.kind not in "biu":
        return Dataset(x, y, "regression", path.stem, (), features, image_shape)
    labels, y = np.unique(y, return_inverse=True)
    classes = tuple(map(str, labels.tolist()))
    return Dataset(x, y, "classification", path.stem, classes, features, image_shape)


def read_inputs(path: str | Path) -> np.ndarray:
    """The x of an .npz file as `read_npz` gives it, for prediction.

    Shapes: → (instances, features)
    Errors: FileError for a file that is missing, corrupt or truncated; DataError where there is no x
    """
    (x,) = _read(Path(path), "x")
    return _rows(_pictures(x, Path(path)))


def _pictures(x: np.ndarray, path: Path) -> np.ndarray:
    """Color images with their channels before height and width; anything else unchanged."""
    if x.ndim != 4 or x.shape[3] not in _COLOURS:
        return x
    if x.shape[1] in _COLOURS:
        raise DataError("npz.channels", path=path, shape=x.shape)
    return channels_first(x, "NHWC")


def _rows(x: np.ndarray) -> np.ndarray:
    """Instances as rows, bytes as numbers in [0, 1]."""
    if x.dtype == np.uint8:
        x = np.divide(x, np.float32(255), dtype=np.float32)
    if x.ndim <= 2:
        return x
    rows = x.reshape(len(x), math.prod(x.shape[1:]))
    return rows.astype(np.float32) if rows.dtype.kind in "biuf" else rows  # Dataset refuses any other kind


def _read(path: Path, *names: str) -> list[np.ndarray]:
    from zipfile import BadZipFile

    # What zipfile and NumPy raise for a wrong byte, depending on where it is.
    corrupt = (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, TypeError, ValueError)
    with open_file(path) as stream:
        try:
            archive = np.load(stream, allow_pickle=False)
            arrays = {name: archive[name] for name in names if name in archive}
        except corrupt as error:
            raise FileError("npz.corrupt", path=path) from error
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise FileError("npz.corrupt", path=path)
    for name in names:
        if name not in arrays:
            raise DataError("npz.arrays", path=path, missing=name, got=", ".join(archive.files) or "∅")
    return [arrays[name] for name in names]
