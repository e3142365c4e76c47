"""The progress of training, on a terminal or in a log."""

import sys
import time
from typing import TextIO

from gradiente.formatting import epoch_line
from gradiente.locale import text
from gradiente.training.callbacks import Observer, TrainingState

LINES = 20


class Progress(Observer):
    """A progress bar on a terminal, and a line per epoch: for every epoch if they are few, else for about twenty.

    Arguments:
        file: where it goes; None is the standard error stream

    >>> import io
    >>> Progress(file=io.StringIO()).file.getvalue()
    ''
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self.file = file or sys.stderr

    def fit_begin(self, state: TrainingState) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._console = Console(file=self.file)
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        total = state.epochs * state.steps_per_epoch
        self._task = self._bar.add_task(epoch_in_words(state), total=total)
        self._moved, self._finished = 0.0, state.epoch
        self._bar.start()
        self._advance(state, state.step)

    def epoch_begin(self, state: TrainingState) -> None:
        self._bar.update(self._task, description=epoch_in_words(state))

    def step_begin(self, state: TrainingState, step: int) -> None:
        if time.monotonic() - self._moved > 0.1:
            self._advance(state, step)

    def epoch_end(self, state: TrainingState) -> None:
        self._advance(state, 0)
        every = max(1, state.epochs // LINES)
        for epoch in range(self._finished + 1, state.epoch + 1):
            if epoch == 1 or epoch % every == 0 or epoch == state.epochs:
                line = epoch_line(state.history.records[epoch - 1], state.epochs)
                self._console.print(line, highlight=False, soft_wrap=True)
        self._finished = state.epoch

    def fit_end(self, state: TrainingState) -> None:
        self._bar.stop()
        if state.stop is not None:
            self._console.print(str(state.stop), highlight=False, soft_wrap=True)

    def _advance(self, state: TrainingState, step: int) -> None:
        self._bar.update(self._task, completed=state.epoch * state.steps_per_epoch + step)
        self._moved = time.monotonic()


def epoch_in_words(state: TrainingState) -> str:
    """Which epoch it is, of how many."""
    return text("progress.epoch", epoch=min(state.epoch + 1, state.epochs), epochs=state.epochs)
