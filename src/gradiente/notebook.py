"""The checker in a notebook, after `%load_ext gradiente.notebook`.

`%%check` at the top of a cell runs it, and then checks the functions defined so far, those of the cell included;
`%check` checks without a cell. As everywhere, the checked code runs in a process of its own.
"""

import shlex
import tempfile
from pathlib import Path
from typing import Any

import click

from gradiente.checker import HINTS
from gradiente.checker.reading.history import as_notebook
from gradiente.cli.base import asked_language, command, say, usage_message
from gradiente.cli.check import checker_of, print_verdict, verdict_options
from gradiente.cli.encoding import readable_output
from gradiente.errors import GradienteError, require
from gradiente.locale import language, text

FILE = "notebook.ipynb"


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext`.

    Arguments:
        shell: IPython's InteractiveShell
    """
    checker = NotebookChecker(shell)
    shell.events.register("post_run_cell", checker.has_run)
    shell.register_magic_function(checker.magic, "line_cell", "check")


class NotebookChecker:
    """The magic `check` of one shell, and which of its cells raised."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.failed: set[int] = set()

    def has_run(self, result: Any) -> None:
        """After every cell, whether it raised."""
        if not result.success:
            self.failed.add(len(self._cells()) - 1)

    def magic(self, line: str, cell: str | None = None) -> None:
        """The verdict on what is defined, after the cell has run."""
        if cell is not None:
            self.shell.run_cell(cell)
        arguments = _words(line)
        with language(asked_language(arguments)), readable_output():
            try:
                self._command(cell)().main(arguments, "%check", standalone_mode=False)
            except click.UsageError as error:
                say(f"{text('cli.error')}: {usage_message(error)}")
            except GradienteError as error:
                say(f"{text('cli.error')}: {error}")

    def _command(self, cell: str | None) -> Any:
        def checked(
            workshop: str | None, exercise_file: str | None, roles: tuple[str, ...], hint: int
        ) -> None:
            require(hint in HINTS, "check.hint", value=hint)
            checker = checker_of(workshop, exercise_file, roles)
            with tempfile.TemporaryDirectory(prefix="gradiente-notebook-") as folder:
                path = Path(folder) / FILE
                path.write_text(self._source(cell), encoding="utf-8")
                verdict = checker(path)
            print_verdict(_console(), verdict, hint)

        return command("check", verdict_options, checked)

    def _source(self, cell: str | None) -> str:
        """The cells that have run, numbered as the notebook numbers them, and the one that is running."""
        cells = self._cells() or [""]
        if cell is not None:
            cells[-1] = f"\n{cell}"  # the magic is in its first line
        return as_notebook(cells, self.shell.user_ns, self.failed)

    def _cells(self) -> list[str]:
        """Those that have run and the one that is running: In[1], In[2], …"""
        return list(self.shell.history_manager.input_hist_raw[1:])


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quote that is not closed
        return line.split()


def _console() -> Any:
    """One text on standard output, rather than an HTML element for each line."""
    from rich.console import Console

    return Console(force_jupyter=False, highlight=False, markup=False, emoji=False)
