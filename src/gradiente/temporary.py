"""Temporary folders: each is locked by its process while that lives, so that others are known as left.

The names say that they are locked: a folder of any other name has an owner that nothing is known of, and stays.
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Literal

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows, where no folder can be locked
    fcntl = None

Kind = Literal["check", "grade", "bench", "lab"]
KINDS: tuple[Kind, ...] = "check", "grade", "bench", "lab"


class TemporaryFolder:
    """A temporary folder, removed at the end; before it is made, those that killed processes have left are removed.

    Arguments:
        kind: what it is for, a part of its name
    """

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind
        self._held: tuple[Path, int | None] | None = None

    def __enter__(self) -> Path:
        _remove_left()
        while self._held is None:
            path = Path(tempfile.mkdtemp(prefix=_prefix(self.kind)))
            try:
                lock = _lock(path)
            except (BlockingIOError, FileNotFoundError):
                continue  # another process takes it for one that was left
            if path.exists():
                self._held = path, lock
            else:
                _release(lock)
        return self._held[0]

    def __exit__(self, *_: object) -> None:
        if self._held is not None:
            (path, lock), self._held = self._held, None
            _remove(path)
            _release(lock)


def _prefix(kind: Kind) -> str:
    return f"gradiente-locked-{kind}-"


def empty(folder: Path) -> None:
    """Remove all that is in it. Folders may be nested deeper than a path may be long: they are moved up one by one."""
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
        while inner := os.listdir(folder):
            for name in inner:
                place = folder / name
                if place.is_symlink() or not place.is_dir():
                    place.unlink()
                    continue
                os.chmod(place, 0o700)
                for path in list(place.iterdir()):
                    if path.is_dir() and not path.is_symlink():
                        os.chmod(path, 0o700)
                        path.rename(folder / secrets.token_hex(16))
                    else:
                        path.unlink()
                place.rmdir()


def _remove(folder: Path) -> None:
    empty(folder)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove_left() -> None:
    """Remove this user's folders whose process is gone."""
    if fcntl is None:
        return
    places = Path(tempfile.gettempdir())
    for path in [path for kind in KINDS for path in places.glob(f"{_prefix(kind)}*")]:
        with contextlib.suppress(OSError):
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                continue
            lock = _lock(path)
            if lock is not None:
                _remove(path)
                _release(lock)


def _lock(folder: Path) -> int | None:
    """Lock a folder; None where the system has no locks for it.

    Errors: BlockingIOError where another process has locked it; FileNotFoundError where it is gone
    """
    if fcntl is None:
        return None
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return descriptor


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
