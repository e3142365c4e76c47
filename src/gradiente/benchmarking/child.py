"""The process of one peer: it prepares once, then runs a round at every "go" and answers with one line of JSON."""

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TextIO

from gradiente.benchmarking.job import Job

STATUS = Path("/proc/self/status")
ONCE, PREPARED = "once", "prepared"


class Session(Protocol):
    """A peer that is ready: its network is built, its data are loaded."""

    def run(self) -> float | None:
        """One round; it may return the seconds that count, if those are not its own duration."""
        ...

    def accuracy(self) -> float | None:
        """On the test data, in [0, 1]; None for what has none."""
        ...


def serve(prepare: Callable[[Job], Session]) -> None:
    """Run the rounds that the parent asks for.

    The arguments of the process are a mode and a job. "prepared": a first round that does not count, then one for every
    line "go" of standard input. "once": one round, in which all that the process does counts. The process ends with its
    standard input, whatever it does: its parent is gone then.
    """
    answers, asked = _own_output(), _asked()
    mode, job = sys.argv[1], Job.from_json(sys.argv[2])
    session = prepare(job)
    if mode == ONCE:
        session.run()
        memory, started = peak_memory(), time.perf_counter()
        accuracy = session.accuracy()
        _answer(answers, accuracy=accuracy, memory=memory, outside=time.perf_counter() - started)
        return
    session.run()
    _answer(answers, ready=True)
    while asked.get() == "go\n":
        if job.fresh:
            session = prepare(job)
        used, started = time.process_time(), time.perf_counter()
        own = session.run()
        seconds, core_seconds = time.perf_counter() - started, time.process_time() - used
        _answer(
            answers,
            seconds=seconds if own is None else own,
            core_seconds=core_seconds,
            memory=peak_memory(),
            accuracy=session.accuracy(),
        )


def peak_memory() -> int | None:
    """The most bytes that this process has held; None where the system does not say.

    getrusage would begin with those of the process that started this one, so Linux's own status is read.
    """
    if STATUS.exists():
        lines = STATUS.read_text(encoding="utf-8").splitlines()
        return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), None)
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None


def _asked() -> "queue.Queue[str]":
    """The lines of standard input as they come; at its end the process ends."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        # Not sys.stdin: Python closes that as it ends, and would wait for this thread.
        for line in os.fdopen(os.dup(0), encoding="utf-8"):
            lines.put(line)
        os._exit(1)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _own_output() -> TextIO:
    """Standard output for the answers alone: what a library prints there goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, **values: Any) -> None:
    print(json.dumps(values), file=answers, flush=True)
