"""The parent's side of the process that runs a student's code: isolation, limits, messages.

`python -I` apart from the terminal, with an empty environment and a temporary folder, under limits of wall-clock time,
of its folder and its answers, and, where the system has them, of memory, processor time and file size; under
bubblewrap, where it is installed and may be used, also without network and without sight of anything but Python
itself. It is one process and starts no other (child/confinement.py).
"""

import errno
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from gradiente.checker.running.calls import ENDED, TIMEOUT, Call, CallOutcome, Event, Failure
from gradiente.checker.running.folders import too_full
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
from gradiente.checker.running.process import ChildProcess, environment_in
from gradiente.temporary import TemporaryFolder, empty

T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """How much a student's code may have.

    Arguments:
        memory: bytes
        processor: seconds of processor time of one process
        call: seconds of one call
        load: seconds of one start of the process and loading of the file
        total: seconds of all loads and calls of a submission together
    """

    memory: int = 3 << 29
    processor: int = 60
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
        self._process: ChildProcess | None = None
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
        limits = str(self.limits.memory), str(self.limits.processor)
        command = [*isolated(folder), sys.executable, "-I", str(CHILD / "main.py"), *limits]
        threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environment = {
            **environment_in(folder),
            **threads,
            "MPLBACKEND": "Agg",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
        }
        self._process = ChildProcess(command, folder, environment)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _exchange(
        self, request: bytes, seconds: float, understood: Callable[[dict[str, Any], list[np.ndarray]], T]
    ) -> T | Failure:
        """A request and its answer, as `understood`; without one in time the failure, and an end to the process."""
        started, allowed = time.monotonic(), min(seconds, self._left)
        until = started + allowed
        try:
            process = self._process
            assert process is not None
            process.write(request)
            answer = understood(*unpacked(lambda length: process.read(length, until, self._look_at_folder)))
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

    def _look_at_folder(self) -> None:
        if too_full(self._own_folder):
            raise FullFolderError


class FullFolderError(Exception):
    """A student's code has written more than it may."""
