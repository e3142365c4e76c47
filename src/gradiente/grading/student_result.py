"""The result of one student's submission: a verdict, or the reason why there is none."""

from dataclasses import dataclass
from typing import Literal

from gradiente.checker.verdict import Finding, Verdict
from gradiente.grading.entries import Obstacle, ObstacleStatus
from gradiente.locale import text

Status = Literal["right", "mistakes", "blank", "not_run", "unjudged"] | ObstacleStatus


@dataclass(frozen=True)
class StudentResult:
    """One student: the file, and its verdict or the obstacle."""

    student: str
    file: str
    verdict: Verdict | None = None
    obstacle: Obstacle | None = None

    @property
    def status(self) -> Status:
        """In one word, `grade.status.WORD`."""
        if self.obstacle is not None:
            return self.obstacle.status
        assert self.verdict is not None
        kinds = {function.status for function in self.verdict.functions}
        if self.verdict.passed:
            return "right"
        if not kinds or (self.verdict.findings and not kinds & {"right", "wrong"}):
            return "not_run"
        if "unchecked" in kinds and not self.verdict.all_findings:
            return "unjudged"
        return "blank" if kinds <= {"blank", "missing"} and "blank" in kinds else "mistakes"

    @property
    def isolation(self) -> str:
        """What contained the code: "bubblewrap", or "process" for nothing; "" where none was run."""
        return self.verdict.isolation if self.verdict else ""

    def first_mistake(self) -> str:
        """What to look at first, in words; "" where nothing is wrong."""
        if self.obstacle is not None:
            return self.obstacle.words()
        findings = self.verdict.all_findings if self.verdict else ()
        return findings[0].title() if findings else ""

    def first_place(self) -> str:
        """The line of the first mistake, in words; "" where it is not known."""
        findings = self.verdict.all_findings if self.verdict else ()
        return place(findings[0]) if findings else ""


def place(finding: Finding) -> str:
    """The line of a finding, in a notebook with its cell, in words; "" where it is not known."""
    if "in_cell" in finding.values:
        return text("grade.in_cell", cell=finding.values["in_cell"], line=finding.values["line_in_cell"])
    return "" if finding.line is None else text("grade.line", line=finding.line)
