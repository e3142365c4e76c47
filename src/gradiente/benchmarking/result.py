"""What was measured: every round of every entry, medians, and ratios against the targets."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradiente.benchmarking.process import Answer
from gradiente.benchmarking.work import Entry, Target, Work

LESS = 0.02  # below the best accuracy of a work, from which an entry has learned less than the others
RESTLESS = 0.3  # by how much the slowest round may exceed the fastest on a quiet machine


@dataclass
class Measured:
    """The rounds of one entry.

    `missing` names packages, `died` says how its process ended, `spent` is the seconds that its rounds took.
    """

    entry: Entry
    values: list[float] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    missing: Sequence[str] = ()
    died: str | None = None
    spent: float = 0.0

    def add(self, work: Work, units: int, answer: Answer) -> None:
        """One more round."""
        value = getattr(answer, work.measure)
        if value is not None:
            self.answers.append(answer)
            self.values.append(value / units)

    @property
    def median(self) -> float | None:
        """Of the rounds, in the unit of the work; None where there is no round."""
        return statistics.median(self.values) if self.values else None

    @property
    def accuracy(self) -> float | None:
        """After the last round."""
        return self.answers[-1].accuracy if self.answers else None

    @property
    def memory(self) -> int | None:
        """The peak in bytes."""
        return max((answer.memory for answer in self.answers if answer.memory is not None), default=None)


@dataclass(frozen=True)
class Outcome:
    """A target, the fastest of those that it names, and the ratio; None where nothing can be compared.

    `learned` tells whether ours has learned what it must.
    """

    target: Target
    fastest: str | None
    ratio: float | None
    learned: bool = True

    @property
    def reached(self) -> bool | None:
        """Whether the ratio is within the bound, and ours has not come there by learning less."""
        return None if self.ratio is None else self.learned and self.ratio <= self.target.bound


@dataclass(frozen=True)
class Row:
    """One work, measured, and the rounds that were asked for."""

    work: Work
    measured: Sequence[Measured]
    rounds: int

    def of(self, name: str) -> Measured:
        """The entry of that name."""
        return next(one for one in self.measured if one.entry.name == name)

    @property
    def ours(self) -> str:
        """The name of our entry."""
        return self.work.targets[0].ours if self.work.targets else self.measured[0].entry.name

    def ratio(self, ours: str, theirs: str) -> float | None:
        """The median of the rounds' ratios; None where either has no round."""
        pairs = list(zip(self.of(ours).values, self.of(theirs).values, strict=False))
        return statistics.median(a / b for a, b in pairs) if pairs else None

    def outcomes(self) -> list[Outcome]:
        """Every target of the work."""
        return [self._outcome(target) for target in self.work.targets]

    def behind(self) -> list[str]:
        """The names of entries that have learned less than the best: they win nothing by it."""
        known = {one.entry.name: one.accuracy for one in self.measured if one.accuracy is not None}
        if self.work.grows or not known:
            return []
        return [name for name, accuracy in known.items() if accuracy < max(known.values()) - LESS]

    def restless(self) -> list[str]:
        """The names of entries whose rounds differ by more than those on a quiet machine do."""
        if self.work.measure == "memory" or self.work.busy:
            return []
        return [
            one.entry.name
            for one in self.measured
            if one.values and max(one.values) > (1 + RESTLESS) * min(one.values)
        ]

    def fewer(self) -> list[str]:
        """The names of entries whose median is of fewer rounds than were asked for."""
        return [one.entry.name for one in self.measured if 0 < len(one.values) < self.rounds]

    def exponent(self) -> float | None:
        """Of the growth: p in c · sizeᵖ, by least squares on logarithms; None with fewer than two sizes."""
        sizes = [(one.entry.size, one.median) for one in self.measured if one.entry.size and one.median]
        if len(sizes) < 2:
            return None
        size, seconds = np.log(np.array(sizes, float)).T
        return float(np.polyfit(size, seconds, 1)[0])

    def to_dict(self) -> dict[str, Any]:
        """As plain data, every round included."""
        work = self.work
        return {
            "work": work.name,
            "what": work.title,
            "measure": work.measure,
            "unit": work.unit,
            "busy": work.busy,
            "entries": [_entry(one) for one in self.measured],
            "behind": self.behind(),
            "restless": self.restless(),
            "targets": [
                {
                    "bound": outcome.target.bound,
                    "ours": outcome.target.ours,
                    "against": list(outcome.target.against),
                    "published": outcome.target.published,
                    "accuracy": outcome.target.accuracy,
                    "fastest": outcome.fastest,
                    "ratio": outcome.ratio,
                    "reached": outcome.reached,
                }
                for outcome in self.outcomes()
            ],
            **({"exponent": self.exponent()} if work.grows else {}),
        }

    def _outcome(self, target: Target) -> Outcome:
        ours, behind = self.of(target.ours), self.behind()
        learned = target.ours not in behind and (ours.accuracy or 0.0) >= target.accuracy
        if target.published is not None:
            ratio = None if ours.median is None else ours.median / target.published
            return Outcome(target, None, ratio, learned)
        names = {one.entry.name for one in self.measured} - set(behind)
        medians = {name: self.of(name).median for name in target.against if name in names}
        there = {name: median for name, median in medians.items() if median is not None}
        if not there or ours.median is None:
            return Outcome(target, None, None)
        fastest = min(there, key=lambda name: there[name])
        return Outcome(target, fastest, self.ratio(target.ours, fastest), learned)


def _entry(one: Measured) -> dict[str, Any]:
    answers = one.answers
    return {
        "name": one.entry.name,
        "peer": one.entry.peer,
        "threads": one.entry.threads,
        "quiet": one.entry.quiet,
        "size": one.entry.size,
        "median": one.median,
        "median_of": len(one.values),
        "rounds": one.values,
        "accuracy": [answer.accuracy for answer in answers],
        "memory": [answer.memory for answer in answers],
        "missing": list(one.missing),
        "died": one.died,
    }
