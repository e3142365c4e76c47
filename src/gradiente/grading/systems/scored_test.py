"""A function as the tests that every system has: a name, a score and its maximum, the verdict in words."""

from dataclasses import dataclass

from gradiente.checker.verdict import Finding, FunctionVerdict, hint_lines
from gradiente.grading.feedback import HINT
from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.systems.assignment import Assignment
from gradiente.locale import text


@dataclass(frozen=True)
class ScoredTest:
    """One test; `output` is text of several lines."""

    name: str
    score: float
    maximum: float
    passed: bool
    output: str


def scored_tests(row: GradedStudent, assignment: Assignment) -> list[ScoredTest]:
    """A test for every function that is worth something, or has a finding."""
    verdict = row.result.verdict
    judged = {function.name: function for function in verdict.functions} if verdict else {}
    found = []
    for name, maximum in assignment.rubric.of(assignment.workshop).items():
        function = judged.get(name)
        told = function is not None and function.status != "missing" and bool(function.findings)
        if maximum > 0 or told:
            passed = function is not None and function.status == "right"
            output = "" if function is None else _function(function)
            score = round(row.points.get(name, 0.0), 4)
            found.append(ScoredTest(name, score, round(maximum, 4), passed, output))
    return found


def share(row: GradedStudent) -> float:
    """The points as a share of all of them, in [0, 1]; 0 where nothing could be graded."""
    return (row.total or 0.0) / row.maximum


def summary(row: GradedStudent) -> str:
    """What concerns the whole submission: why it could not be graded, findings of the file, notices."""
    result = row.result
    if result.obstacle is not None:
        return result.obstacle.words()
    lines = [text(f"grade.summary.{result.status}")]
    if result.verdict is not None:
        for finding in result.verdict.findings:
            lines += ["", *_finding(finding)]
        if result.verdict.notices:
            lines += ["", f"{text('grade.notices')}:", *result.verdict.notice_words()]
    return "\n".join(lines)


def _function(function: FunctionVerdict) -> str:
    lines = [text(f"grade.function.{function.status}"), *function.variant_words()]
    for finding in function.findings:
        lines += ["", *_finding(finding)]
    return "\n".join(lines)


def _finding(finding: Finding) -> list[str]:
    """As at `gradiente check --hint 2`."""
    return [finding.title(), *hint_lines(finding, HINT)]
