"""`gradiente exercise new`: an exercise from a solution."""

import os
from pathlib import Path

import click

from gradiente.checker.checking import propose_exercise
from gradiente.cli.base import command
from gradiente.cli.tables import console, styled_table
from gradiente.errors import FileError
from gradiente.locale import text
from gradiente.storage import require_folder_of, write_atomically


def new(file: str, path: str | None) -> None:
    target = Path(file).with_suffix(".toml") if path is None else Path(path)
    if os.path.lexists(target):
        raise FileError("workshop.exists", path=target)
    require_folder_of(target)
    exercise, left = propose_exercise(file)
    write_atomically(target, exercise.toml())
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
    out.print(text("exercise.written", path=target, file=file), soft_wrap=True)


command = command(
    "exercise.new",
    lambda: [
        click.Argument(["file"], metavar=text("cli.metavar.file")),
        click.Argument(["path"], required=False, metavar=text("cli.metavar.optional_output")),
    ],
    new,
)
