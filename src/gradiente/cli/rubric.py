"""The option --rubric: the points of every function, in a file."""

import click

from gradiente.locale import text


def rubric_option() -> click.Option:
    """The option."""
    return click.Option(
        ["--rubric", "rubric_file"], help=text("cli.grade.rubric"), metavar=text("cli.metavar.file")
    )
