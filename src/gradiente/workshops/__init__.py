"""The workshops: what a student starts from, and the check that names the mistake in what they wrote."""

from gradiente.workshops.checking import check
from gradiente.workshops.verdict import HINTS, Finding, FunctionVerdict, Verdict, WorkedExample, hint_lines
from gradiente.workshops.workshop import WORKSHOPS, Workshop

__all__ = [
    "HINTS",
    "WORKSHOPS",
    "Finding",
    "FunctionVerdict",
    "Verdict",
    "WorkedExample",
    "Workshop",
    "check",
    "hint_lines",
]
