"""`gradiente exercise new`: an exercise from a solution, or that of a workshop."""

import os
from pathlib import Path

import click

from gradiente.checker.checking import propose_exercise
from gradiente.checker.exercises.exercise import Exercise
from gradiente.cli.base import command
from gradiente.cli.tables import console, styled_table
from gradiente.errors import FileError
from gradiente.locale import text
from gradiente.storage import require_folder_of, write_atomically
from gradiente.workshops.exercises import NAMES, exercise_file


def new(file: str, path: str | None) -> None:
    workshop = file if file in NAMES else None
    target = Path(path or Path(workshop or file).with_suffix(".toml"))
    if os.path.lexists(target):
        raise FileError("workshop.exists", path=target)
    require_folder_of(target)
    if workshop:
        exercise, left = Exercise.read(exercise_file(workshop)), []
        content = exercise_file(workshop).read_text(encoding="utf-8")
    else:
        exercise, left = propose_exercise(file)
        content = exercise.toml()
    write_atomically(target, content)
    out = console()
    out.print(text("exercise.network", network=exercise.network.notation()), soft_wrap=True)
    table = styled_table()
    for column in ("role", "call", "gives"):
        table.add_column(text(f"exercise.column.{column}"), overflow="fold")
    for role in exercise.roles:
        table.add_row(role.kind, role.call or text("exercise.anywhere"), role.gives)
    out.print(table)
    for role in left:
        out.print(text("exercise.left_out", role=role.kind, call=role.call), style="yellow", soft_wrap=True)
    key, shown = ("exercise.of_workshop", f"{workshop}.ipynb") if workshop else ("exercise.written", file)
    out.print(text(key, path=target, file=shown), soft_wrap=True)


command = command(
    "exercise.new",
    lambda: [
        click.Argument(["file"], metavar=text("cli.metavar.file")),
        click.Argument(["path"], required=False, metavar=text("cli.metavar.optional_output")),
    ],
    new,
)
