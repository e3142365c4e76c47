"""The folder of a run: enough to use it, repeat it, or resume it."""

import errno
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data import Dataset, Encoder
from gradiente.data.dataset import Task
from gradiente.data.frame import columns_of
from gradiente.errors import ArgumentError, FileError
from gradiente.files import STANDARD_INPUT, read_text, system_reason
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.plain import require_fields
from gradiente.storage import json_text, write_atomically
from gradiente.training.callbacks import Callback, TrainingState
from gradiente.training.checkpoint import BEST, LAST, load_checkpoint
from gradiente.training.config import Config
from gradiente.training.cross_validation import CrossValidation
from gradiente.training.kept_data import KeptData
from gradiente.training.lock import RunLock
from gradiente.training.predictions import Predictions, predictions_of
from gradiente.training.snapshot import Snapshot


@dataclass(frozen=True)
class DataDescription:
    """What a network's inputs and outputs mean, saved so that a run can predict without its data set."""

    name: str
    task: Task
    classes: list[str]
    image_shape: list[int] | None
    encoder: dict[str, Any] | None
    picture_files: bool = False

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
            picture_files=dataset.picture_files,
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


@dataclass(frozen=True, init=False)
class Run:
    """The folder of one training run; its network predicts rows as they are, `Run("runs/x").predict(dataframe)`.

    run.toml · environment.json · data.json · data.safetensors · metrics.jsonl · metrics.csv · checkpoints/ ·
    network.safetensors · test.json · report.html
    """

    folder: Path

    def __init__(self, folder: str | Path) -> None:
        object.__setattr__(self, "folder", Path(folder))

    def create(
        self,
        config: Config,
        description: DataDescription,
        environment: Mapping[str, str],
        *,
        data: KeptData | None = None,
        claimed: bool = False,
    ) -> None:
        """Make the folder, atomically, with what is known before training.

        Arguments:
            data: what is kept of the data, to know them again
            claimed: it is there, empty, from `claimed_folder`

        Errors: ArgumentError where it exists already; FileError where it cannot be written
        """
        folder = self.folder
        if os.path.lexists(folder) and not claimed:
            raise ArgumentError("run.exists", folder=folder)
        draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
        try:
            (draft / "checkpoints").mkdir(parents=True)
            config.write(draft / "run.toml")
            _write_json(draft / "environment.json", dict(environment))
            _write_json(draft / "data.json", asdict(description))
            if data is not None:
                data.write(draft)
            _put(draft, folder)
        except (OSError, FileError) as error:
            shutil.rmtree(draft, ignore_errors=True)
            if isinstance(error, FileError):
                raise
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY):  # another process was faster
                raise ArgumentError("run.exists", folder=folder) from error
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
        if CrossValidation.is_in(folder):
            raise FileError("run.folds", folder=folder)
        if not os.path.isfile(folder / "run.toml"):
            raise FileError("run.none", folder=folder)
        return cls(folder)

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def last_checkpoint(self) -> Path:
        return self.checkpoints / LAST

    def last_snapshot(self) -> Snapshot | None:
        """Where its training got to; None: it took no step yet.

        Errors: as of `load_checkpoint`
        """
        return load_checkpoint(self.last_checkpoint) if self.last_checkpoint.is_file() else None

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

    def require_same_data(self, train: Dataset, test: Dataset) -> None:
        """Raise the DataError that says what has changed in the data since the run was trained."""
        kept = KeptData.read(self.folder)
        if kept is not None:
            kept.require_same(KeptData.of(train, test), train.name, self.folder)

    def network(self) -> Network:
        """The trained network; that of the best epoch so far if training has not ended."""
        candidates = (self.folder / "network.safetensors", self.checkpoints / BEST, self.last_checkpoint)
        path = next((path for path in candidates if path.is_file()), None)
        if path is None:
            raise FileError("run.no_network", folder=self.folder)
        return Network.load(path)

    def predict(self, table: Any) -> Predictions:
        """What its network says of rows as they are before any encoding.

        Columns are taken by name, in any order; others are left alone. How many rows have a category that training
        never saw is said by the log `gradiente`. A missing number becomes what the run's `missing` makes of it.

        Arguments:
            table: a DataFrame of pandas, polars …, a dict of columns, or of one row's values; or an array of rows of
                numbers, with the columns of training in their order (of a run without columns, as pictures, inputs)

        Errors: FileError where the folder holds no run; DataError for columns that are missing, for values that are
            missing, infinite or no numbers, and for no rows; ArgumentError for a table where columns have no names
        """
        run = Run.open(self.folder)
        description, network, loss = run.description(), run.network(), run.loss()
        encoder, name = description.table_encoder(), description.name
        if isinstance(table, np.ndarray):
            x = table if encoder is None else encoder.transform_rows(table)
        elif encoder is None:
            raise ArgumentError("run.no_columns", name=name)
        else:
            x = encoder.encode_columns(columns_of(table, encoder.columns))
        features = () if encoder is None else encoder.features
        x = Dataset(x, np.zeros(len(x)), "regression", name, features=features).x
        return predictions_of(network.predict(x), loss, description.task, description.classes, encoder)

    def finish(self, network: Network, metrics: Mapping[str, float]) -> None:
        """Save the trained network and its test metrics."""
        network.save(self.folder / "network.safetensors")
        _write_json(self.folder / "test.json", dict(metrics))


class KeepRun(Callback):
    """Make the run's folder once everything is checked and training starts, so that an error leaves none behind.

    Arguments:
        lock: taken of a new run; that of an old one is held already
        data: what is kept of the data, to know them again
        new: whether it is to be made
        claimed: whether its place was claimed before
    """

    def __init__(
        self,
        run: Run,
        config: Config,
        description: DataDescription,
        environment: Mapping[str, str],
        lock: RunLock,
        *,
        data: KeptData | None = None,
        new: bool,
        claimed: bool = False,
    ) -> None:
        self.run = run
        self.config = config
        self.description = description
        self.environment = environment
        self.lock = lock
        self.data = data
        self.new = new
        self.claimed = claimed

    def fit_begin(self, state: TrainingState) -> None:
        if self.new:
            words = self.description, self.environment
            self.run.create(self.config, *words, data=self.data, claimed=self.claimed)
            self.lock.acquire(self.run.folder)
        else:
            self.run.sweep()
            self.config.write(self.run.folder / "run.toml")


def default_folder(name: str) -> Path:
    """runs/NAME, or with the first free number behind it."""
    stem = "stdin" if name == STANDARD_INPUT else Path(name).stem
    number = 1
    folder = Path("runs") / stem
    while os.path.lexists(folder):
        number += 1
        folder = Path("runs") / f"{stem}-{number}"
    return folder


def claimed_folder(name: str) -> Path:
    """The default folder of that name, made empty: what another process that starts at the same time gets is the next.

    Errors: FileError where it cannot be written
    """
    while True:
        folder = default_folder(name)
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            if not os.path.isdir(folder.parent):
                raise FileError("storage.write", path=folder, reason=text("system.ENOTDIR")) from None
        except OSError as error:
            raise FileError("storage.write", path=folder, reason=system_reason(error)) from error


def remove_unless_begun(begun: Path, *made: Path) -> None:
    """Remove what was made for a training that did not begin: that left nothing at `begun`.

    Arguments:
        made: files and empty folders, in the order in which they are removed
    """
    if begun.exists():
        return
    with suppress(OSError):
        for path in made:
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)


def missing_parents(folder: Path) -> list[Path]:
    """The folders that are made with a folder, the innermost first."""
    return [parent for parent in folder.absolute().parents if not parent.exists()]


def _put(draft: Path, folder: Path) -> None:
    """Give a folder its name; an empty one of that name gives way."""
    try:
        draft.rename(folder)
    except FileExistsError:  # Windows
        folder.rmdir()
        draft.rename(folder)


def _write_json(path: Path, value: Any) -> None:
    write_atomically(path, json_text(value, indent=2) + "\n")
