"""The folder of a run: enough to use it, repeat it, or resume it."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gradiente.data import Dataset, Encoder
from gradiente.data.dataset import Task
from gradiente.errors import ArgumentError, FileError
from gradiente.files import read_text, system_reason
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.plain import require_fields
from gradiente.storage import json_text, write_atomically
from gradiente.training.callbacks import Callback, TrainingState
from gradiente.training.checkpoint import BEST, LAST
from gradiente.training.config import Config


@dataclass(frozen=True)
class DataDescription:
    """What a network's inputs and outputs mean, saved so that a run can predict without its data set."""

    name: str
    task: Task
    classes: list[str]
    image_shape: list[int] | None
    encoder: dict[str, Any] | None

    @classmethod
    def of(cls, dataset: Dataset) -> "DataDescription":
        """The description of a data set."""
        shape = dataset.image_shape
        return cls(
            name=dataset.name,
            task=dataset.task,
            classes=list(dataset.classes),
            image_shape=None if shape is None else list(shape),
            encoder=None if dataset.encoder is None else dataset.encoder.to_dict(),
        )

    @classmethod
    def from_dict(cls, values: Any) -> "DataDescription":
        """The description written as JSON.

        Errors: ValueError for anything else
        """
        require_fields(cls, values)
        description = cls(**values)
        description.table_encoder()
        return description

    def table_encoder(self) -> Encoder | None:
        """How a row of a table becomes an input, where the run learned from a table."""
        return None if self.encoder is None else Encoder.from_dict(self.encoder)


@dataclass(frozen=True)
class Run:
    """The folder of one training run.

    run.toml · environment.json · data.json · metrics.jsonl · metrics.csv · checkpoints/ · network.safetensors ·
    test.json · report.html
    """

    folder: Path

    def create(self, config: Config, description: DataDescription, environment: Mapping[str, str]) -> None:
        """Make the folder, atomically, with what is known before training.

        Errors: ArgumentError where it exists already; FileError where it cannot be written
        """
        folder = self.folder
        if os.path.lexists(folder):
            raise ArgumentError("run.exists", folder=folder)
        draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
        try:
            (draft / "checkpoints").mkdir(parents=True)
            config.write(draft / "run.toml")
            _write_json(draft / "environment.json", dict(environment))
            _write_json(draft / "data.json", asdict(description))
            draft.rename(folder)
        except (OSError, FileError) as error:
            shutil.rmtree(draft, ignore_errors=True)
            if isinstance(error, FileError):
                raise
            raise FileError("storage.write", path=folder, reason=system_reason(error)) from error

    def sweep(self) -> None:
        """Remove the partial files of processes that were killed."""
        for part in self.folder.rglob(".*.part"):
            part.unlink(missing_ok=True)

    @classmethod
    def open(cls, folder: str | Path) -> "Run":
        """The run in a folder.

        Errors: FileError where the folder holds none
        """
        folder = Path(folder).absolute()
        if not os.path.isfile(folder / "run.toml"):
            raise FileError("run.none", folder=folder)
        return cls(folder)

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def last_checkpoint(self) -> Path:
        return self.checkpoints / LAST

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    def config(self) -> Config:
        """What was chosen."""
        return Config.read(self.folder / "run.toml")

    def loss(self) -> Loss:
        """What its network was trained to reduce.

        Errors: FileError where the config does not say it
        """
        loss = self.config().make("loss")
        if loss is None:
            raise FileError("run.file", path=self.folder / "run.toml")
        return loss

    def description(self) -> DataDescription:
        """What the inputs and outputs mean."""
        path = self.folder / "data.json"
        content = read_text(path)
        try:
            return DataDescription.from_dict(json.loads(content))
        except (RecursionError, ValueError) as error:
            raise FileError("run.file", path=path) from error

    def network(self) -> Network:
        """The trained network; that of the best epoch so far if training has not ended."""
        candidates = (self.folder / "network.safetensors", self.checkpoints / BEST, self.last_checkpoint)
        path = next((path for path in candidates if path.is_file()), None)
        if path is None:
            raise FileError("run.no_network", folder=self.folder)
        return Network.load(path)

    def finish(self, network: Network, metrics: Mapping[str, float]) -> None:
        """Save the trained network and its test metrics."""
        network.save(self.folder / "network.safetensors")
        _write_json(self.folder / "test.json", dict(metrics))


class KeepRun(Callback):
    """Make the run's folder once everything is checked and training starts, so that an error leaves none behind."""

    def __init__(
        self,
        run: Run,
        config: Config,
        description: DataDescription,
        environment: Mapping[str, str],
        *,
        new: bool,
    ) -> None:
        self.run = run
        self.config = config
        self.description = description
        self.environment = environment
        self.new = new

    def fit_begin(self, state: TrainingState) -> None:
        if self.new:
            self.run.create(self.config, self.description, self.environment)
        else:
            self.run.sweep()
            self.config.write(self.run.folder / "run.toml")


def default_folder(name: str) -> Path:
    """runs/NAME, or with the first free number behind it."""
    stem = Path(name).stem
    number = 1
    folder = Path("runs") / stem
    while os.path.lexists(folder):
        number += 1
        folder = Path("runs") / f"{stem}-{number}"
    return folder


def _write_json(path: Path, value: Any) -> None:
    write_atomically(path, json_text(value, indent=2) + "\n")
