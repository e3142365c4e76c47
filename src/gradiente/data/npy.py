"""Your own data sets of any size: a folder with x.npy and y.npy, of which x stays on disk."""

from pathlib import Path

import numpy as np

from gradiente.data.dataset import Dataset
from gradiente.data.own import as_rows, own_dataset, pictures, require_channels
from gradiente.errors import FileError, ShapeError
from gradiente.files import open_file
from gradiente.mapped import MappedArray

FILES = ("x.npy", "y.npy")


def read_npy(folder: str | Path, task: str | None = None, *, prefer_numbers: bool = False) -> Dataset:
    """The data set in a folder: as `read_npz` gives it, but x is mapped, and its rows are read when they are used.

    x may be larger than memory: what is read at once is a batch, or a few megabytes. y is in memory.

    Arguments:
        folder: with x.npy and y.npy, as `numpy.save` writes them
        task, prefer_numbers: as of `read_npz`

    Shapes: x and y as of `read_npz`
    Errors: FileError for a file that is missing, corrupt or truncated; DataError and ShapeError as of `read_npz`

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder, "x.npy"), np.zeros((3, 2, 2)))
    ...     np.save(Path(folder, "y.npy"), np.array([4, 7, 7]))
    ...     data = read_npy(folder)
    ...     data.x.shape, data.image_shape, data.y, data.classes, data.x[0]
    ...     del data
    ((3, 4), (2, 2), array([0, 1, 1]), ('4', '7'), array([0., 0., 0., 0.], dtype=float32))
    """
    x, y, shape = read_npy_pair(folder)
    return own_dataset(x, y, Path(folder).absolute().name, shape, task, prefer_numbers=prefer_numbers)


def read_npy_pair(folder: str | Path) -> tuple[MappedArray, np.ndarray, tuple[int, ...]]:
    """The rows of such a folder, their targets as they are there, and the shape of what a row was made from.

    Errors: as of `read_npy`
    """
    folder = Path(folder)
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise FileError("npy.missing", folder=folder, files=", ".join(missing))
    x, shape = _instances(folder / "x.npy")
    return x, np.array(_mapped(folder / "y.npy")), shape


def is_npy_folder(folder: Path) -> bool:
    """Whether a folder is one of `read_npy`, by what is in it."""
    return any((folder / name).is_file() for name in FILES)


def read_mapped_inputs(path: str | Path) -> MappedArray:
    """The instances of an .npy file as `read_npy` gives its x, for prediction.

    Shapes: → (instances, features)
    Errors: FileError for a file that is missing, corrupt or truncated; ShapeError for one without instances
    """
    return _instances(Path(path))[0]


def _instances(path: Path) -> tuple[MappedArray, tuple[int, ...]]:
    """The rows of a file, and the shape of what each of them was made from."""
    base = _mapped(path)
    if base.ndim < 2:
        raise ShapeError("data.x_shape", name=path.name, shape=base.shape)
    require_channels(base.shape, path)
    return MappedArray(base).converted(pictures).converted(as_rows), pictures(base[:1]).shape[1:]


def _mapped(path: Path) -> np.ndarray:
    """The array of an .npy file, read when it is used; nothing in it is ever executed (no pickle)."""
    open_file(path).close()  # its errors
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except Exception as error:  # what NumPy raises for a wrong byte depends on where it is
        raise FileError("npy.corrupt", path=path) from error
