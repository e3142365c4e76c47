"""A child process and its pipes, by what every system offers: threads that read and write, a deadline in the parent.

Where the system has process groups, the group is ended as one. The other limits are the child's to set
(child/confinement.py): `memory_is_limited` says whether it can.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PIECE, PIECES = 1 << 20, 4  # bytes that are read at once; pieces that wait to be taken
TICK = 0.05  # seconds after which whoever waits looks around
LAST_SECONDS = 2.0  # that a killed process may take to be gone
# What Windows needs to load a library; on other systems nothing of the parent's environment is handed on.
OF_WINDOWS = ("SYSTEMROOT", "WINDIR", "PATH", "PATHEXT", "NUMBER_OF_PROCESSORS")


def memory_is_limited() -> bool:
    """Whether this system can limit a process's memory: Windows has no `resource`, macOS does not keep its limit."""
    return sys.platform != "darwin" and find_spec("resource") is not None


def environment_in(folder: Path) -> dict[str, str]:
    """The environment of a process whose only folder is that one."""
    home = dict.fromkeys(("HOME", "TMPDIR"), str(folder))
    if os.name != "nt":
        return {"PATH": os.defpath, **home}
    own = {name: os.environ[name] for name in OF_WINDOWS if name in os.environ}
    return {**own, **home, **dict.fromkeys(("TEMP", "TMP", "USERPROFILE"), str(folder))}


class ChildProcess:
    """A process with a pipe to it and one from it; what it writes on standard error is dropped."""

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=dict(environment),
            **_apart(),
        )
        self._ended = False
        self._found: queue.Queue[bytes] = queue.Queue(PIECES)
        self._given: queue.Queue[bytes | None] = queue.Queue()
        self._piece = memoryview(b"")
        for work in (self._read_pipe, self._write_pipe):
            threading.Thread(target=work, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def write(self, data: bytes) -> None:
        """Write in the background: a process that reads nothing is one that does not answer."""
        self._given.put(data)

    def read(self, length: int, until: float, meanwhile: Callable[[], None]) -> bytearray:
        """So many bytes.

        Arguments:
            until: the deadline, in time.monotonic's seconds
            meanwhile: called again and again while nothing has come

        Errors: TimeoutError after the deadline; EOFError where the process writes nothing more
        """
        found = bytearray()
        while len(found) < length:
            if not self._piece:
                self._piece = memoryview(self._next(until, meanwhile))
            taken = self._piece[: length - len(found)]
            self._piece = self._piece[len(taken) :]
            found += taken
        return found

    def end(self) -> None:
        """Kill it, and wait until nobody holds its output any more: bubblewrap is gone before what it has started."""
        self._ended = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._given.put(None)
        until = time.monotonic() + LAST_SECONDS
        with contextlib.suppress(queue.Empty):
            while self._found.get(timeout=max(0.0, until - time.monotonic())):
                pass
        self._process.wait()

    def _next(self, until: float, meanwhile: Callable[[], None]) -> bytes:
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                piece = self._found.get(timeout=min(left, TICK))
            except queue.Empty:
                meanwhile()
                continue
            if not piece:
                self._found.put(piece)  # whoever ends the process waits for it too
                raise EOFError
            return piece

    def _read_pipe(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with contextlib.suppress(OSError), pipe:
            while not self._ended and (piece := os.read(pipe.fileno(), PIECE)):
                self._found.put(piece)
        self._found.put(b"")

    def _write_pipe(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError), pipe:
            while (data := self._given.get()) is not None:
                pipe.write(data)
                pipe.flush()


def _apart() -> dict[str, Any]:
    """Options of a process that Ctrl-C in the terminal does not reach."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
