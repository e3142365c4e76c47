"""The rows of a table as a network gets them, encoded piece by piece; many of them stay on disk."""

import tempfile
from collections.abc import Iterable, Mapping

import numpy as np

from gradiente.cache import cache_folder
from gradiente.data.encoder import Encoder
from gradiente.errors import FileError
from gradiente.files import system_reason
from gradiente.mapped import MappedArray

IN_MEMORY = 64_000_000  # bytes at most, of rows that may stay on disk


def encoded_rows(
    pieces: Iterable[Mapping[str, np.ndarray]], encoder: Encoder, rows: int, *, on_disk: bool = False
) -> np.ndarray | MappedArray:
    """The features of consecutive rows.

    Arguments:
        pieces: the columns of some rows after those of the others
        rows: of all pieces
        on_disk: more than 64 MB of them are a memory map of a file without a name in the user's cache folder, which
            ends with the process

    Shapes: → (rows, features), float32
    Errors: FileError where that file cannot be written
    """
    shape = rows, len(encoder.features)
    parts = map(encoder.transform, pieces)
    if on_disk and rows * shape[1] * np.dtype(np.float32).itemsize > IN_MEMORY:
        return _mapped(parts, shape)
    x = np.empty(shape, np.float32)
    start = 0
    for part in parts:
        x[start : start + len(part)] = part
        start += len(part)
    return x


def _mapped(parts: Iterable[np.ndarray], shape: tuple[int, int]) -> MappedArray:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            for part in parts:
                file.write(np.ascontiguousarray(part, np.float32).data)
            file.flush()
            return MappedArray(np.memmap(file, np.float32, "r", shape=shape))
    except OSError as error:
        raise FileError("storage.write", path=folder, reason=system_reason(error)) from error
