"""Files that a person names: read where they are regular files, and what stands in the way in the reader's language."""

import errno
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from gradiente.errors import FileError
from gradiente.locale import text

# The system's reasons that have words of ours, by errno's names; one that means the same as another gives way to it.
REASONS = (
    "EACCES",
    "EBUSY",
    "EEXIST",
    "EFBIG",
    "EIO",
    "EISDIR",
    "ELOOP",
    "EMFILE",
    "ENAMETOOLONG",
    "ENOENT",
    "ENOSPC",
    "ENOTDIR",
    "ENOTEMPTY",
    "EROFS",
)
STANDARD_INPUT = "-"
_SAME = {"EPERM": "EACCES", "EDQUOT": "ENOSPC", "ENFILE": "EMFILE", "ETXTBSY": "EBUSY"}


def system_reason(error: OSError) -> str:
    """Why the system refused, in the reader's language; in the system's words where there are none of ours.

    >>> system_reason(FileNotFoundError(errno.ENOENT, "No such file or directory"))
    'no such file or folder'
    """
    name = errno.errorcode.get(error.errno or 0, "")
    name = _SAME.get(name, name)
    return text(f"system.{name}") if name in REASONS else error.strerror or str(error)


def unreadable(path: str | Path, error: OSError) -> FileError:
    """The error of a file that is not there, or that cannot be read for the system's reason."""
    path = path or '""'
    if isinstance(error, FileNotFoundError):
        return FileError("file.missing", path=path)
    return FileError("file.unreadable", path=path, reason=system_reason(error))


def open_file(path: str | Path) -> BinaryIO:
    """A regular file, open for reading: a pipe or a device could be waited for without an end.

    Errors: FileError for one that is missing, is no regular file, or cannot be read
    """
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise FileError("file.irregular", path=path)
        return open(path, "rb")
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:  # a path with a NUL character
        raise FileError("file.missing", path=path) from error


def read_file(path: str | Path) -> bytes:
    """The content of a regular file, or of the standard input, "-".

    Errors: as of `open_file`; FileError where nothing is piped into the standard input
    """
    if str(path) == STANDARD_INPUT:
        if sys.stdin is None or sys.stdin.isatty():
            raise FileError("file.nothing_piped")
        return sys.stdin.buffer.read()
    with open_file(path) as file:
        try:
            return file.read()
        except OSError as error:
            raise unreadable(path, error) from error


def read_text(path: str | Path) -> str:
    """The content of a text file in UTF-8, with or without a byte order mark.

    Errors: as of `open_file`; FileError for another encoding
    """
    try:
        return read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError("file.encoding", path=path, byte=error.start) from error
