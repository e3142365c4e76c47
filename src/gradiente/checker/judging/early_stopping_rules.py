"""detencionTemprana: the best epoch, and the last one that is trained, for a list of validation costs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.rule_exercise import Case, RuleExercise, WrongRule
from gradiente.checker.judging.session import Session

# With a patience: costs that tie, that wait and recover, that are better than the last but not the best, that are
# better still after the stop, that never stop.
COSTS: tuple[tuple[int, tuple[float, ...]], ...] = (
    (2, (0.9, 0.7, 0.8, 0.75, 0.3, 0.2)),
    (3, (0.9, 0.6, 0.8, 0.7, 0.5, 0.55, 0.52, 0.54, 0.1)),
    (2, (0.9, 0.5, 0.5, 0.5, 0.4)),
    (1, (0.8, 0.6, 0.65, 0.1)),
    (3, (0.9, 0.8, 0.7, 0.6, 0.5)),
    (2, (0.5, 0.4, 0.45, 0.38, 0.41, 0.36, 0.39)),
    (4, (0.7, 0.9, 0.8, 0.75, 0.72, 0.71, 0.6)),
)


@dataclass(frozen=True)
class Stopping:
    """Early stopping in its parts, so that a mistake is the change of one.

    Arguments:
        better: whether a cost is an improvement on another
        with_last: the other is the cost of the epoch before, not the best one
        resets: an improvement sets the count of epochs without one to 0
        more: how many epochs more than the patience are waited for
        stops: whether it stops at all
        answer: what is returned, of the best epoch and the last
    """

    better: Callable[[float, float], bool] = lambda cost, other: cost < other
    with_last: bool = False
    resets: bool = True
    more: int = 0
    stops: bool = True
    answer: Callable[[int, int], tuple[int, int]] = lambda best, last: (best, last)

    def __call__(self, q: Case) -> tuple[int, int]:
        costs: Sequence[float] = q["costos"]
        best = waited = last = 0
        for last in range(1, len(costs)):
            if self.better(costs[last], costs[last - 1 if self.with_last else best]):
                best, waited = last, 0 if self.resets else waited
            else:
                waited += 1
            if self.stops and waited >= q["paciencia"] + self.more:
                break
        return self.answer(best, last)


RIGHT = Stopping()
WRONG = (
    ("patience_late", replace(RIGHT, more=1)),
    ("patience_early", replace(RIGHT, more=-1)),
    ("patience_not_reset", replace(RIGHT, resets=False)),
    ("stopping_with_last", replace(RIGHT, with_last=True)),
    ("stopping_tie", replace(RIGHT, better=lambda cost, other: cost <= other)),
    ("stopping_largest", replace(RIGHT, better=lambda cost, other: cost > other)),
    ("stopping_never", replace(RIGHT, stops=False)),
    ("stopping_last_for_best", replace(RIGHT, answer=lambda best, last: (last, last))),
    ("stopping_from_one", replace(RIGHT, answer=lambda best, last: (best + 1, last + 1))),
    ("stopping_count", replace(RIGHT, answer=lambda best, last: (best, last + 1))),
    ("stopping_before", replace(RIGHT, answer=lambda best, last: (best, last - 1))),
    ("stopping_order", replace(RIGHT, answer=lambda best, last: (last, best))),
)


def _looks_ahead(q: Case) -> tuple[int, int]:
    """The lowest of all costs, also of those after the stop."""
    return q["costos"].index(min(q["costos"])), RIGHT(q)[1]


def _stopped(q: Case) -> bool:
    """Whether it stops because of the patience."""
    best, last = RIGHT(q)
    return last - best >= q["paciencia"]


# Mistakes of one of the two ways to end.
AT_THE_END = (
    ("stopping_before", lambda q: (RIGHT(q)[0], RIGHT(q)[1] - _stopped(q))),
    ("stopping_count", lambda q: (RIGHT(q)[0], RIGHT(q)[1] + (not _stopped(q)))),
    ("stopping_looks_ahead", _looks_ahead),
)
EXERCISE = RuleExercise(
    "detencionTemprana",
    lambda _: [{"costos": list(costs), "paciencia": patience} for patience, costs in COSTS],
    {"": RIGHT},
    tuple(WrongRule(key, rule) for key, rule in (*WRONG, *AT_THE_END)),
    ("mejor", "ultima"),
    by_call=True,
)
JUDGES: Mapping[str, Callable[[Session], Judgement]] = {EXERCISE.name: EXERCISE.judge}
