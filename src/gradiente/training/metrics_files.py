"""The measures of every epoch, in files that other programs read."""

import math
import time
from pathlib import Path

from gradiente.storage import write_atomically
from gradiente.training.callbacks import Observer, TrainingState


class MetricsFiles(Observer):
    """Write the history as metrics.jsonl and metrics.csv, each time as a whole, not more often than `seconds`."""

    def __init__(self, folder: Path, *, seconds: float = 1.0) -> None:
        self.folder = folder
        self.seconds = seconds
        self._written_at = -math.inf

    def epoch_end(self, state: TrainingState) -> None:
        if time.monotonic() - self._written_at >= self.seconds:
            self.fit_end(state)

    def fit_end(self, state: TrainingState) -> None:
        write_atomically(self.folder / "metrics.jsonl", state.history.to_json_lines())
        write_atomically(self.folder / "metrics.csv", state.history.to_csv())
        self._written_at = time.monotonic()
