"""`gradiente export`: a run as one file that runs without gradiente."""

import click

from gradiente.cli.base import command, option, say
from gradiente.cli.kinds import INTEGER, Choice
from gradiente.cli.settings import custom_option
from gradiente.export import export as write
from gradiente.export.exporting import SUFFIXES
from gradiente.formatting import count
from gradiente.locale import text


def export(run: str, format: str | None, output: str | None, opset: int | None) -> None:
    path = write(run, output, format=format, opset=opset)
    say(text("export.written", path=path, size=count(-(-path.stat().st_size // 1024))))


command = command(
    "export",
    lambda: [
        click.Argument(["run"], metavar=text("cli.metavar.run")),
        option("--format", "cli.export.format", type=Choice(list(SUFFIXES))),
        option("--output", "cli.export.output", metavar=text("cli.metavar.file")),
        option("--opset", "cli.export.opset", type=INTEGER),
        custom_option(),
    ],
    export,
)
