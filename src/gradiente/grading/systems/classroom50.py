"""Classroom 50, on GitHub: CLASSROOM/autograders/ASSIGNMENT/autograder.py, which writes result.json.

https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
"""

from itertools import accumulate

from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.systems.assignment import Assignment
from gradiente.grading.systems.scored_test import scored_tests, summary
from gradiente.storage import json_text

_AUTOGRADER = '''"""Runs in a student's checkout, for every submission: writes result.json and release-body.md."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE / "venv" / "bin" / "python"
ARGUMENTS = {arguments!r}

subprocess.run([sys.executable, "-P", "-m", "venv", HERE / "venv"], check=True)
subprocess.run([PYTHON, "-P", "-m", "pip", "install", "--quiet", f"{{HERE}}/{requirement}"], check=True)
graded = subprocess.run([PYTHON, *ARGUMENTS, HERE / {file!r}], check=True, stdout=subprocess.PIPE)
answer = json.loads(graded.stdout)
environment = os.environ
result = {{
    "schema": "classroom50/result/v1",
    "classroom": environment["CLASSROOM"],
    "assignment": environment["ASSIGNMENT"],
    "submission": environment["SUBMISSION_TAG"],
    "commit": environment["COMMIT_URL"],
    "release": environment["RELEASE_URL"],
    "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
    "datetime": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    **answer["result"],
}}
Path("result.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
Path("release-body.md").write_text(answer["release-body"], encoding="utf-8")
'''


def files(assignment: Assignment) -> dict[str, str]:
    """The autograder and the rubric or exercise, for the folder CLASSROOM/autograders/ASSIGNMENT."""
    script = _AUTOGRADER.format(
        arguments=assignment.arguments("classroom50", "."),
        requirement=assignment.requirement,
        file=assignment.file,
    )
    return {"autograder.py": script, assignment.file: assignment.content}


def result(row: GradedStudent, assignment: Assignment) -> str:
    """What result.json says of the tests, in whole points, and the text of the release."""
    found = scored_tests(row, assignment)
    # Rounded so that the maxima still add up to the rubric's.
    sums = [round(total) for total in accumulate((test.maximum for test in found), initial=0.0)]
    tests = []
    body = [summary(row)]
    for test, before, after in zip(found, sums, sums[1:], strict=False):
        maximum = after - before
        score = round(maximum * test.score / test.maximum) if test.maximum else 0
        tests.append({"test-name": test.name, "passed": test.passed, "score": score, "max-score": maximum})
        body.append(f"{test.name} ({score}/{maximum})\n{test.output}")
    scores = {key: sum(test[key] for test in tests) for key in ("score", "max-score")}
    answer = {"result": {**scores, "tests": tests}, "release-body": _preformatted("\n\n".join(body))}
    return json_text(answer, indent=1, ascii_only=True)


def _preformatted(words: str) -> str:
    """Text that Markdown shows as it is: nothing of a student becomes a link or an image."""
    return "".join(f"    {line}\n" for line in words.splitlines())
