"""The points of a class, and the mistakes its students share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import mean, median
from typing import Any

from gradiente.checker.verdict import Finding
from gradiente.checker.workshop import WORKSHOPS, Workshop
from gradiente.grading.rubric import Rubric
from gradiente.grading.student_result import StudentResult, place
from gradiente.locale import text


@dataclass(frozen=True)
class GradedStudent:
    """A result with its points; `points` by function, and no `total`, where nothing was checked.

    `workshop` is the one that was handed in, None where none was recognized.
    """

    result: StudentResult
    points: Mapping[str, float]
    total: float | None
    maximum: float
    workshop: Workshop | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        verdict = self.result.verdict
        return {
            "student": self.result.student,
            "file": self.result.file,
            "workshop": verdict.workshop if verdict else "",
            "status": self.result.status,
            "points": {name: round(value, 4) for name, value in self.points.items()},
            "total": None if self.total is None else round(self.total, 4),
            "maximum": round(self.maximum, 4),
            "first_mistake": self.result.first_mistake(),
            "verdict": verdict.to_dict() if verdict else None,
        }


@dataclass(frozen=True)
class Shared:
    """Students with the same finding; `what` is [(function, words)], `places` the line of each student, in words."""

    what: Sequence[tuple[str, str]]
    students: Sequence[str]
    places: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        what = [{"function": function, "words": words} for function, words in self.what]
        return {"what": what, "students": list(self.students), "places": dict(self.places)}


Mistake = tuple[str, str, str, str]  # function, key, quantity, words whatever the line


@dataclass(frozen=True)
class Gradebook:
    """A class, graded.

    Arguments:
        rows: a student each
        workshop: the one that most handed in, "" where none was recognized
        known: the workshops by name
    """

    rows: Sequence[GradedStudent]
    workshop: str
    known: Mapping[str, Workshop] = field(default_factory=lambda: WORKSHOPS)

    @property
    def title(self) -> str:
        """The workshop's own."""
        return self.known[self.workshop].title if self.workshop else text("grade.title")

    @cached_property
    def functions(self) -> list[str]:
        """Those of every workshop that was handed in."""
        found = {row.result.verdict.workshop for row in self.rows if row.result.verdict}
        names = [name for known in self.known.values() if known.name in found for name in known.functions]
        return list(dict.fromkeys(names))

    @property
    def totals(self) -> list[float]:
        """The points of everyone who was graded."""
        return [row.total for row in self.rows if row.total is not None]

    def statuses(self) -> dict[str, int]:
        """How many students have each status, the most frequent first."""
        return dict(Counter(row.result.status for row in self.rows).most_common())

    @property
    def isolation(self) -> str:
        """What contained the submissions that were run: the weakest that one of them had, "" for none."""
        found = {row.result.isolation for row in self.rows}
        return next((mode for mode in ("time", "process", "bubblewrap") if mode in found), "")

    def mean(self) -> float | None:
        """Of the points."""
        return mean(self.totals) if self.totals else None

    def median(self) -> float | None:
        """Of the points."""
        return median(self.totals) if self.totals else None

    def by_workshop(self) -> list["Gradebook"]:
        """A gradebook for each workshop, the most frequent first; where none was recognized, it counts as the usual."""
        rows: dict[str, list[GradedStudent]] = {}
        for row in self.rows:
            verdict = row.result.verdict
            rows.setdefault((verdict.workshop if verdict else "") or self.workshop, []).append(row)
        return sorted(
            (Gradebook(own, name, self.known) for name, own in rows.items()), key=lambda part: -len(part.rows)
        )

    def mistakes(self) -> list[Shared]:
        """Every mistake with who made it, the most frequent first."""
        places: dict[Mistake, dict[str, str]] = {}
        for row in self.rows:
            for mistake, finding in _mistakes(row.result).items():
                places.setdefault(mistake, {})[row.result.student] = place(finding)
        return _ordered([Shared([self._words[made]], list(found), found) for made, found in places.items()])

    def quantities(self) -> list[Shared]:
        """The first wrong quantity of every student who has one, the most frequent first."""
        places: dict[tuple[str, str], dict[str, str]] = {}
        for row in self.rows:
            findings = row.result.verdict.all_findings if row.result.verdict else ()
            first = next((finding for finding in findings if finding.quantity), None)
            if first is not None:
                places.setdefault((first.function, first.quantity), {})[row.result.student] = place(first)
        return _ordered([Shared([what], list(found), found) for what, found in places.items()])

    def groups(self) -> list[Shared]:
        """Students who made exactly the same mistakes, where there are at least two of them."""
        students: dict[tuple[Mistake, ...], list[str]] = {}
        for row in self.rows:
            if mistakes := tuple(_mistakes(row.result)):
                students.setdefault(mistakes, []).append(row.result.student)
        return _ordered(
            [
                Shared([self._words[mistake] for mistake in mistakes], names)
                for mistakes, names in students.items()
                if len(names) > 1
            ]
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "workshop": self.workshop,
            "isolation": self.isolation,
            "statuses": self.statuses(),
            "mean": self.mean(),
            "median": self.median(),
            "students": [row.to_dict() for row in self.rows],
            "mistakes": [entry.to_dict() for entry in self.mistakes()],
            "first_wrong_quantities": [entry.to_dict() for entry in self.quantities()],
            "groups": [entry.to_dict() for entry in self.groups()],
        }

    @cached_property
    def _words(self) -> dict[Mistake, tuple[str, str]]:
        """A mistake's function and title, in the words of the first who made it."""
        words: dict[Mistake, tuple[str, str]] = {}
        for row in self.rows:
            for mistake, finding in _mistakes(row.result).items():
                words.setdefault(mistake, (mistake[0], finding.title()))
        return words


def gradebook(results: Sequence[StudentResult], rubric: Rubric, workshop: str | None = None) -> Gradebook:
    """The results with their points.

    Arguments:
        workshop: the class's, where it is known
    """
    counted = Counter(
        result.verdict.workshop for result in results if result.verdict and result.verdict.workshop
    )
    usual = workshop or next(iter(sorted(counted, key=lambda name: (-counted[name], name))), "")
    return Gradebook([_graded(result, rubric, usual) for result in results], usual, rubric.known)


def _graded(result: StudentResult, rubric: Rubric, usual: str) -> GradedStudent:
    verdict = result.verdict
    if verdict is None:
        return GradedStudent(result, {}, None, rubric.maximum(usual))
    workshop = verdict.workshop or usual
    judged = verdict.functions if workshop and result.status != "not_run" else ()
    checked = {function.name: rubric.earned(workshop, function) for function in judged}
    points = {name: checked.get(name, 0.0) for name in rubric.of(workshop)} if verdict.workshop else {}
    known = rubric.known.get(verdict.workshop)
    return GradedStudent(result, points, sum(points.values()), rubric.maximum(workshop), known)


def _mistakes(result: StudentResult) -> dict[Mistake, Finding]:
    """Each mistake of a student once, where it is found first."""
    findings = result.verdict.all_findings if result.verdict else ()
    found: dict[Mistake, Finding] = {}
    for finding in findings:
        made = finding.function, finding.mistake, finding.quantity, _words_in_any_line(finding)
        found.setdefault(made, finding)
    return found


def _words_in_any_line(finding: Finding) -> str:
    """What tells two exceptions apart, or two numbers of one kind, and not where they stand."""
    return replace(finding, line=0, values={**finding.values, "line": 0, "cell": 0}).title()


def _ordered(shared: list[Shared]) -> list[Shared]:
    return sorted(shared, key=lambda entry: (-len(entry.students), list(entry.what)))
