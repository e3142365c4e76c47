"""Your own data sets, saved by NumPy: an .npz file with arrays x and y."""

import zlib
from pathlib import Path

import numpy as np

from gradiente.data.dataset import Dataset
from gradiente.data.own import as_rows, own_dataset, pictures, require_channels
from gradiente.errors import DataError, FileError
from gradiente.files import open_file


def read_npz(path: str | Path, task: str | None = None, *, prefer_numbers: bool = False) -> Dataset:
    """The data set in an .npz file; nothing in it is ever executed (no pickle).

    Integer y are classes, named by their numbers in ascending order; so are one-hot rows, named by the place of their
    1. Other rows of 0 and 1 are labels, of which an instance has any number. Real y that are at most twenty different
    whole numbers may be either, and the log `gradiente` says which they are taken for; other real y are the targets of
    a regression.
    Instances with several axes are pictures: each becomes a row. A last axis of 1, 3 or 4 entries holds the colours,
    and comes first in the row, as in PyTorch. Bytes, 0 to 255, become numbers in [0, 1].

    Arguments:
        path: a file with x and y, as `numpy.savez(path, x=x, y=y)` writes it
        task: "classification" or "regression"; None: by y
        prefer_numbers: real y are no classes, because the loss is one of numbers

    Shapes: x (instances, features), (instances, height, width), (instances, height, width, channels) or
        (instances, channels, height, width); y (instances,) or, real or of labels, (instances, k)
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
    x, y, shape = read_npz_pair(path)
    return own_dataset(x, y, Path(path).stem, shape, task, prefer_numbers=prefer_numbers)


def read_npz_pair(path: str | Path) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """The rows of an .npz file, their targets as they are there, and the shape of what a row was made from.

    Errors: as of `read_npz`
    """
    path = Path(path)
    x, y = _read(path, "x", "y")
    require_channels(x.shape, path)
    x = pictures(x)
    return as_rows(x), y, x.shape[1:]


def read_inputs(path: str | Path) -> np.ndarray:
    """The x of an .npz file as `read_npz` gives it, for prediction.

    Shapes: → (instances, features)
    Errors: FileError for a file that is missing, corrupt or truncated; DataError where there is no x
    """
    (x,) = _read(Path(path), "x")
    require_channels(x.shape, Path(path))
    return as_rows(pictures(x))


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
