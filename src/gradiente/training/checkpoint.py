"""A training on disk: whole at every moment, and enough to go on with to the same bits."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.engines import EngineState
from gradiente.errors import FileError, require_in
from gradiente.network import METADATA_KEY, Network
from gradiente.storage import load_tensors, save_tensors
from gradiente.training.callbacks import Best, Callback, TrainingState
from gradiente.training.history import History

LAST = "last.safetensors"
BEST = "best.safetensors"


@dataclass(frozen=True)
class SavedTraining:
    """What a checkpoint holds: the network's form, where the training is, what it has seen, how it was set up."""

    form: dict[str, Any]
    state: EngineState
    history: History
    best: Best | None
    settings: dict[str, Any]


class Checkpoint(Callback):
    r"""Save the last and the best epoch: `last.safetensors`, to go on from, and `best.safetensors`, a network.

    Each file is replaced as a whole, so that a process killed at any moment leaves a training that loads. The
    first one is written before the first epoch. Short epochs are not saved each: an epoch that is lost is
    computed again, to the same bits.

    Arguments:
        folder: where the files go; it must exist
        seconds: at least so long between two writes while the training runs, ≥ 0; its end is always written

    Errors: ArgumentError for a time below 0; FileError where the folder cannot be written

    >>> Checkpoint("runs/mine/checkpoints", seconds=10).seconds
    10

    Source: the lecture, "Overfitting" (the epoch that is best on validation)
    """

    def __init__(self, folder: str | Path, *, seconds: float = 1.0) -> None:
        require_in("[0, inf)", "Checkpoint", seconds=seconds)
        self.folder = Path(folder)
        self.seconds = seconds
        self._written_at = -float("inf")
        self._best_epoch = 0

    def fit_begin(self, state: TrainingState) -> None:
        self._best_epoch = 0
        self._write(state)

    def epoch_end(self, state: TrainingState) -> None:
        if time.monotonic() - self._written_at >= self.seconds:
            self._write(state)

    def fit_end(self, state: TrainingState) -> None:
        self._write(state)

    def _write(self, state: TrainingState) -> None:
        if state.best is not None and state.best.epoch != self._best_epoch:
            network = state.network
            best = network.named(state.best.theta) | state.best.buffers
            save_tensors(self.folder / BEST, best, network.metadata())
            self._best_epoch = state.best.epoch
        save_checkpoint(self.folder / LAST, state)
        self._written_at = time.monotonic()


def save_checkpoint(path: Path, state: TrainingState) -> None:
    """Write the last finished epoch; Network.load reads the file too, and finds that epoch's network in it."""
    assert state.last_epoch is not None
    tensors = state.network.named(state.last_epoch.theta) | state.last_epoch.buffers
    tensors |= {f"optimizer.{name}": slot for name, slot in state.last_epoch.slots.items()}
    training = {"t": state.last_epoch.t, "history": state.history.records, "settings": state.settings}
    if state.best is not None:
        tensors["best.theta"] = state.best.theta
        tensors |= {f"best.{name}": value for name, value in state.best.buffers.items()}
        training["best"] = {"epoch": state.best.epoch, "value": state.best.value}
    save_tensors(path, tensors, state.network.metadata(training=training))


def load_checkpoint(path: str | Path) -> SavedTraining:
    """Read a checkpoint.

    Errors: FileError where there is none, or it is cut short, or holds a network without its training
    """
    tensors, metadata = load_tensors(path)
    try:
        saved = json.loads(metadata[METADATA_KEY])
        training, form = saved["training"], saved["network"]
        network = Network.from_dict(form)
        network.load_state_dict({name: tensors[name] for name in (*network.parameters, *network.buffers)})
        slots = {
            name.removeprefix("optimizer."): tensor
            for name, tensor in tensors.items()
            if name.startswith("optimizer.")
        }
        best = training.get("best")
        if best is not None:
            buffers = {name: tensors[f"best.{name}"] for name in network.buffers}
            best = Best(best["epoch"], best["value"], np.asarray(tensors["best.theta"]), buffers)
        return SavedTraining(
            form=form,
            state=EngineState(int(training["t"]), network.theta, network.buffers, slots),
            history=History(training["history"]),
            best=best,
            settings=training["settings"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FileError("checkpoint.not_ours", path=path) from error
