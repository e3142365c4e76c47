"""The command `gradiente`: one command, one file, each loaded only when it is called."""

import math
import os
import re
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

import click

from gradiente.cli.base import LazyGroup, asked_language, say, usage_message
from gradiente.cli.encoding import readable_output
from gradiente.errors import GradienteError, ProcessError
from gradiente.files import system_reason
from gradiente.kernels import use_kept_choice
from gradiente.launcher import launched_ranks
from gradiente.locale import language, text

PATIENCE = 5.0  # seconds in which the launcher ends the others, once the first process has said what is wrong


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exit status 0, 1 for a failure, 2 for a usage error, 128 + its number for a signal."""
    use_kept_choice()
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    with language(asked_language(arguments)), readable_output():
        try:
            status = LazyGroup().main(arguments, prog_name="gradiente", standalone_mode=False) or 0
            if launched_ranks()[1] > 1:
                _leave(status)
            if status:
                sys.exit(status)
        except (click.Abort, KeyboardInterrupt):  # click's is a RuntimeError
            _fail(text("cli.interrupted"), 130)
        except click.UsageError as error:
            _fail(usage_message(error), 2)
        except GradienteError as error:
            _fail(str(error), error.exit_status, everyone=isinstance(error, ProcessError))
        except MemoryError as error:
            _fail(_of_the_memory(error), 1)
        except RuntimeError as error:  # PyTorch's, of a GPU and of a processor
            if not re.search("out of memory|can't allocate memory", str(error)):
                raise
            _fail(text("cli.memory"), 1)
        except OSError as error:
            _fail(_of_the_system(error), 1)


def _of_the_memory(error: MemoryError) -> str:
    """What did not fit, where NumPy says it."""
    shape, dtype = getattr(error, "shape", None), getattr(error, "dtype", None)
    if shape is None or dtype is None:
        return text("cli.memory")
    gibibytes = f"{math.prod(shape) * dtype.itemsize / 2**30:.3g}"
    return text("cli.memory_array", shape=" × ".join(map(str, shape)), size=gibibytes)


def _of_the_system(error: OSError) -> str:
    """What no command has expected of the system: a name that it does not take, a folder that is gone."""
    try:
        os.getcwd()
    except OSError:
        return text("cli.no_folder")
    return text("error.file.unreadable", path=error.filename or "", reason=system_reason(error))


def _leave(status: int) -> NoReturn:
    """Exit one of several processes at once: waiting for the threads of PyTorch's process group sometimes aborts it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


def _fail(message: str, status: int, *, everyone: bool = False) -> None:
    """Print the error and exit; of the processes of one run, only rank 0 prints it."""
    if launched_ranks()[0] > 0 and not everyone:
        time.sleep(PATIENCE)
    label = click.style(f"{text('cli.error')}: ", fg="red", bold=True)
    say(f"{label}{message}", err=True)
    sys.exit(status)
