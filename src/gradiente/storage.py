"""Atomic file writes, and tensors as safetensors.

NumPy is imported with the tensors: the command line sets its kernels first.
"""

import contextlib
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from gradiente.errors import FileError, require
from gradiente.files import open_file, read_file, read_text, system_reason
from gradiente.locale import text

if TYPE_CHECKING:
    from numpy import ndarray as Array

# The types of a safetensors file that NumPy has, by the format's names.
NUMPY_TYPES = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL", "C64"}
BFLOAT16 = "BF16"
SHOWN = 60  # characters of a line that is not TOML


@contextlib.contextmanager
def atomic_file(path: str | Path) -> Iterator[BinaryIO]:
    """Context manager: a file to write, which takes the name, and the place of an old one, once it is complete.

    At any moment the old file or the new one is there, never a part of one.

    Errors: FileError where the folder cannot be written or the disk is full; the old file stays as it was.
    """
    path = Path(path)
    temporary = None
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise FileError("file.irregular", path=path)  # the new file would take the place of a device
    try:
        draft = path.parent / f".{path.name}.{os.urandom(4).hex()}.part"
        with open(draft, "xb") as file:
            temporary = draft
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if not isinstance(error, OSError):
            raise
        raise FileError("storage.write", path=path, reason=system_reason(error)) from error


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Write a file so that at any moment the old one or the new one is there, never a part of one.

    Errors: as of `atomic_file`
    """
    # A file's name that is no text, of undecodable bytes, cannot be written as it is.
    data = content.encode(errors="replace") if isinstance(content, str) else content
    with atomic_file(path) as file:
        file.write(data)


def require_folder_of(path: str | Path) -> None:
    """Raise the FileError that writing there would, where there is no such folder: before the work, not after it."""
    if not os.path.isdir(os.path.dirname(os.path.abspath(path))):
        raise FileError("storage.write", path=path, reason=text("system.ENOENT"))


def require_png(path: str | Path) -> None:
    """Raise an error unless a picture can be written there: its name ends in .png, and its folder is there.

    Errors: ArgumentError for another name; as of `require_folder_of`
    """
    require(Path(path).suffix.lower() == ".png", "storage.png", path=path)
    require_folder_of(path)


def json_text(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """Plain data as JSON, which has no NaN and no infinity, but null.

    Arguments:
        ascii_only: write every other character as an escape

    >>> json_text({"loss": 0.5, "r2": float("nan")})
    '{"loss": 0.5, "r2": null}'
    """
    try:
        return json.dumps(value, indent=indent, ensure_ascii=ascii_only, allow_nan=False)
    except (TypeError, ValueError):  # a mapping that is no dict, NaN or an infinity
        return json.dumps(_finite(value), indent=indent, ensure_ascii=ascii_only, allow_nan=False)


def read_toml(path: str | Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Errors: FileError where there is none, or it is no TOML
    """
    import tomllib

    content = read_text(path)
    try:
        return tomllib.loads(content)
    except (ValueError, RecursionError) as error:
        lines = content.rstrip().split("\n")
        found = re.search(r"at (?:end of document|line (\d+))", str(error))  # tomllib says where, in English
        if found is None:
            raise FileError("storage.toml", path=path) from error
        line = min(int(found[1] or len(lines)), len(lines))
        there = lines[line - 1].strip()[:SHOWN]
        raise FileError("storage.toml_line", path=path, line=line, content=there) from error


def save_tensors(path: str | Path, tensors: "Mapping[str, Array]", metadata: Mapping[str, str]) -> None:
    """Write arrays by name, with a few words about them, as one safetensors file, atomically."""
    import numpy as np
    from safetensors.numpy import save

    # safetensors stores the memory of an array, not its strides. A single number stays without axes.
    contiguous = {name: np.asarray(array, order="C") for name, array in tensors.items()}
    write_atomically(path, save(contiguous, metadata=dict(metadata)))


def load_tensors(path: str | Path) -> "tuple[dict[str, Array], dict[str, str]]":
    """The arrays and the words of a safetensors file; bfloat16, which NumPy does not have, becomes float32.

    Errors: FileError where there is no such file, it is truncated or of another kind, or its numbers are of a type
        that NumPy does not have
    """
    from safetensors import SafetensorError, deserialize, safe_open

    open_file(path).close()  # its errors
    try:
        with safe_open(path, framework="np") as file:
            kinds = {name: file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118
            for name, kind in kinds.items():
                if kind not in {*NUMPY_TYPES, BFLOAT16}:
                    raise FileError("storage.dtype", path=path, name=name, dtype=kind)
            arrays = {name: file.get_tensor(name) for name, kind in kinds.items() if kind != BFLOAT16}
            metadata = file.metadata() or {}
        if BFLOAT16 in kinds.values():
            entries = dict(deserialize(read_file(path)))
            arrays |= {name: _floats(entry) for name, entry in entries.items() if entry["dtype"] == BFLOAT16}
        return {name: arrays[name] for name in kinds}, metadata
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise FileError("storage.corrupt", path=path) from error


def _floats(entry: Mapping[str, Any]) -> "Array":
    """A tensor in bfloat16, the upper half of a float32, as float32."""
    import numpy as np

    upper = np.frombuffer(entry["data"], "<u2").astype("<u4")
    return (upper << 16).view("<f4").reshape(entry["shape"])


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
