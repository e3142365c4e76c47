"""A system's autograder as files: a folder, or a zip."""

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from gradiente.errors import FileError
from gradiente.files import system_reason
from gradiente.storage import require_folder_of, write_atomically

_SCRIPT, _PLAIN = 0o755, 0o644


def write_package(path: str | Path, files: Mapping[str, str | bytes]) -> None:
    """Write the files into a new folder, or into a zip where the name ends so; what begins with #! can be executed.

    Errors: FileError where there is something of that name, or it cannot be written
    """
    if os.path.lexists(path):
        raise FileError("autograder.exists", path=path)
    require_folder_of(path)
    content = {name: value.encode() if isinstance(value, str) else value for name, value in files.items()}
    if Path(path).suffix.lower() == ".zip":
        write_atomically(path, _zipped(content))
        return
    try:
        os.mkdir(path)
    except OSError as error:
        raise FileError("storage.write", path=path, reason=system_reason(error)) from error
    for name, value in content.items():
        write_atomically(Path(path) / name, value)
        os.chmod(Path(path) / name, _mode(value))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, value in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100000 | _mode(value)) << 16
            archive.writestr(entry, value, zipfile.ZIP_DEFLATED)
    return stored.getvalue()


def _mode(content: bytes) -> int:
    return _SCRIPT if content.startswith(b"#!") else _PLAIN
