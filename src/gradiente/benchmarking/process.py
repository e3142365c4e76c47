"""The process of a peer, seen from its parent."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gradiente.benchmarking.child import ONCE, PREPARED
from gradiente.benchmarking.job import Job
from gradiente.benchmarking.peer import Peer
from gradiente.formatting import count
from gradiente.locale import text

THREADS = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_NUM", "NUMBA_NUM", "VECLIB_MAXIMUM")
LAST_LINES = 3  # of what a peer that died said
PATIENCE = 600.0  # seconds: a peer that has not answered by then is ended


class PeerDied(Exception):
    """The process of a peer ended before its answer; the message has the end of what it said."""


@dataclass(frozen=True)
class Answer:
    """What one round came to. `memory` is the peak in bytes, None where the system does not say."""

    seconds: float
    core_seconds: float | None = None
    accuracy: float | None = None
    memory: int | None = None


class Prepared:
    """A process that prepares once and then runs a round whenever it is asked to."""

    def __init__(self, peer: Peer, job: Job) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, `close` closes it
        self._process = _start(peer, job, PREPARED, self._errors)
        try:
            self._read()
        except BaseException:
            self.close()
            raise

    def round(self) -> Answer:
        """One round; PeerDied where the process ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
        except OSError:
            raise _death(self._errors) from None
        return Answer(**self._read())

    def close(self) -> None:
        """End the process, whatever it does."""
        _end(self._process)
        self._errors.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        with _awaited(self._process):
            line = self._process.stdout.readline()
        return _answer(line, self._errors)


class Once:
    """A new process for every round, timed from its start to its end.

    A first one of one epoch does not count: files are in the system's cache then, and compiled code where it is kept.
    """

    def __init__(self, peer: Peer, job: Job) -> None:
        self.peer, self.job = peer, job
        self._run(replace(job, epochs=1))

    def round(self) -> Answer:
        """One process; PeerDied where it fails. The time of measuring the accuracy is not counted."""
        return self._run(self.job)

    def close(self) -> None:
        """Nothing is left of a round."""

    def _run(self, job: Job) -> Answer:
        place = tempfile.TemporaryDirectory(dir=job.folder or None)
        with tempfile.TemporaryFile() as errors, place as folder:
            started = time.perf_counter()
            process = _start(self.peer, job, ONCE, errors, folder if self.peer.command else None)
            try:
                with _awaited(process):
                    out = process.stdout.readline() if process.stdout is not None else ""
                    process.wait()
                seconds = time.perf_counter() - started
            finally:
                _end(process)
            if process.returncode != 0:
                raise _death(errors)
            if self.peer.command:
                return Answer(seconds)
            said = _answer(out, errors)
            return Answer(seconds - said.pop("outside"), **said)


def environment(threads: int) -> dict[str, str]:
    """That of a peer: every library uses so many threads, and the processor alone."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen={str(threads > 1).lower()}"
    return {
        **os.environ,
        **{f"{library}_THREADS": str(threads) for library in THREADS},
        "NPROC": str(threads),  # of XLA
        "XLA_FLAGS": flags.strip(),
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
        "KERAS_BACKEND": "jax",
    }


@contextmanager
def busy_neighbour() -> Iterator[int]:
    """Context manager: meanwhile a process keeps one core busy; its number.

    It ends with the block, and, as its standard input ends, with this process, however that dies.
    """
    command = [sys.executable, "-m", "gradiente.benchmarking.busy"]
    process = _popen(command, environment(1), subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it is busy from now on
        yield process.pid
    finally:
        _end(process)


def _start(
    peer: Peer, job: Job, mode: str, errors: Any, folder: str | None = None
) -> "subprocess.Popen[str]":
    command = [sys.executable, *peer.command]
    if not peer.command:
        command = [sys.executable, "-m", peer.program, mode, job.to_json()]
    output = subprocess.DEVNULL if peer.command else subprocess.PIPE
    return _popen(command, environment(job.threads), errors, folder=folder, output=output)


def _popen(
    command: Sequence[str],
    environment: Mapping[str, str],
    errors: Any,
    *,
    folder: str | None = None,
    output: int = subprocess.PIPE,
) -> "subprocess.Popen[str]":
    """A process in a session of its own: the Ctrl-C of a terminal goes to the parent alone, which ends it."""
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=errors,
        env={**environment, **_path(folder)},
        cwd=folder,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def _path(folder: str | None) -> dict[str, str]:
    """PYTHONPATH, whose relative folders mean those from here, for a process that works elsewhere."""
    given = os.environ.get("PYTHONPATH")
    if folder is None or not given:
        return {}
    return {"PYTHONPATH": os.pathsep.join(str(Path(entry).absolute()) for entry in given.split(os.pathsep))}


def _answer(line: str, errors: Any) -> dict[str, Any]:
    try:
        return json.loads(line)
    except ValueError:
        raise _death(errors) from None


@contextmanager
def _awaited(process: "subprocess.Popen[str]") -> Iterator[None]:
    """Context manager: its block waits for a process, which is ended where that takes too long: PeerDied then."""
    too_late = threading.Event()

    def end() -> None:
        too_late.set()
        _kill(process)

    timer = threading.Timer(PATIENCE, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if too_late.is_set():
        raise PeerDied(text("bench.died.silent", minutes=count(round(PATIENCE / 60))))


def _kill(process: "subprocess.Popen[str]") -> None:
    """Kill a process that still runs, and those that it started."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()


def _end(process: "subprocess.Popen[str]") -> None:
    """End a process that still runs, and those that it started."""
    _kill(process)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None and not stream.closed:
            stream.close()


def _death(errors: Any) -> PeerDied:
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return PeerDied(text("bench.died.said", reason="\n".join(lines[-LAST_LINES:])))
