"""`gradiente autograder new`: the autograder of a workshop, for one system."""

import click

from gradiente.cli.base import command, exercise_option, option
from gradiente.cli.kinds import Choice
from gradiente.cli.rubric import rubric_option
from gradiente.cli.tables import console
from gradiente.grading.systems import SYSTEMS, Assignment, write_autograder
from gradiente.locale import text


def new(
    system: str, path: str, workshop: str | None, exercise_file: str | None, rubric_file: str | None
) -> None:
    assignment = Assignment.read(workshop, rubric_file, exercise_file)
    write_autograder(path, system, assignment)
    out = console()
    out.print(text("autograder.written", path=path), soft_wrap=True)
    out.print(text(f"autograder.next.{system}", wheel=assignment.requirement), soft_wrap=True)


command = command(
    "autograder.new",
    lambda: [
        click.Argument(["system"], metavar=text("cli.metavar.system"), type=Choice(list(SYSTEMS))),
        click.Argument(["path"], metavar=text("cli.metavar.output")),
        option("--workshop", "cli.autograder.workshop", metavar=text("cli.metavar.name")),
        exercise_option("cli.grade.exercise"),
        rubric_option(),
    ],
    new,
)
