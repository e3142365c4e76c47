"""Arrays kept in the user's cache folder, as memory maps that are verified whenever they are opened."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from gradiente.cache import cache_folder
from gradiente.errors import FileError
from gradiente.files import read_text
from gradiente.storage import atomic_file, json_text, write_atomically

Array = np.ndarray
FORMAT = 1  # of what is kept: to be raised whenever the same sources give other arrays
CHECKSUMS = "checksums.json"
ABANDONED_SECONDS = 600  # after which a partial file is that of a process that was killed


def cached_arrays(
    name: str, sources: Iterable[str], make: Callable[[], Mapping[str, Array]], *, alone: bool = False
) -> Mapping[str, Array]:
    """The arrays that `make` makes from files with those checksums, made once and then mapped from the cache folder.

    The maps are copy-on-write: they may be changed, the files do not. What is missing, damaged, truncated or of another
    format is made again; where the folder cannot be written, the arrays are made every time.

    Arguments:
        name: of the data set; a folder
        sources: the checksums of the files that the arrays are made from
        make: arrays by name, whose rows take a multiple of 8 bytes each
        alone: of this data set nothing else is kept: what other files gave before is removed
    """
    key = hashlib.sha256(" ".join([str(FORMAT), *sources]).encode()).hexdigest()[:16]
    folder = cache_folder() / "arrays" / name / key
    kept = _opened(folder)
    if kept is not None:
        return kept
    arrays = make()
    with suppress(FileError, OSError):
        if alone:
            shutil.rmtree(folder.parent, ignore_errors=True)
        _write(folder, arrays)
        return _opened(folder) or arrays
    return arrays


def _opened(folder: Path) -> dict[str, Array] | None:
    """The arrays that are kept there; None unless all of them are as they were written."""
    try:
        checksums = json.loads(read_text(folder / CHECKSUMS))
        arrays = {
            name: np.asarray(np.lib.format.open_memmap(folder / f"{name}.npy", mode="c"))
            for name in checksums
        }
        whole = all(checksum(array) == checksums[name] for name, array in arrays.items())
    except Exception:  # what NumPy raises for a wrong byte depends on where it is
        return None
    return arrays if whole and arrays else None


def checksum(array: Array) -> str:
    """The SHA-256 of an array's type, its shape, and the sum of the 64-bit words of each of its rows.

    A changed word changes the sum of its row, and the sums are many times faster than a checksum of all bytes.

    Shapes: array (m, …), C-contiguous, m ≥ 1, whose rows take a multiple of 8 bytes each
    """
    sums = array.reshape(len(array), -1).view(np.uint64).sum(axis=1)
    return hashlib.sha256(f"{array.dtype.str} {array.shape}".encode() + sums.tobytes()).hexdigest()


def _write(folder: Path, arrays: Mapping[str, Array]) -> None:
    """Write the arrays, then their checksums: without those, or with those of others, nothing there counts."""
    folder.mkdir(parents=True, exist_ok=True)
    for partial in folder.glob(".*.part"):
        if time.time() - os.stat(partial).st_mtime > ABANDONED_SECONDS:
            partial.unlink(missing_ok=True)
    for name, array in arrays.items():
        with atomic_file(folder / f"{name}.npy") as file:
            np.save(file, array)
    checksums = {name: checksum(array) for name, array in arrays.items()}
    write_atomically(folder / CHECKSUMS, json_text(checksums))
