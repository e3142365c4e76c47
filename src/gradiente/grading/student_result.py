"""The result of one student's submission: a verdict, or the reason why there is none."""

from dataclasses import dataclass
from typing import Literal

from gradiente.checker.verdict import Verdict
from gradiente.grading.entries import Obstacle, ObstacleStatus

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

    def first_mistake(self) -> str:
        """What to look at first, in words; "" where nothing is wrong."""
        if self.obstacle is not None:
            return self.obstacle.words()
        findings = self.verdict.all_findings if self.verdict else ()
        return findings[0].title() if findings else ""
