"""One training of a run at a time: a lock of the operating system, which ends with the process that holds it."""

import os
from pathlib import Path

from gradiente.errors import FileError
from gradiente.files import system_reason

NAME = ".lock"


class RunLock:
    """The lock of a run's folder. A process that is killed leaves it open."""

    def __init__(self) -> None:
        self._held: tuple[int, Path] | None = None

    def acquire(self, folder: Path) -> None:
        """Take the lock.

        Errors: FileError where another process, or another training of this one, has it
        """
        path = folder / NAME
        while True:
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            except OSError as error:
                raise FileError("storage.write", path=path, reason=system_reason(error)) from error
            if not _locked(descriptor):
                os.close(descriptor)
                raise FileError("run.in_use", folder=folder)
            if _is_still(descriptor, path):
                self._held = descriptor, path
                return
            os.close(descriptor)  # whoever had it has just removed the file: another one counts

    def release(self) -> None:
        """Give it back, where it is held."""
        if self._held is None:
            return
        descriptor, path = self._held
        self._held = None
        if os.name == "nt":
            os.close(descriptor)  # Windows removes no file that is open
            path.unlink(missing_ok=True)
        else:
            path.unlink(missing_ok=True)
            os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Lock an open file, at once or not at all."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a disk of a network that has no locks
        return True
    return True


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
