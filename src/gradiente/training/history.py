"""The history of a training run: one record per epoch, as plain data."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.diagnosis import Diagnosis, Subject, diagnose
from gradiente.errors import ArgumentError, require
from gradiente.storage import json_text
from gradiente.training.history_plot import plot_records

Array = np.ndarray

# Measures that grow as a network gets better; all the others are losses.
LARGER_IS_BETTER = frozenset(
    {"accuracy", "precision", "recall", "specificity", "f1", "cohen_kappa", "roc_auc", "r2", "pearson"}
)


def larger_is_better(measure: str) -> bool:
    """Whether larger is better for a measure, with or without "val_" before it."""
    return measure.removeprefix("val_") in LARGER_IS_BETTER


def as_good(value: float, best: float, measure: str) -> bool:
    """Whether a value of a measure is as good as the best so far, or better: of equal epochs the last is the best."""
    return value >= best if larger_is_better(measure) else value <= best


@dataclass
class Epochs:
    """Epochs of one step each, as columns: their records are made when they are asked for.

    Arguments:
        first: the number of the first of them
        columns: of every record, in its order, by name
        gradients: ∂J/∂θ after each
        slices: of every parameter that learns, by name
    """

    first: int
    columns: dict[str, list[float]]
    gradients: Array
    slices: dict[str, slice]

    def __len__(self) -> int:
        return len(self.gradients)

    def records(self) -> list[dict[str, Any]]:
        rows = zip(*self.columns.values(), strict=True)
        return [
            {
                "epoch": epoch,
                **dict(zip(self.columns, row, strict=True)),
                "gradient_norms": self._norms(gradient),
            }
            for epoch, (row, gradient) in enumerate(zip(rows, self.gradients, strict=True), start=self.first)
        ]

    def _norms(self, gradient: Array) -> dict[str, float]:
        return {name: float(np.linalg.norm(gradient[part])) for name, part in self.slices.items()}


class History:
    """The records of a training run, one per epoch.

    A record has `epoch` (from 1), `lr`, `loss`, `seconds`, for a classifier `accuracy`; with penalties `penalty`,
    the part of `loss` that is theirs; with validation data `val_loss` (without penalties), `val_accuracy` and
    a `val_NAME` for every metric of torchmetrics that was asked for and is one number; and
    `gradient_norms`, the norm of ∂J/∂parameter by name at the epoch's end, for every parameter that learns.

    That of a call of `fit` can say what went wrong: `diagnosis`. `subject` is what it looks at then.

    >>> history = History([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}])
    >>> history["loss"], history.best("loss")["epoch"]
    ([0.5, 0.25], 2)
    """

    def __init__(self, records: list[dict[str, Any]] | None = None) -> None:
        self._records, self._later = [] if records is None else records, list[Epochs]()
        self.subject: Subject | None = None

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What went wrong in this training: its findings, the gravest first; none where nothing did.

        Errors: ArgumentError for a history that `fit` has not returned
        """
        return self.diagnose()

    def diagnose(self, test: Dataset | None = None) -> Diagnosis:
        """The diagnosis, with data that the training has not seen.

        Errors: as of `diagnosis`
        """
        if self.subject is None:
            raise ArgumentError("history.no_subject")
        return diagnose(replace(self.subject, records=self.records, test=test))

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records themselves; what is appended to them belongs to the history."""
        later, self._later = self._later, []
        for epochs in later:
            self._records += epochs.records()
        return self._records

    def extend(self, epochs: Epochs) -> None:
        """Append epochs that are columns."""
        self._later.append(epochs)

    def copy(self) -> "History":
        copy = History(list(self._records))
        copy._later = list(self._later)
        return copy

    def __repr__(self) -> str:
        return f"History({self.records!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.records == other.records

    def __len__(self) -> int:
        return len(self._records) + sum(map(len, self._later))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.records)

    def __getitem__(self, measure: str) -> list[Any]:
        return [record[measure] for record in self.records]

    def __contains__(self, measure: str) -> bool:
        return bool(self.records) and measure in self.records[0]

    def best(self, measure: str) -> dict[str, Any]:
        """The record of the best epoch by a measure, the last of equals: the smallest loss, or the largest accuracy."""
        choose = max if larger_is_better(measure) else min
        return choose(reversed(self.records), key=lambda record: record[measure])

    def plot(self) -> Array:
        """Draw loss, measures and learning rate over the epochs with matplotlib, each a plot: the axes of a new figure.

        Shapes: (plots,)
        Errors: ArgumentError for a history without an epoch
        """
        require(len(self) > 0, "history.empty")
        return plot_records(self.records)

    def to_json_lines(self) -> str:
        """One JSON object a line, one line an epoch."""
        return "".join(json_text(record) + "\n" for record in self.records)

    def to_csv(self) -> str:
        """A table with a header, one row an epoch; a gradient norm is a column `gradient_norms/0.weight`."""
        rows = [_flat(record) for record in self.records]
        columns: Sequence[str] = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    flat = {}
    for name, value in record.items():
        flat |= {f"{name}/{key}": v for key, v in value.items()} if isinstance(value, dict) else {name: value}
    return flat
