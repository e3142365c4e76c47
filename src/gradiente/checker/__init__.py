"""The checker: it names the mistake in the functions that a student wrote."""

from gradiente.checker.checking import check, check_exercise
from gradiente.checker.verdict import HINTS, Finding, FunctionVerdict, Verdict, WorkedExample, hint_lines
from gradiente.checker.workshop import WORKSHOPS, Workshop

__all__ = [
    "HINTS",
    "WORKSHOPS",
    "Finding",
    "FunctionVerdict",
    "Verdict",
    "WorkedExample",
    "Workshop",
    "check",
    "check_exercise",
    "hint_lines",
]
