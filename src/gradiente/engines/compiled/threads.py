"""How many threads a training uses: the number that is measured to be fastest, tried again from time to time."""

import time

from gradiente.threads import available

TRIED_AGAIN = 2.0  # seconds after which the other number is tried again
WORTH_IT = 0.95  # of the time on one thread that several may take


class Threads:
    """One thread or as many as there are, by the time of a step with each.

    Results do not depend on it.
    """

    def __init__(self) -> None:
        self._seconds = dict[int, float]()
        self._used = 0
        self._tried = 0.0

    def next(self, pieces: int) -> int:
        """The number for the next steps.

        Arguments:
            pieces: the most that can be used
        """
        most = min(available(), pieces)
        if most == 1:
            return 1
        if most not in self._seconds:
            return most
        if 1 not in self._seconds or time.perf_counter() - self._tried > TRIED_AGAIN:
            self._tried = time.perf_counter()
            return 1 if self._used == most else most
        return most if self._seconds[most] <= WORTH_IT * self._seconds[1] else 1

    def took(self, threads: int, seconds: float) -> None:
        """A step took so long with so many."""
        self._seconds[threads], self._used = seconds, threads
