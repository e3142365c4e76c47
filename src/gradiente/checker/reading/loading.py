"""Load a file: recognize its workshop, and report statements that failed where that matters."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gradiente.checker.reading.submission import Submission
from gradiente.checker.running.calls import LEFT_OUT, NOT_INSTALLED, NUMPY_INSTEAD, TIMEOUT, Failure
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.verdict import Finding
from gradiente.checker.workshop import WORKSHOPS, Workshop
from gradiente.errors import ArgumentError

MISSING = 0.25  # what a missing function counts against one that is there
DEFINED = re.compile(r"^\s*(?:def|class)\s+(\w+)", re.MULTILINE)
EXCUSED = (LEFT_OUT, NOT_INSTALLED, NUMPY_INSTEAD)
Notice = tuple[str, Mapping[str, Any]]


# Functions that networks of every kind have: by themselves they make no workshop.
HELPERS = {"softmax", "tanh", "relu", "tanhGrad", "reluGrad", "feedForward"}


def has_exercises(submission: Submission) -> bool:
    """Whether a workshop's own functions are in the file, not only helpers that any network may have."""
    torch = "torch" in submission.source
    return any(
        submission.names & set(workshop.functions) - HELPERS
        for workshop in WORKSHOPS.values()
        if torch or "pytorch" not in workshop.name
    )


def recognize_workshop(submission: Submission) -> Workshop:
    """The workshop whose functions the file has.

    Errors: ArgumentError where it has none of any
    """
    lost = {name for finding in submission.findings for name in finding.values.get("functions", ())}
    names = submission.names | set(DEFINED.findall(submission.source)) | lost

    def score(workshop: Workshop) -> float:
        there = len(names & set(workshop.functions))
        return there - MISSING * (len(workshop.functions) - there)

    fitting = [workshop for workshop in WORKSHOPS.values() if names & set(workshop.functions)]
    if not fitting:
        functions = "; ".join(f"{w.name}: {', '.join(w.functions)}" for w in WORKSHOPS.values())
        raise ArgumentError("submission.none_fits", path=submission.path, functions=functions)
    return max(fitting, key=score)


def load_submission(sandbox: Sandbox, submission: Submission) -> tuple[list[Finding], list[Notice]]:
    """Load the file; where a whole script cannot be, what it defines."""
    endless = _endless(submission)
    if endless is not None:
        sandbox.cells = True
        return [Finding("endless_top", line=endless, values={"line": endless}), *_loaded(sandbox)], []
    findings = _loaded(sandbox)
    if submission.cells or sandbox.cells:
        return findings, [notice for notice in _notices(sandbox.failures) if notice[0] != "slow_top"]
    return [*findings, *_failures(submission, sandbox.failures)], list(_notices(sandbox.failures))


def _loaded(sandbox: Sandbox) -> list[Finding]:
    failure = sandbox.load()
    if failure is None:
        return []
    key = "import_timeout" if failure.type == TIMEOUT else "import_ended"
    if not sandbox.cells:
        sandbox.cells = True
        sandbox.load()
    return [Finding(key, values={"seconds": failure.message})]


def _endless(submission: Submission) -> int | None:
    """The line of a loop at the top level that cannot end."""
    if submission.cells:
        return None
    for node in ast.parse(submission.source).body:
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
            leaves = ast.Break | ast.Return | ast.Raise
            if not any(isinstance(inner, leaves) for inner in ast.walk(node)):
                return node.lineno
    return None


def _failures(submission: Submission, failures: tuple[Failure, ...]) -> Iterator[Finding]:
    """Statements of a script that stop it, and that no missing file, module or function excuses."""
    body = ast.parse(submission.source).body
    unsure: set[str] = set()  # what a statement has to do with that did not come to its end
    for place, failure in enumerate(failures):
        node = next(
            (one for one in body if failure.line in range(one.lineno, (one.end_lineno or 0) + 1)), None
        )
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} if node else set()
        depends = bool(names & unsure)
        if failure.type == LEFT_OUT or depends or (failure.type == "NameError" and place):
            unsure |= _given_values(node)
            continue
        if not failure.direct or failure.type in (*EXCUSED, "TooLong", "NotImplementedError"):
            continue
        key = "import_exits" if failure.type in ("SystemExit", "KeyboardInterrupt") else "import_exception"
        words = submission.statement(failure.line or 0)
        values = {"type": failure.type, "message": failure.message, "words": words, "line": failure.line or 0}
        yield Finding(key, line=failure.line, values=values)
        return


def _given_values(node: ast.AST | None) -> set[str]:
    """The variables that a statement assigns, or changes by a method: `rows.append(x)`, `x[0] = 1`."""
    found: set[str] = set()
    for one in ast.walk(node) if node else ():
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            found.add(one.id)
        elif isinstance(one, ast.Attribute | ast.Subscript) and isinstance(one.value, ast.Name):
            found.add(one.value.id)
    return found


def _notices(failures: tuple[Failure, ...]) -> Iterator[Notice]:
    """The packages that are missing; the first statement that was left out, or that time ended."""
    for key, kind in (("not_installed", NOT_INSTALLED), ("numpy_instead", NUMPY_INSTEAD)):
        packages = [failure.message for failure in failures if failure.type == kind]
        if packages:
            yield key, {"packages": ", ".join(packages)}
    for failure in failures:
        if failure.type == "TooLong":
            yield "slow_top", {"line": failure.line or 0}
            return
        if failure.type == LEFT_OUT and failure.message:
            yield "left_out", {"line": failure.line or 0, "type": failure.message}
            return
