"""The curves of a training run in a notebook, while it goes on."""

import time

from gradiente.training.callbacks import Observer, TrainingState
from gradiente.views.curves import view_of_records
from gradiente.views.widget import Displayed

SECONDS = 0.2  # between two states that are shown


class Live(Observer):
    """Curves that are displayed when it is made, and drawn anew a few times a second."""

    def __init__(self) -> None:
        self._displayed, self._moved = Displayed(view_of_records([])), 0.0

    def epoch_end(self, state: TrainingState) -> None:
        if time.monotonic() - self._moved > SECONDS:
            self._show(state, last=False)

    def fit_end(self, state: TrainingState) -> None:
        self._show(state, last=True)

    def _show(self, state: TrainingState, *, last: bool) -> None:
        self._displayed.update(view_of_records(state.history.records), last=last)
        self._moved = time.monotonic()
