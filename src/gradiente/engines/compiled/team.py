"""Threads that execute a program together: each takes the next piece of work, and nobody waits by spinning.

The pieces of a step are numbered phase after phase; a phase begins when all pieces before it are done. Which thread
takes a piece decides nothing but the time.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import cache

import numpy as np

from gradiente.threads import pool

Array = np.ndarray

# Where a team's numbers are, each in a cache line of its own.
NEXT, DONE, STEPS, TOTAL, WAITING, FAILED, MUTEX, CONDITION = range(0, 64, 8)
SIZE = CONDITION + 8
NOT_FINITE, INVALID = 1, 2  # why a step failed: J, or a number that the loss does not take
# Where the addresses of C functions are.
LOCK, UNLOCK, WAIT, BROADCAST, UNIFORM = range(5)


def new_team(steps: int) -> Array:
    """The numbers of a team that has so many steps before it."""
    team = np.zeros(SIZE, np.int64)
    team[STEPS] = team[TOTAL] = steps
    if can_wait():
        library = ctypes.CDLL(None)
        library.pthread_mutex_init(ctypes.c_void_p(team.ctypes.data + 8 * MUTEX), None)
        library.pthread_cond_init(ctypes.c_void_p(team.ctypes.data + 8 * CONDITION), None)
    return team


def can_wait() -> bool:
    """Whether threads can wait for one another here; where they cannot, there is one."""
    return sys.platform != "win32"


@cache
def addresses() -> Array:
    """The addresses of the functions that threads wait by."""
    names = ("pthread_mutex_lock", "pthread_mutex_unlock", "pthread_cond_wait", "pthread_cond_broadcast")
    found = np.zeros(5, np.int64)
    if can_wait():
        library = ctypes.CDLL(None)
        for place, name in enumerate(names):
            found[place] = ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
    return found


def run_together(work: Callable[[], None], threads: int) -> None:
    """Call `work` in so many threads at once, and wait for all."""
    others = [pool().submit(work) for _ in range(threads - 1)]
    try:
        work()
    finally:
        for other in others:
            other.result()
