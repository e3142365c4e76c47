"""The parent's side of the process that runs a student's code: isolation, limits, messages.

`python -I` in its own session, with an empty environment and a temporary folder, under limits of memory, processor
time, file size and wall-clock time; under bubblewrap, where it is installed and may be used, also without network
and without sight of anything but Python itself. It is one process and starts no other (child/confinement.py).
"""

import contextlib
import errno
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from gradiente.checker.running.calls import ENDED, TIMEOUT, Call, CallOutcome, Event, Failure
from gradiente.checker.running.folders import TemporaryFolder, empty, too_full
from gradiente.checker.running.isolation import CHILD, isolated, isolation
from gradiente.checker.running.messages import (
    encode,
    events_of,
    failure_of,
    names_of,
    outcome_of,
    packed,
    unpacked,
)

T = TypeVar("T")
FILE_SIZE = 1 << 20
CPU_SECONDS = 60
TICK = 0.05  # seconds after which the folder is looked at again
LAST_SECONDS = 2.0  # that a killed process may take to be gone


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
        self.isolation = isolation()
        self.failures: tuple[Failure, ...] = ()
        self.callables: dict[str, dict[str, Any]] = {}
        self.events: tuple[Event, ...] = ()
        self._left = self.limits.total
        self._process: subprocess.Popen[bytes] | None = None
        self._kept = TemporaryFolder("check")
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        self._folder = self._kept.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._kept.__exit__()

    @property
    def _own_folder(self) -> Path:
        assert self._folder is not None, "used outside of its with block"
        return self._folder

    def replay(self, source: str, given: Mapping[str, np.ndarray]) -> Failure | None:
        """Load another source, observed, in which these names are arrays; in the same process, where one runs."""
        if self._left <= 0:
            return self._too_long(self.limits.load, 0.0)
        if self._process is None:
            self._start()
        return self._load(observe=True, source=source, given=given)

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

    def _load(
        self,
        *,
        observe: bool = False,
        source: str | None = None,
        given: Mapping[str, np.ndarray] | None = None,
    ) -> Failure | None:
        arrays: list[np.ndarray] = []
        body = {"op": "load", "source": source or self.source, "cells": self.cells, "observe": observe}
        request = packed(body | {"given": encode(dict(given or {}), arrays)}, arrays)
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
        folder = self._own_folder
        command = [*isolated(folder), sys.executable, "-I", str(CHILD / "main.py"), str(self.limits.memory)]
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
        _wait_for_end(process)
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
            answer = understood(*unpacked(lambda length: self._read(length, until)))
            self._look_at_folder()
            return answer
        except TimeoutError:
            self._end()
            return self._too_long(seconds, allowed)
        except FullFolderError:
            self._end()
            empty(self._own_folder)
            return Failure("OSError", os.strerror(errno.EDQUOT))
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
            self._wait([], [descriptor], until)
            left = left[os.write(descriptor, left) :]

    def _read(self, length: int, until: float) -> bytearray:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        found, descriptor = bytearray(), process.stdout.fileno()
        while len(found) < length:
            self._wait([descriptor], [], until)
            piece = os.read(descriptor, min(length - len(found), 1 << 20))
            if not piece:
                raise EOFError
            found += piece
        return found

    def _wait(self, reading: list[int], writing: list[int], until: float) -> None:
        """Until one of these is ready; TimeoutError where that takes too long."""
        while True:
            left = until - time.monotonic()
            ready = select.select(reading, writing, [], max(0.0, min(left, TICK)))
            if ready[0] or ready[1]:
                return
            if left <= 0:
                raise TimeoutError
            self._look_at_folder()

    def _look_at_folder(self) -> None:
        if too_full(self._own_folder):
            raise FullFolderError


def _wait_for_end(process: subprocess.Popen[bytes]) -> None:
    """Until nobody holds its output any more: bubblewrap is gone a moment before what it has started."""
    assert process.stdout is not None
    until, descriptor = time.monotonic() + LAST_SECONDS, process.stdout.fileno()
    while select.select([descriptor], [], [], max(0.0, until - time.monotonic()))[0]:
        if not os.read(descriptor, 1 << 20):
            return


class FullFolderError(Exception):
    """A student's code has written more than it may."""


def _limit() -> None:
    """Limits of the new process, and of all that it starts."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
