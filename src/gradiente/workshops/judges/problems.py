"""What ends a student's function other than a result, as findings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradiente.workshops.judges.session import Session
from gradiente.workshops.running.calls import ENDED, OUTSIDE, TIMEOUT, Problem
from gradiente.workshops.verdict import Finding

KEYS = {
    TIMEOUT: "timeout",
    ENDED: "ended",
    "MemoryError": "memory",
    "SystemExit": "exits",
    "NotImplementedError": "unfinished",
    "NameError": "name_error",
    "UnboundLocalError": "unbound",
    "RecursionError": "recursion",
    "TooLarge": "too_large",
    "KeyboardInterrupt": "exits",
    "TooLong": "timeout",
}


def fatal(problem: Problem) -> bool:
    """Whether it would only cost time to call again with other arguments."""
    return problem.type in (TIMEOUT, ENDED, "MemoryError", "SystemExit", "NotImplementedError", "TooLarge")


def problem_finding(session: Session, name: str, problem: Problem) -> Finding:
    """A call that ended badly."""
    key = KEYS.get(problem.type)
    if key is None:
        key = "outside" if problem.type in OUTSIDE else "shapes" if _of_shapes(problem) else "exception"
    words = session.submission.statement(problem.line) if problem.line else ""
    shapes = ", ".join(f"{name} {tuple(shape)}" for name, shape in problem.shapes.items())
    values: Mapping[str, Any] = {
        "function": name,
        "type": problem.type,
        "message": problem.message,
        "line": problem.line or 0,
        "words": words,
        "shapes": shapes,
        "seconds": problem.message if problem.type == TIMEOUT else "1",
    }
    return Finding(key, name, line=problem.line, values=values)


def _of_shapes(problem: Problem) -> bool:
    words = problem.message
    return problem.type == "ValueError" and any(
        piece in words for piece in ("matmul", "shapes", "broadcast", "dimension", "aligned", "einsum")
    )


def returned_finding(session: Session, name: str, result: Any, wanted: Sequence[str]) -> Finding:
    """A call that gave something else than the arrays it should."""
    values = {
        "function": name,
        "wanted": ", ".join(_own(q) for q in wanted),
        "count": len(wanted),
        "got": described(result),
    }
    return Finding("nothing_returned" if result is None else "returned_otherwise", name, values=values)


def described(result: Any) -> str:
    """What a value is, in a few words that are the same in all languages."""
    if isinstance(result, np.ndarray):
        return f"array {result.shape}"
    if isinstance(result, Mapping):
        return "{" + ", ".join(map(str, result)) + "}"
    if isinstance(result, tuple):
        return "(" + ", ".join(map(described, result)) + ")"
    return "None" if result is None else getattr(result, "type", type(result).__name__)


def _own(quantity: str) -> str:
    """The lecture's name of a returned value: dw1, a2."""
    return quantity if quantity == "J" else quantity.lower()
