"""`gradiente workshop new`: a workshop's file, with its blanks, in the reader's language."""

import os
import shlex
from pathlib import Path

import click

from gradiente.checker.checking import require_right
from gradiente.checker.exercises.exercise import Exercise
from gradiente.cli.base import command, exercise_option, option
from gradiente.cli.kinds import Choice
from gradiente.cli.tables import console
from gradiente.errors import FileError, require
from gradiente.locale import get_language, text
from gradiente.storage import write_atomically
from gradiente.workshops.notebook import SUFFIXES, Format, as_text, starter_cells, student_cells


def new(name: str, folder: str, exercise_file: str | None, format: Format) -> None:
    own = Path(name).suffix.lower() in SUFFIXES.values()
    require(own or exercise_file is None, "workshop.exercise", name=name)
    if own and exercise_file is not None:
        require_right(name, Exercise.read(exercise_file))
    cells = starter_cells(name, get_language()) if own else student_cells(name, get_language())
    require(os.path.isdir(folder), "workshop.folder", folder=folder)
    path = Path(folder) / f"{Path(name).stem if own else name}{SUFFIXES[format]}"
    if os.path.lexists(path):
        raise FileError("workshop.exists", path=path)
    write_atomically(path, as_text(cells, format))
    file = shlex.quote(str(path))
    words = text(f"workshop.next.{format}", path=path, file=file)
    if own:
        asked = "" if exercise_file is None else f" --exercise {shlex.quote(exercise_file)}"
        words = text("workshop.next.own", path=path, file=f"{file}{asked}")
    console().print(words, soft_wrap=True)


command = command(
    "workshop.new",
    lambda: [
        click.Argument(["name"], metavar=text("cli.metavar.workshop")),
        click.Argument(["folder"], default=".", metavar=text("cli.metavar.optional_folder")),
        exercise_option("cli.workshop.new.exercise"),
        option("--format", "cli.workshop.new.format", type=Choice(list(SUFFIXES)), default="notebook"),
    ],
    new,
)
