"""A call that failed, or returned something unexpected, as a finding."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from gradiente.checker.judging.session import Session
from gradiente.checker.reading.submission import Submission
from gradiente.checker.running.calls import ENDED, OUTSIDE, TIMEOUT, CallOutcome, Failure
from gradiente.checker.verdict import Finding

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


def missing(name: str, others: Iterable[str]) -> Finding:
    """A function that is not there, or is there under a name that looks like it.

    Arguments:
        others: the names that are there, and stand for nothing else
    """
    folded = {_folded(other): other for other in others}
    near = get_close_matches(_folded(name), folded, n=1, cutoff=0.8)
    return Finding("misspelled", name, values={"near": folded[near[0]]}) if near else Finding("missing", name)


def _folded(name: str) -> str:
    return name.casefold().replace("_", "")


def fatal(failure: Failure) -> bool:
    """Whether it would only cost time to call again with other arguments."""
    return failure.type in (TIMEOUT, ENDED, "MemoryError", "SystemExit", "NotImplementedError", "TooLarge")


def failure_finding(session: Session, name: str, failure: Failure) -> Finding:
    """The finding for a failed call of a workshop's function."""
    return failed(session.submission, name, failure)


def failed(submission: Submission, name: str, failure: Failure) -> Finding:
    """The finding for a failed call."""
    key = KEYS.get(failure.type)
    if key is None:
        key = "outside" if failure.type in OUTSIDE else "shapes" if _of_shapes(failure) else "exception"
        key = _of_numbers(submission, failure) or key
    words = submission.statement(failure.line) if failure.line else ""
    shapes = ", ".join(f"{name} {tuple(shape)}" for name, shape in failure.shapes.items())
    values: Mapping[str, Any] = {
        "function": name,
        "type": failure.type,
        "message": failure.message,
        "line": failure.line or 0,
        "words": words,
        "shapes": shapes,
        "seconds": failure.message if failure.type == TIMEOUT else "1",
    }
    return Finding(key, name, line=failure.line, values=values)


def _of_numbers(submission: Submission, failure: Failure) -> str | None:
    """The key where a line does with an array what Python does with single numbers: max, if, math.exp."""
    functions = submission.functions.values()
    nodes = [n for f in functions for n in ast.walk(f.node) if getattr(n, "lineno", None) == failure.line]
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    if failure.type == "ValueError":
        if any(isinstance(call, ast.Name) and call.id in ("max", "min") for call in calls):
            return "max_of_array"
        tests = ast.If | ast.While | ast.IfExp | ast.BoolOp
        compared = any(isinstance(node, ast.Compare) for node in nodes)
        return "array_truth" if compared and any(isinstance(node, tests) for node in nodes) else None
    of_math = any(isinstance(c, ast.Attribute) and getattr(c.value, "id", "") == "math" for c in calls)
    return "math_of_array" if failure.type == "TypeError" and of_math else None


def too_many_calls(session: Session, name: str, outcome: CallOutcome) -> Finding | None:
    """The finding where a loop calls backProp more often than is written down: its steps are then not all known."""
    if "backProp" not in outcome.cut:
        return None
    count = sum(record.name == "backProp" for record in outcome.records)
    return Finding("too_many_calls", name, line=session.function(name).line, values={"count": count})


def _of_shapes(failure: Failure) -> bool:
    words = failure.message
    return failure.type == "ValueError" and any(
        piece in words for piece in ("matmul", "shapes", "broadcast", "dimension", "aligned", "einsum")
    )


def returned_finding(session: Session, name: str, result: Any, wanted: Sequence[str]) -> Finding:
    """The finding for a call that did not return the expected arrays."""
    values = {
        "function": name,
        "wanted": ", ".join(_own(q) for q in wanted),
        "count": len(wanted),
        "got": described(result),
    }
    return Finding("nothing_returned" if result is None else "returned_otherwise", name, values=values)


def described(result: Any) -> str:
    """A short description of a value, the same in all languages."""
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
