"""The idx format of MNIST: a header of sizes, then unsigned bytes."""

import gzip
import struct
import zlib
from math import prod
from pathlib import Path

import numpy as np

from gradiente.errors import FileError
from gradiente.files import read_file

_GZIP_MAGIC = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08


def read_idx(path: str | Path) -> np.ndarray:
    """The array of an idx file, compressed with gzip or not.

    Format: 0, 0, type (0x08: unsigned byte), number of axes; a big-endian 32-bit size of each axis; bytes.

    Arguments:
        path: idx1-ubyte (labels), idx3-ubyte (images), with or without .gz

    Shapes: images (count, rows, columns), labels (count,), both uint8
    Errors: FileError for a file that is missing, corrupt, truncated, or not idx

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels-idx1-ubyte")
    ...     _ = path.write_bytes(b"\\x00\\x00\\x08\\x01" + b"\\x00\\x00\\x00\\x03" + b"\\x07\\x02\\x01")
    ...     read_idx(path)
    array([7, 2, 1], dtype=uint8)

    Source: Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits
    """
    data = read_file(path)
    try:
        if data.startswith(_GZIP_MAGIC):
            data = gzip.decompress(data)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError("idx.gzip", path=path) from error
    if len(data) < 4 or data[:3] != bytes([0, 0, _UNSIGNED_BYTE]) or data[3] == 0:
        raise FileError("idx.magic", path=path, got=data[:4].hex(" ") or "∅")
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise FileError("idx.size", path=path, expected=start, got=len(data))
    shape = struct.unpack(f">{data[3]}I", data[4:start])
    if len(data) != start + prod(shape):
        raise FileError("idx.size", path=path, expected=start + prod(shape), got=len(data))
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)
