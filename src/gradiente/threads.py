"""The instances of a batch, distributed over the cores, in chunks that fit their caches.

NumPy's copies, sums and products release the GIL.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")
_sharing, _keeping = threading.Lock(), threading.Lock()
_threads_to_share: ContextVar[int | None] = ContextVar("threads to share", default=None)

CACHED_BYTES = 1_500_000
MOST_INSTANCES = 16
WORTH_SHARING = 10_000_000  # multiplications; below, waking a thread takes a part of the time it saves


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share(work: Callable[[range], T], instances: int, multiplications: int) -> list[T]:
    """work(part) for consecutive parts of the instances, side by side; the results in the order of the parts.

    There are as many parts as the linear algebra may use threads; while they run, it uses one in each.

    >>> share(len, 5, multiplications=10)
    [5]
    """
    threads = min(available(), instances) if multiplications >= WORTH_SHARING else 1
    if threads == 1 or not _sharing.acquire(blocking=False):  # another thread's batch has the cores
        return [work(range(instances))]
    bounds = [instances * part // threads for part in range(threads + 1)]
    parts = [range(start, stop) for start, stop in pairwise(bounds)]
    try:
        with _linear_algebra().limit(limits=1):
            others = [pool().submit(copy_context().run, work, part) for part in parts[1:]]
            return [work(parts[0]), *(other.result() for other in others)]
    finally:
        _sharing.release()


@contextmanager
def single_threaded_products() -> Iterator[None]:
    """Context manager: the linear algebra uses one thread, and `share` as many as it had before.

    The linear algebra's own threads wait for their next product without sleeping, on the cores that a shared batch
    needs: for a network with both kinds of work, one thread for the products is faster than two.
    """
    if not _keeping.acquire(blocking=False):  # another thread keeps it to one already
        yield
        return
    token = _threads_to_share.set(_threads())
    try:
        with _linear_algebra().limit(limits=1):
            yield
    finally:
        _threads_to_share.reset(token)
        _keeping.release()


def chunks(part: range, bytes_each: int) -> Iterator[slice]:
    """A part of the instances in chunks that fit the caches of a core."""
    size = max(1, min(MOST_INSTANCES, CACHED_BYTES // max(1, bytes_each)))
    for start in range(part.start, part.stop, size):
        yield slice(start, min(start + size, part.stop))


def available() -> int:
    """How many threads the linear algebra may use, or `share` while it is kept to one."""
    return _threads_to_share.get() or _threads()


def _threads() -> int:
    return max((library.get_num_threads() for library in _linear_algebra().lib_controllers), default=1)


@cache
def _linear_algebra() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


@cache
def pool() -> "ThreadPoolExecutor":
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="gradiente")


if hasattr(os, "register_at_fork"):  # threads do not survive a fork
    os.register_at_fork(after_in_child=pool.cache_clear)
