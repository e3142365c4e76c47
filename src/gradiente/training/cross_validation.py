"""The folder of a cross-validation: a run for each fold, and their scores."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.errors import FileError
from gradiente.files import read_text
from gradiente.storage import json_text, write_atomically
from gradiente.training.config import Config

CONFIG, SCORES = "folds.toml", "folds.json"


@dataclass(frozen=True)
class CrossValidation:
    """folds.toml · folds.json · fold-1/ … fold-k/, each a run.

    Arguments:
        folder: of all folds
    """

    folder: Path

    @classmethod
    def is_in(cls, folder: str | Path) -> bool:
        """Whether a folder is that of a cross-validation."""
        return Path(folder, CONFIG).is_file()

    @property
    def config_file(self) -> Path:
        """Where the config of all folds is."""
        return self.folder / CONFIG

    def config(self) -> Config:
        """What was chosen for all folds."""
        return Config.read(self.config_file)

    def fold(self, number: int) -> Path:
        """The folder of the run of a fold, from 1."""
        return self.folder / f"fold-{number}"

    def scores(self) -> dict[int, dict[str, Any]]:
        """The test metrics of every fold whose training has ended.

        Errors: FileError for a file that was not written here
        """
        path = self.folder / SCORES
        if not path.is_file():
            return {}
        try:
            folds = json.loads(read_text(path))["folds"]
            return {int(number): dict(metrics) for number, metrics in folds.items()}
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise FileError("run.file", path=path) from error

    def keep(self, scores: Mapping[int, Mapping[str, Any]]) -> None:
        """Write the scores of the folds, and their mean and standard deviation."""
        mean, deviation = mean_and_deviation(scores)
        kept = {"folds": {str(i): scores[i] for i in scores}, "mean": mean, "std": deviation}
        write_atomically(self.folder / SCORES, json_text(kept, indent=2) + "\n")


def mean_and_deviation(scores: Mapping[int, Mapping[str, Any]]) -> tuple[dict[str, float], dict[str, float]]:
    """The mean and the standard deviation (dividing by the number of folds) of every metric that all folds have.

    >>> mean_and_deviation({1: {"loss": 0.25}, 2: {"loss": 0.75}})
    ({'loss': 0.5}, {'loss': 0.25})
    """
    folds = list(scores.values())
    numbers = [
        name
        for name in (folds[0] if folds else ())
        if all(isinstance(fold.get(name), int | float) and math.isfinite(fold[name]) for fold in folds)
    ]
    values = {name: [fold[name] for fold in folds] for name in numbers}
    mean = {name: float(np.mean(each)) for name, each in values.items()}
    return mean, {name: float(np.std(each)) for name, each in values.items()}
