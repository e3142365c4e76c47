"""`gradiente workshop new`: a workshop's file, with its blanks, in the reader's language."""

import os
import shlex
from pathlib import Path

import click

from gradiente.cli.base import command, option
from gradiente.cli.kinds import Choice
from gradiente.cli.tables import console
from gradiente.errors import FileError, require
from gradiente.locale import get_language, text
from gradiente.storage import write_atomically
from gradiente.workshops.notebook import SUFFIXES, Format, as_text, student_cells


def new(name: str, folder: str, format: Format) -> None:
    cells = student_cells(name, get_language())
    require(os.path.isdir(folder), "workshop.folder", folder=folder)
    path = Path(folder) / f"{name}{SUFFIXES[format]}"
    if os.path.lexists(path):
        raise FileError("workshop.exists", path=path)
    write_atomically(path, as_text(cells, format))
    words = text(f"workshop.next.{format}", path=path, file=shlex.quote(str(path)))
    console().print(words, soft_wrap=True)


command = command(
    "workshop.new",
    lambda: [
        click.Argument(["name"], metavar=text("cli.metavar.workshop")),
        click.Argument(["folder"], default=".", metavar=text("cli.metavar.optional_folder")),
        option("--format", "cli.workshop.new.format", type=Choice(list(SUFFIXES)), default="notebook"),
    ],
    new,
)
