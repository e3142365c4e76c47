"""What can be taken away from the lab: the run, its network, its curves."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np

from gradiente.errors import ArgumentError
from gradiente.lab.frame import frame
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.lab.torch_code import WEIGHTS, torch_code
from gradiente.training.checkpoint import save_checkpoint
from gradiente.training.kept_data import KeptData
from gradiente.training.run import DataDescription, Run

MORE = 10  # epochs that the downloaded run has before it, unless it is given another number
What = Literal["run", "torch", "csv"]


@dataclass(frozen=True)
class Download(Request):
    """A file: the run as a folder that `gradiente train --resume` takes, a program of PyTorch, or the history as CSV.

    Arguments:
        what: "run", "torch" or "csv"
    """

    what: What

    def answer(self, run: LabRun | None) -> bytes:
        if run is None:
            raise ArgumentError("lab.no_run")
        name, content = {"run": _folder, "torch": _program, "csv": _table}[self.what](run)
        return frame({"kind": "file", "name": name}, {"content": np.frombuffer(content, np.uint8)})


REQUESTS: dict[str, type[Request]] = {"download": Download}


def _folder(run: LabRun) -> tuple[str, bytes]:
    """The run's folder, in a .zip."""
    with TemporaryDirectory() as place:
        folder = Run(Path(place) / "run")
        epochs = run.snapshot.epoch + MORE
        config, kept = run.config.changed(epochs=epochs), KeptData.of(run.train, run.test)
        folder.create(config, DataDescription.of(run.train), {}, data=kept)
        save_checkpoint(folder.last_checkpoint, run.network, run.snapshot)
        return "run.zip", _zipped(folder.folder)


def _program(run: LabRun) -> tuple[str, bytes]:
    """A program of PyTorch and its weights, in a .zip."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "network"
        folder.mkdir()
        (folder / "network.py").write_text(torch_code(run.network, run.train), encoding="utf-8")
        run.network.save(folder / WEIGHTS)
        return "network.zip", _zipped(folder)


def _table(run: LabRun) -> tuple[str, bytes]:
    return "history.csv", run.snapshot.history.to_csv().encode()


def _zipped(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return content.getvalue()
