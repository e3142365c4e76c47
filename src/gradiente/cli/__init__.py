"""The command `gradiente`: one command, one file, each loaded only when it is called."""

import sys
from collections.abc import Sequence

import click

from gradiente.cli.base import LazyGroup, asked_language, usage_message
from gradiente.engines import Processes
from gradiente.errors import GradienteError, ProcessError
from gradiente.locale import set_language, text


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends with status 0, 1 where the work failed, 2 where it was asked for wrongly."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    set_language(asked_language(arguments))
    try:
        LazyGroup().main(arguments, prog_name="gradiente", standalone_mode=False)
    except click.UsageError as error:
        _fail(usage_message(error), 2)
    except GradienteError as error:
        _fail(str(error), error.exit_status, everyone=isinstance(error, ProcessError))
    except MemoryError as error:
        _fail(text("cli.memory", reason=error), 1)
    except (click.Abort, KeyboardInterrupt):
        _fail(text("cli.interrupted"), 130)


def _fail(message: str, status: int, *, everyone: bool = False) -> None:
    """Say it and end; of the processes of one training only the first says what all of them meet."""
    if everyone or Processes.launched().rank == 0:
        click.secho(f"{text('cli.error')}: ", fg="red", bold=True, nl=False, err=True)
        click.echo(message, err=True)
    sys.exit(status)
