"""Work shared between processes, in which a process that dies costs one piece of work and no other."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from gradiente.locale import get_language, set_language
from gradiente.training.interrupt import Interrupt, interruptible

T = TypeVar("T")


def run(
    work: Callable[..., T], jobs: Mapping[str, tuple[Any, ...]], workers: int
) -> Generator[tuple[str, T | None], None, None]:
    """work(*job) for every job, as each ends: its name, and the result, None where the process died with it.

    At the first Ctrl-C nothing new is begun, what is under way comes to its end, and then KeyboardInterrupt is raised.
    """
    waiting = deque(jobs)
    with interruptible() as interrupt:
        while waiting and not interrupt.requested:
            suspects: list[str] = []
            yield from _round(work, jobs, waiting, suspects, workers, interrupt)
            for name in suspects:  # one of them ended its process: each by itself shows which
                guilty: list[str] = []
                yield from _round(work, jobs, deque([name]), guilty, 1, interrupt)
                if guilty:
                    yield name, None
        if interrupt.requested:
            raise KeyboardInterrupt


def _round(
    work: Callable[..., T],
    jobs: Mapping[str, tuple[Any, ...]],
    waiting: deque[str],
    suspects: list[str],
    workers: int,
    interrupt: Interrupt,
) -> Iterator[tuple[str, T]]:
    """Until nothing waits any more or a process dies: then the jobs that were under way are the suspects."""
    with _pool(min(workers, len(waiting))) as pool:
        running: dict[Future[T], str] = {}
        while not suspects:
            while waiting and len(running) < workers and not interrupt.requested:
                name = waiting.popleft()
                try:
                    running[pool.submit(work, *jobs[name])] = name
                except BrokenProcessPool:
                    waiting.appendleft(name)
                    break
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                try:
                    result = future.result()
                except BrokenProcessPool:
                    suspects.append(name)
                else:
                    yield name, result
        for future, name in running.items():
            try:
                yield name, future.result()
            except BrokenProcessPool:
                suspects.append(name)


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _begin, (get_language(),))
    try:
        yield pool
    except BaseException:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(code: str) -> None:
    """In a new process: the reader's language, one thread; Ctrl-C is the parent's, and so is the end."""
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_language(code)
    threadpool_limits(1)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """A worker whose parent was killed would wait for its next job forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
