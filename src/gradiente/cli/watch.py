"""`gradiente check --watch`: a file, checked at once and again whenever it has been saved."""

import hashlib
import os
import time
from collections.abc import Callable

PAUSE = 0.2  # seconds between two looks at the file
RECENT = 2.0  # seconds in which a file system may give two saves the same time


class WatchedFile:
    """A file whose saves are seen: by its time and size, and by its content where these may be the same."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._mark: tuple[int, int, int] | None = None
        self._digest: bytes | None = None

    def digest(self) -> bytes | None:
        """Of its content; None while it cannot be read: an editor may take it away for a moment."""
        try:
            status = os.stat(self.path)
            mark = status.st_mtime_ns, status.st_size, status.st_ino
            if mark != self._mark or time.time() - status.st_mtime < RECENT:
                with open(self.path, "rb") as file:
                    self._digest = hashlib.file_digest(file, "sha256").digest()
                self._mark = mark
        except OSError:
            self._mark = self._digest = None
        return self._digest

    def saved(self, known: bytes | None) -> bytes:
        """Wait until the content is another one than that, and the same at two looks: written to its end."""
        before = None
        while True:
            now = self.digest()
            if now is not None and now == before and now != known:
                return now
            before = now
            time.sleep(PAUSE)


def watch(path: str, passes: Callable[[], bool], waits: Callable[[], None]) -> int:
    """Call it for every saved content, until Ctrl-C.

    Arguments:
        passes: checks the file, shows the verdict, and says whether everything is right
        waits: says that the next save is waited for

    Returns: the exit status of the last verdict

    Errors: KeyboardInterrupt where there is no verdict yet
    """
    file, known, passed = WatchedFile(path), None, None
    try:
        while True:
            known = file.saved(known)
            passed = passes()
            waits()
    except KeyboardInterrupt:
        if passed is None:
            raise
        return 0 if passed else 1
