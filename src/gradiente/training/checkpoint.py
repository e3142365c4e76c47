"""Checkpoints: always complete on disk, and enough to resume bit-identically."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.engines import EngineState
from gradiente.errors import FileError, require_in
from gradiente.locale import text
from gradiente.network import METADATA_KEY, Network
from gradiente.notation import LARGEST
from gradiente.plain import conforms
from gradiente.storage import load_tensors, save_tensors
from gradiente.streams import Purpose, stream
from gradiente.training.callbacks import Observer, TrainingState
from gradiente.training.history import History
from gradiente.training.snapshot import Averaged, Best, PartialEpoch, Snapshot

LAST = "last.safetensors"
BEST = "best.safetensors"
_OF_EVERY_STEP = ("values", "penalties", "divisors")  # arrays of a partial epoch


class Checkpoint(Observer):
    r"""Save the last snapshot and the best epoch: `last.safetensors`, to resume, and `best.safetensors`, a network.

    Each file is replaced atomically, so that a process killed at any moment leaves a valid checkpoint. The
    first one is written before the first epoch. Short epochs are not saved each: an epoch that is lost is
    recomputed, bit-identically. A run that is stopped in the middle of an epoch is saved there.

    Arguments:
        folder: where the files go; it must exist
        seconds: the least time between two writes during training, ≥ 0; the end is always written

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
        save_checkpoint(self.folder / LAST, state.network, state.snapshot)
        self._written_at = time.monotonic()


def save_checkpoint(path: str | Path, network: Network, snapshot: Snapshot) -> None:
    """Write a snapshot with its network; Network.load can read the network from the same file."""
    state, best, partial = snapshot.state, snapshot.best, snapshot.partial
    tensors = network.named(state.theta) | state.buffers
    tensors |= {f"optimizer.{name}": slot for name, slot in state.slots.items()}
    training: dict[str, Any] = {
        "t": state.t,
        "history": snapshot.history.records,
        "settings": snapshot.settings,
    }
    if best is not None:
        tensors["best.theta"] = best.theta
        tensors |= {f"best.{name}": value for name, value in best.buffers.items()}
        training["best"] = {"epoch": best.epoch, "value": best.value}
    if snapshot.average is not None:
        tensors["average.theta"] = snapshot.average.theta
        training["average"] = {"count": snapshot.average.count}
    if partial is not None:
        fields = vars(partial)
        tensors |= {f"epoch.{name}": fields[name] for name in _OF_EVERY_STEP}
        training["epoch"] = {name: value for name, value in fields.items() if name not in _OF_EVERY_STEP}
    metadata = {"network": snapshot.form, "training": training}
    save_tensors(path, tensors, {METADATA_KEY: json.dumps(metadata)})


def load_checkpoint(path: str | Path) -> Snapshot:
    """Read a checkpoint.

    Errors: FileError where there is none, or it is truncated, or contains only a network
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
        best, partial = training.get("best"), training.get("epoch")
        if best is not None:
            buffers = {name: tensors[f"best.{name}"] for name in network.buffers}
            best = Best(best["epoch"], best["value"], np.asarray(tensors["best.theta"]), buffers)
        if partial is not None:
            arrays: dict[str, Any] = {name: tensors[f"epoch.{name}"] for name in _OF_EVERY_STEP}
            partial = PartialEpoch(**partial, **arrays)
        average = training.get("average")
        if average is not None:
            average = Averaged(average["count"], np.asarray(tensors["average.theta"]))
        snapshot = Snapshot(
            form=form,
            state=EngineState(training["t"], network.theta, network.buffers, slots),
            history=History(training["history"]),
            best=best,
            settings=training["settings"],
            partial=partial,
            average=average,
            file=Path(path),
        )
        _require_whole(snapshot)
        return snapshot
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise FileError("checkpoint.not_ours", path=path) from error


def _require_whole(snapshot: Snapshot) -> None:
    """Raise a ValueError, or what NumPy raises, unless the parts of a snapshot fit together.

    Anybody may have edited the file; what does not fit would be met in the middle of a training.
    """
    state, best, partial = snapshot.state, snapshot.best, snapshot.partial
    monitor, records = snapshot.settings["monitor"], snapshot.history.records
    whole = conforms(records, list[dict[str, Any]]) and _is_count(state.t)
    for number, record in enumerate(records, start=1):
        numbers = record["lr"], record["loss"], record["seconds"], record[monitor]
        whole &= record["epoch"] == number and all(map(_is_number, numbers))
        whole &= all(map(_is_number, record["gradient_norms"].values()))
    whole &= all(slot.shape == state.theta.shape for slot in state.slots.values())
    if best is not None:
        whole &= _is_count(best.epoch) and 1 <= best.epoch <= len(records) and _is_number(best.value)
        whole &= best.theta.shape == state.theta.shape
        whole &= all(best.buffers[name].shape == value.shape for name, value in state.buffers.items())
    if (average := snapshot.average) is not None:
        whole &= _is_count(average.count) and average.count > 0
        whole &= average.theta.shape == state.theta.shape and average.theta.dtype == state.theta.dtype
    if partial is not None:
        whole &= _is_count(partial.step) and _is_count(partial.correct) and _is_number(partial.seconds)
        shapes = {array.shape for array in (partial.values, partial.penalties, partial.divisors)}
        whole &= shapes == {(partial.step,)} and partial.divisors.dtype.kind in "if"
        for states in partial.generators:
            for purpose in ("layers", "augmentation"):
                stream(Purpose.LAYERS, 0).bit_generator.state = states[purpose]
            if (own := states["engine"]) is not None:
                bytes.fromhex(own)
    if not whole:
        raise ValueError("parts of the checkpoint do not fit together")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def resumed(source: Snapshot | str | Path, form: dict[str, Any], settings: dict[str, Any]) -> Snapshot:
    """A snapshot, given or read from a file, checked against the network's architecture and the settings.

    Errors: FileError where it is of another network or other settings
    """
    snapshot = source if isinstance(source, Snapshot) else load_checkpoint(source)
    if snapshot.form != form:
        raise FileError("checkpoint.other_network", path=name_of(snapshot))
    require_settings(snapshot, settings)
    return snapshot


def require_settings(snapshot: Snapshot, settings: dict[str, Any]) -> None:
    """Raise a FileError where the training of a snapshot had another value of one of these settings."""
    for name, now in settings.items():
        if (saved := snapshot.settings.get(name)) != now:
            raise FileError(
                "checkpoint.other_setting", path=name_of(snapshot), name=name, saved=saved, now=now
            )


def name_of(snapshot: Snapshot) -> str:
    """What a snapshot is called in messages: its file, where it has one."""
    return text("checkpoint.snapshot") if snapshot.file is None else str(snapshot.file)
