"""Gradescope: a zip with setup.sh and run_autograder, which writes results.json.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from shlex import join

from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.systems.assignment import Assignment
from gradiente.grading.systems.scored_test import scored_tests, summary
from gradiente.storage import json_text

_SETUP = """#!/usr/bin/env bash
# Runs once, when the image of the assignment is built. The image needs Python 3.11: Ubuntu 24.04.
set -eu
apt-get update
apt-get install -y python3 python3-venv bubblewrap
python3 -m venv /autograder/venv
/autograder/venv/bin/python -m pip install '/autograder/source/{requirement}'
"""
_RUN = """#!/usr/bin/env bash
# Runs for every submission.
set -eu
cd /autograder
/autograder/venv/bin/python {arguments} > results/results.json
"""


def files(assignment: Assignment) -> dict[str, str]:
    """The scripts and the rubric or exercise, at the root of the zip."""
    arguments = join([*assignment.arguments("gradescope", "submission"), f"source/{assignment.file}"])
    return {
        "setup.sh": _SETUP.format(requirement=assignment.requirement),
        "run_autograder": _RUN.format(arguments=arguments),
        assignment.file: assignment.content,
    }


def result(row: GradedStudent, assignment: Assignment) -> str:
    """results.json."""
    tests = [
        {
            "name": test.name,
            "score": test.score,
            "max_score": test.maximum,
            "status": "passed" if test.passed else "failed",
            "output": test.output,
            "output_format": "text",
            "visibility": "visible",
        }
        for test in scored_tests(row, assignment)
    ]
    found = {
        "score": round(row.total or 0.0, 4),
        "output": summary(row),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"workshop": assignment.workshop, "status": row.result.status},
    }
    return json_text(found, indent=1, ascii_only=True)
