"""The parent's side of the process that runs a student's code: isolation, limits, messages.

`python -I` in its own session, with an empty environment and a temporary folder, under limits of memory, processor
time, file size and wall-clock time; under bubblewrap, where it is installed and may be used, also without network
and without sight of anything but Python itself.
"""

import contextlib
import io
import json
import os
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np

from gradiente.checker.running.calls import (
    ENDED,
    TIMEOUT,
    Call,
    CallOutcome,
    Failure,
    OpaqueValue,
    RecordedCall,
    Tensor,
)

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
LARGEST = 256 << 20
START_SECONDS = 20.0


@dataclass(frozen=True)
class Limits:
    """How much a student's code may have: bytes of memory, seconds of one call, of loading the file, of all calls."""

    memory: int = 3 << 29
    call: float = 4.0
    load: float = 15.0
    total: float = 20.0


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
        self._left = self.limits.total
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="gradiente-check-"))
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        shutil.rmtree(self._folder or "", ignore_errors=True)

    def load(self) -> Failure | None:
        """Start the process, anew where one runs, and load the file; the failure, where that did not end well."""
        self._end()
        self._start()
        return self._load()

    def _load(self) -> Failure | None:
        self._send({"op": "load", "source": self.source, "cells": self.cells}, [])
        answer = self._receive(self.limits.load + START_SECONDS)
        if isinstance(answer, Failure):
            return answer
        body, _ = answer
        if body.get("error"):
            self._end()  # half a file is none
            return _failure(body["error"])
        self.failures, self.callables = tuple(map(_failure, body["failures"])), body["names"]
        return None

    def call(self, call: Call) -> CallOutcome:
        """One call; none any more when all of them together have taken too long."""
        if self._left <= 0:
            return CallOutcome(failure=Failure(TIMEOUT, f"{self.limits.total:g}"))
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
        }
        if call.probe is not None:
            request["probe"] = call.probe
        started = time.monotonic()
        self._send(request, arrays)
        answer = self._receive(self.limits.call)
        self._left -= time.monotonic() - started
        if isinstance(answer, Failure):
            return CallOutcome(failure=answer)
        body, found = answer
        if body.get("error"):
            return CallOutcome(
                failure=_failure(body["error"]),
                mutated=tuple(body.get("mutated", ())),
                records=_records(body, found),
            )
        return CallOutcome(
            decode(body["result"], found),
            None,
            decode(body["after"], found),
            tuple(body["mutated"]),
            _records(body, found),
        )

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

    def _send(self, body: Mapping[str, Any], arrays: list[np.ndarray]) -> None:
        stored = io.BytesIO()
        words = np.frombuffer(json.dumps(body).encode(), dtype=np.uint8)
        np.savez(stored, allow_pickle=False, json=words, **{str(i): a for i, a in enumerate(arrays)})  # pyright: ignore[reportArgumentType]
        data = stored.getvalue()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(struct.pack(">Q", len(data)) + data)
            process.stdin.flush()

    def _receive(self, seconds: float) -> tuple[dict[str, Any], dict[str, np.ndarray]] | Failure:
        """The next answer; without one in time, or from a process that is gone, the failure, and an end to it."""
        until = time.monotonic() + seconds
        try:
            (length,) = struct.unpack(">Q", self._read(8, until))
            if length > LARGEST:
                raise EOFError
            with np.load(io.BytesIO(self._read(length, until)), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return json.loads(arrays.pop("json").tobytes()), arrays
        except TimeoutError:
            self._end()
            return Failure(TIMEOUT, f"{seconds:g}")
        except (EOFError, OSError, ValueError, KeyError):
            self._end()
            return Failure(ENDED)

    def _read(self, length: int, until: float) -> bytes:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        pieces, missing = [], length
        descriptor = process.stdout.fileno()
        while missing:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            piece = os.read(descriptor, min(missing, 1 << 20))
            if not piece:
                raise EOFError
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)


def encode(value: Any, arrays: list[np.ndarray]) -> Any:
    """A value as JSON, its arrays apart."""
    if isinstance(value, np.ndarray | Tensor):
        array = value.values if isinstance(value, Tensor) else value
        arrays.append(np.asarray(array, order="C"))
        return {"torch" if isinstance(value, Tensor) else "a": len(arrays) - 1}
    if isinstance(value, np.generic):
        arrays.append(np.asarray(value))
        return {"n": len(arrays) - 1}
    if isinstance(value, tuple | list):
        return {"t": [encode(entry, arrays) for entry in value]}
    if isinstance(value, Mapping):
        return {"d": [[key, encode(entry, arrays)] for key, entry in value.items()]}
    return {"s": value} if isinstance(value, str) else value


def decode(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The way back; what is no number is an `OpaqueValue`."""
    if not isinstance(value, dict):
        return value
    if "a" in value:
        return arrays[str(value["a"])]
    if "s" in value:
        return value["s"]
    if "t" in value:
        return tuple(decode(entry, arrays) for entry in value["t"])
    if "d" in value:
        return {key: decode(entry, arrays) for key, entry in value["d"]}
    return OpaqueValue(value.get("o", "?"))


def _records(body: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> tuple[RecordedCall, ...]:
    return tuple(
        RecordedCall(
            entry["name"],
            decode(entry["args"], arrays),
            decode(entry["kwargs"], arrays),
            decode(entry["result"], arrays),
        )
        for entry in body.get("records") or ()
    )


def _failure(data: Mapping[str, Any]) -> Failure:
    return Failure(
        data["type"],
        data["message"],
        data["line"],
        data.get("function", ""),
        data.get("shapes", {}),
        data.get("direct", True),
    )


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
