"""How the threads of a team wait for one another: a moment in a loop, then asleep.

These functions are translated, never executed by Python.
"""

from typing import Any

from gradiente.engines.compiled.intrinsics import add, at, call, load, pause, store
from gradiente.engines.compiled.team import (
    BROADCAST,
    CONDITION,
    DONE,
    LOCK,
    MUTEX,
    STEPS,
    UNLOCK,
    WAIT,
    WAITING,
)

LOOKS = 300  # at whether a phase is complete, before a thread sleeps


def ready(team: Any, calls: Any, needed: Any, step: Any) -> bool:
    """Wait until that many pieces are done; False where the step is not to be taken."""
    for _ in range(LOOKS):
        if load(team, DONE) >= needed or load(team, STEPS) <= step:
            return load(team, STEPS) > step
        pause()
    call(calls[LOCK], at(team, MUTEX))
    add(team, WAITING, 1)
    while load(team, DONE) < needed and load(team, STEPS) > step:
        call(calls[WAIT], at(team, CONDITION), at(team, MUTEX))
    add(team, WAITING, -1)
    call(calls[UNLOCK], at(team, MUTEX))
    return load(team, STEPS) > step


def wake(team: Any, calls: Any) -> None:
    """Wake whoever waits."""
    if load(team, WAITING) > 0:
        call(calls[LOCK], at(team, MUTEX))
        call(calls[BROADCAST], at(team, CONDITION))
        call(calls[UNLOCK], at(team, MUTEX))


def finish(team: Any, calls: Any) -> None:
    """One more piece is done."""
    add(team, DONE, 1)
    wake(team, calls)


def end(team: Any, calls: Any, step: Any) -> None:
    """No step from this one on is taken."""
    store(team, STEPS, step)
    wake(team, calls)
