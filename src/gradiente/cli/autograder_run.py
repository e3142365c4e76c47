"""`gradiente autograder run`: one submission, and the answer that a system reads."""

import tempfile
from pathlib import Path

import click

from gradiente.checker.workshop_check import LIMITS
from gradiente.cli.base import command, exercise_option, option, say
from gradiente.cli.kinds import Choice
from gradiente.cli.rubric import rubric_option
from gradiente.cli.unsafe import require_isolation, unsafe_option
from gradiente.errors import FileError, require_installed
from gradiente.grading import grade, gradebook, one_submission
from gradiente.grading.systems import SYSTEMS, Assignment
from gradiente.locale import text


def run(
    system: str,
    submission: str,
    workshop: str | None,
    exercise_file: str | None,
    rubric_file: str | None,
    unsafe: bool,
) -> None:
    assignment = Assignment.read(workshop, rubric_file, exercise_file)
    if assignment.workshop in LIMITS:
        require_installed("torch", extra="torch")  # the machine's fault, no student's
    require_isolation(unsafe)
    handed_in = one_submission(submission)
    with tempfile.TemporaryDirectory(prefix="gradiente-autograder-") as verdicts:
        results = grade(
            [handed_in], Path(verdicts), assignment.checker, workshop=assignment.workshop, workers=1
        )
    (row,) = gradebook(results, assignment.rubric, assignment.workshop).rows
    if row.result.status == "error":  # nobody gets a 0 for it
        raise FileError("autograder.failed", reason=row.result.first_mistake())
    say(SYSTEMS[system].result(row, assignment))


command = command(
    "autograder.run",
    lambda: [
        click.Argument(["system"], metavar=text("cli.metavar.system"), type=Choice(list(SYSTEMS))),
        click.Argument(["submission"], metavar=text("cli.metavar.submission")),
        option("--workshop", "cli.autograder.workshop", metavar=text("cli.metavar.name")),
        exercise_option("cli.grade.exercise"),
        rubric_option(),
        unsafe_option(),
    ],
    run,
)
