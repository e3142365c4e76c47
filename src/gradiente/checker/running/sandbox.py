"""The parent's side of the process that runs a student's code: isolation, limits, messages.

`python -I` in its own session, with an empty environment and a temporary folder, under limits of memory, processor
time, file size and wall-clock time; under bubblewrap, where it is installed and may be used, also without network
and without sight of anything but Python itself.
"""

import contextlib
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from gradiente.checker.running.calls import ENDED, TIMEOUT, Call, CallOutcome, Event, Failure
from gradiente.checker.running.messages import encode, events_of, failure_of, names_of, outcome_of, packed, unpacked

T = TypeVar("T")
CHILD = Path(__file__).with_name("child")
SYSTEM = (
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/lib32",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/alternatives",
)
FILE_SIZE = 1 << 20
CPU_SECONDS = 60


@dataclass(frozen=True)
class Limits:
    """How much a student's code may have.

    Arguments:
        memory: bytes
        call: seconds of one call
        load: seconds of one start of the process and loading of the file
        total: seconds of all loads and calls of a submission together
    """

    memory: int = 3 << 29
    call: float = 4.0
    load: float = 15.0
    total: float = 30.0


class Sandbox:
    """A student's file in a process of its own; a context manager.

    After a call that ended the process, the next one starts it again, so that one function's endless loop costs no
    other function its check.
    """

    def __init__(self, source: str, *, cells: bool = False, limits: Limits | None = None) -> None:
        self.source, self.cells, self.limits = source, cells, limits or Limits()
        self.isolation = "bubblewrap" if _bubblewrap() else "process"
        self.failures: tuple[Failure, ...] = ()
        self.callables: dict[str, dict[str, Any]] = {}
        self.events: tuple[Event, ...] = ()
        self._left = self.limits.total
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="gradiente-check-"))
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        shutil.rmtree(self._folder or "", ignore_errors=True)

    def load(self, *, observe: bool = False) -> Failure | None:
        """Start the process, anew where one runs, and load the file; the failure, where that did not end well.

        Arguments:
            observe: note every value that a variable takes, in `events`
        """
        self._end()
        if self._left <= 0:
            return self._too_long(self.limits.load, 0.0)
        self._start()
        return self._load(observe=observe)

    def _load(self, *, observe: bool = False) -> Failure | None:
        body = {"op": "load", "source": self.source, "cells": self.cells, "observe": observe}
        request = packed(body, [])
        found = self._exchange(request, self.limits.load, self._loaded)
        if found is not None:
            self._end()  # half a file is none
        return found

    def _loaded(self, body: Mapping[str, Any], arrays: list[np.ndarray]) -> Failure | None:
        if body.get("error"):
            return failure_of(body["error"])
        self.events = events_of(body, arrays)
        self.failures, self.callables = tuple(map(failure_of, body["failures"])), names_of(body)
        return None

    def call(self, call: Call) -> CallOutcome:
        """One call; none any more when all loads and calls together have taken too long."""
        if self._process is None and (failed := self.load()) is not None:
            return CallOutcome(failure=failed)
        arrays: list[np.ndarray] = []
        request = {
            "op": "call",
            "function": call.function,
            "args": encode(tuple(call.arguments), arrays),
            "kwargs": encode(dict(call.keywords), arrays),
            "record": list(call.record),
            "seed": call.seed,
            "observe": call.observe,
        }
        if call.probe is not None:
            request["probe"] = call.probe
        answer = self._exchange(
            packed(request, arrays), self.limits.call, lambda body, found: outcome_of(call, body, found)
        )
        return CallOutcome(failure=answer) if isinstance(answer, Failure) else answer

    def _start(self) -> None:
        folder = self._folder
        assert folder is not None, "used outside of its with block"
        command = [*_isolated(folder), sys.executable, "-I", str(CHILD / "main.py"), str(self.limits.memory)]
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environment = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "MPLBACKEND": "Agg",
            **threads,
        }
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            start_new_session=True,
            preexec_fn=_limit,
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _exchange(
        self, request: bytes, seconds: float, understood: Callable[[dict[str, Any], list[np.ndarray]], T]
    ) -> T | Failure:
        """A request and its answer, as `understood`; without one in time the failure, and an end to the process."""
        started, allowed = time.monotonic(), min(seconds, self._left)
        until = started + allowed
        try:
            self._write(request, until)
            return understood(*unpacked(lambda length: self._read(length, until)))
        except TimeoutError:
            self._end()
            return self._too_long(seconds, allowed)
        except Exception:  # the process is gone, or what it wrote is no answer: the same to who waits for one
            self._end()
            return Failure(ENDED)
        finally:
            self._left -= time.monotonic() - started

    def _too_long(self, seconds: float, allowed: float) -> Failure:
        """The failure of what took longer than it may, by itself or with all before it."""
        return Failure(TIMEOUT, f"{seconds if allowed == seconds else self.limits.total:g}")

    def _write(self, data: bytes, until: float) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        descriptor, left = process.stdin.fileno(), memoryview(data)
        os.set_blocking(descriptor, False)
        while left:
            _, ready, _ = select.select([], [descriptor], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            left = left[os.write(descriptor, left) :]

    def _read(self, length: int, until: float) -> bytearray:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        found, descriptor = bytearray(), process.stdout.fileno()
        while len(found) < length:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            piece = os.read(descriptor, min(length - len(found), 1 << 20))
            if not piece:
                raise EOFError
            found += piece
        return found


def _limit() -> None:
    """Limits of the new process, and of all that it starts."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@cache
def _bubblewrap() -> bool:
    """Whether bubblewrap is there and may make namespaces."""
    if shutil.which("bwrap") is None:
        return False
    with tempfile.TemporaryDirectory(prefix="gradiente-check-") as folder:
        command = [*_wrapped(Path(folder)), sys.executable, "-I", "-c", "import numpy"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _isolated(folder: Path) -> list[str]:
    return _wrapped(folder) if _bubblewrap() else []


def _wrapped(folder: Path) -> list[str]:
    """bubblewrap with Python, the system's libraries and one folder that may be written to."""
    seen = [place for place in SYSTEM if os.path.exists(place)]
    seen += dict.fromkeys(_python_places())
    binds = [word for place in seen for word in ("--ro-bind", place, place)]
    return [
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"),
        *binds,
        *("--ro-bind", str(CHILD), str(CHILD), "--bind", str(folder), str(folder), "--chdir", str(folder)),
    ]


def _python_places() -> Iterator[str]:
    """Where Python and its packages are, the system's own folders left out."""
    for place in (sys.prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable))):
        if not place.startswith("/usr"):
            yield place
