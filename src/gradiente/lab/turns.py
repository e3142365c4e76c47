"""The cores, shared fairly by the sessions: as many work at once as there are cores, in the order of their coming."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A fair semaphore: who has waited longest is next, so one that works all the time cannot keep the others out.

    Arguments:
        places: how many may work at once, ≥ 1

    >>> turns = Turns(1)
    >>> with turns.turn():
    ...     print("alone")
    alone
    """

    def __init__(self, places: int) -> None:
        self._free, self._lock = places, threading.Lock()
        self._waiting = deque[threading.Event]()

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Context manager: a place, as soon as it is this thread's turn."""
        called = None
        with self._lock:
            if self._free:
                self._free -= 1
            else:
                called = threading.Event()
                self._waiting.append(called)
        if called is not None:
            called.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._free += 1
