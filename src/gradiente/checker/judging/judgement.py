"""What judges a function of a workshop, and what it finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradiente.checker.judging.facts import Facts
from gradiente.checker.judging.session import Session
from gradiente.checker.verdict import Finding, FunctionVerdict, Status


@dataclass(frozen=True)
class Judgement:
    """What the check of one function found, before it is put in order.

    Arguments:
        progress: how far the function came in a call that failed: how often a loop called backProp
        endless: whether it was ended at a time limit
        facts: what is known now; None: what was known before
        remarks: notices on what is no mistake
    """

    findings: tuple[Finding, ...]
    variants: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    error: bool = False
    unchecked: bool = False
    progress: float = float("inf")
    endless: bool = False
    facts: Facts | None = None
    remarks: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def verdict(self, name: str) -> FunctionVerdict:
        """As a verdict."""
        right: Status = "unchecked" if self.unchecked else "right"
        status: Status = right if not self.findings else "error" if self.error else "wrong"
        return FunctionVerdict(name, status, self.variants, self.findings)


@dataclass(frozen=True)
class Judge:
    """Who judges one function.

    Arguments:
        judged: from what is known of the file to what is wrong with the function, and what is known then
        needs: the functions whose verdicts it reads, which are judged before it
    """

    judged: Callable[[Session], Judgement]
    needs: tuple[str, ...] = ()
