"""A message with arrays, as bytes: what a page reads without copying a number."""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray
ALIGNED = 8  # bytes: where an array begins
TYPES = {"float32": "f4", "float64": "f8", "int32": "i4", "uint8": "u1"}


def frame(values: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """The length of a header, four bytes, little-endian; the header, JSON; the arrays, C-contiguous, little-endian.

    The header has the values, and in `arrays` for each the name of its type, its shape, and where it begins after the
    header.

    Arguments:
        values: plain data
        arrays: of float32, float64, int32 or uint8

    >>> message = frame({"step": 3}, {"w": np.zeros((2, 1), np.float32)})
    >>> header, arrays = read_frame(message)
    >>> header, arrays["w"].tolist()
    ({'step': 3}, [[0.0], [0.0]])
    """
    described, parts, place = {}, [], 0
    for name, array in arrays.items():
        described[name] = {"type": array.dtype.name, "shape": list(array.shape), "at": place}
        content = np.ascontiguousarray(array, "<" + TYPES[array.dtype.name]).tobytes()
        parts.append(content + bytes(-len(content) % ALIGNED))
        place += len(parts[-1])
    header = json.dumps({**values, "arrays": described}, allow_nan=False, separators=(",", ":")).encode()
    header += b" " * (-(4 + len(header)) % ALIGNED)
    return b"".join([struct.pack("<I", len(header)), header, *parts])


def read_frame(message: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """The values and the arrays of a frame."""
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    arrays = {}
    for name, one in header.pop("arrays").items():
        count = int(np.prod(one["shape"]))
        flat = np.frombuffer(message, "<" + TYPES[one["type"]], count, 4 + length + one["at"])
        arrays[name] = flat.reshape(one["shape"])
    return header, arrays
