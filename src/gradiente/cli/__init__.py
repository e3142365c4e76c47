"""The command `gradiente`: one command, one file, each loaded only when it is called."""

import os
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

import click

from gradiente.cli.base import LazyGroup, asked_language, usage_message
from gradiente.cli.encoding import escaped_output
from gradiente.errors import GradienteError, ProcessError
from gradiente.launcher import launched_ranks
from gradiente.locale import language, text

PATIENCE = 2.0  # seconds in which the launcher ends the others, once the first process has said what is wrong


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exit status 0, 1 for a failure, 2 for a usage error."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    with language(asked_language(arguments)), escaped_output():
        try:
            LazyGroup().main(arguments, prog_name="gradiente", standalone_mode=False)
            if launched_ranks()[1] > 1:
                _leave()
        except click.UsageError as error:
            _fail(usage_message(error), 2)
        except GradienteError as error:
            _fail(str(error), error.exit_status, everyone=isinstance(error, ProcessError))
        except MemoryError as error:
            _fail(text("cli.memory", reason=error), 1)
        except (click.Abort, KeyboardInterrupt):
            _fail(text("cli.interrupted"), 130)


def _leave() -> NoReturn:
    """Exit one of several processes at once: waiting for the threads of PyTorch's process group sometimes aborts it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _fail(message: str, status: int, *, everyone: bool = False) -> None:
    """Print the error and exit; of the processes of one run, only rank 0 prints it."""
    if launched_ranks()[0] > 0 and not everyone:
        time.sleep(PATIENCE)
    click.secho(f"{text('cli.error')}: ", fg="red", bold=True, nl=False, err=True)
    click.echo(message, err=True)
    sys.exit(status)
