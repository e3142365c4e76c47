"""The progress of training as a bar of tqdm, for notebooks and terminals."""

import time
from typing import TextIO

from gradiente.formatting import measure_name, measure_value
from gradiente.training.callbacks import Observer, TrainingState
from gradiente.training.progress import epoch_in_words

SECONDS = 0.1  # between two moves


class TqdmProgress(Observer):
    """A bar over all steps, with the measures of the last epoch: a widget in a notebook, characters elsewhere.

    Arguments:
        file: where it goes outside notebooks; None is the standard error stream

    >>> import io
    >>> TqdmProgress(file=io.StringIO()).each_step
    False
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self.file = file

    def fit_begin(self, state: TrainingState) -> None:
        from tqdm.auto import tqdm

        total = state.epochs * state.steps_per_epoch
        self._bar = tqdm(total=total, initial=state.steps, file=self.file, dynamic_ncols=True)
        self._moved = 0.0
        self.epoch_begin(state)

    def epoch_begin(self, state: TrainingState) -> None:
        self._bar.set_description(epoch_in_words(state), refresh=False)

    def step_begin(self, state: TrainingState, step: int) -> None:
        self._move(state.epoch * state.steps_per_epoch + step)

    def epoch_end(self, state: TrainingState) -> None:
        record = state.history.records[-1]
        measures = [name for name in ("loss", "accuracy", "val_loss", "val_accuracy") if name in record]
        words = {measure_name(name): measure_value(name, record[name]) for name in measures}
        self._bar.set_postfix(words, refresh=False)
        self._move(state.epoch * state.steps_per_epoch)

    def fit_end(self, state: TrainingState) -> None:
        self._bar.update(state.steps - self._bar.n)
        self._bar.close()

    def _move(self, steps: int) -> None:
        if time.monotonic() - self._moved > SECONDS:
            self._bar.update(steps - self._bar.n)
            self._moved = time.monotonic()
