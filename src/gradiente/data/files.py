"""The error for a file that cannot be opened."""

from pathlib import Path

from gradiente.errors import FileError


def unreadable(path: str | Path, error: OSError) -> FileError:
    """The error of a file that is not there, or that cannot be read for the system's reason."""
    if isinstance(error, FileNotFoundError):
        return FileError("data.no_file", path=path)
    return FileError("data.unreadable", path=path, reason=error.strerror)
