"""What stands behind the metrics: each class by itself, the errors of each target, and what a constant answer gives."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.losses import Loss
from gradiente.metrics import f1, precision, recall
from gradiente.training.measures import in_units
from gradiente.training.targets import class_names, classes

Array = np.ndarray


@dataclass(frozen=True)
class ClassScores:
    """Of one class: its metrics, NaN where one is not defined, and how many instances are of it."""

    name: str
    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True)
class TargetErrors:
    """Of one target of a regression, in its units.

    Arguments:
        rmse, mae: √ of the mean squared error; the mean absolute error
        mean_rmse, median_mae: the same of answering always the mean, or the median, of these data
        half, most, nearly_all: what 50, 90 and 99 % of the absolute errors are not above
        largest: of the absolute errors
    """

    name: str
    rmse: float
    mean_rmse: float
    mae: float
    median_mae: float
    half: float
    most: float
    nearly_all: float
    largest: float


@dataclass(frozen=True)
class Breakdown:
    """Of a classification the classes, of a regression the targets.

    Arguments:
        positive: of two classes, the name of the one that precision, recall, specificity and F1 are of
        majority: the most frequent class of these data
        baseline: the accuracy of always answering it
    """

    positive: str | None = None
    majority: str | None = None
    baseline: float | None = None
    classes: tuple[ClassScores, ...] = ()
    targets: tuple[TargetErrors, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON has it, without what the task does not have."""
        if self.targets:
            return {"targets": [asdict(each) for each in self.targets]}
        positive = {} if self.positive is None else {"positive": self.positive}
        baseline = {"class": self.majority, "accuracy": self.baseline}
        return {**positive, "baseline": baseline, "classes": [asdict(each) for each in self.classes]}


def breakdown(prediction: Array, dataset: Dataset, loss: Loss) -> Breakdown:
    """Of a network's output on a data set.

    >>> from gradiente.losses import BCEWithLogitsLoss
    >>> data = Dataset(np.eye(4), np.array([0, 0, 0, 1]), "classification", "four", ("good", "fault"))
    >>> found = breakdown(np.array([[-1.0], [-1.0], [1.0], [1.0]]), data, BCEWithLogitsLoss())
    >>> found.positive, found.majority, found.baseline, found.classes[1].recall
    ('fault', 'good', 0.75, 1.0)
    """
    if dataset.task == "regression":
        truth, predicted = (values.reshape(len(dataset), -1) for values in in_units(prediction, dataset))
        names = target_names(dataset, truth.shape[1])
        errors = map(_errors, names, truth.T.astype(np.float64), predicted.T.astype(np.float64))
        return Breakdown(targets=tuple(errors))
    names = class_names(dataset.classes, max(prediction.shape[1], len(dataset.classes)))
    scores, counts = _scores(dataset.y, classes(loss, prediction), names), np.bincount(dataset.y)
    majority = int(counts.argmax())
    positive = names[dataset.positive_class] if len(names) == 2 else None
    return Breakdown(positive, names[majority], float(counts[majority] / len(dataset)), scores)


def target_names(dataset: Dataset, count: int) -> list[str]:
    """The name of every target: that of its column, else y, or y1, y2 …"""
    name = "y" if dataset.encoder is None or dataset.encoder.target is None else dataset.encoder.target
    return [name] if count == 1 else [f"{name}{k + 1}" for k in range(count)]


def _scores(truth: Array, predicted: Array, names: Sequence[str]) -> tuple[ClassScores, ...]:
    metrics = [
        metric(truth, predicted, average="none", zero_division=np.nan) for metric in (precision, recall, f1)
    ]
    counts = np.bincount(truth, minlength=len(names))
    columns = [np.pad(values, (0, len(names) - len(values)), constant_values=np.nan) for values in metrics]
    rows = zip(names, *(column.tolist() for column in columns), counts.tolist(), strict=True)
    return tuple(ClassScores(*row) for row in rows)


def _errors(name: str, truth: Array, predicted: Array) -> TargetErrors:
    errors = np.abs(predicted - truth)
    quantiles = np.quantile(errors, [0.5, 0.9, 0.99, 1.0]).tolist()
    return TargetErrors(
        name,
        float(np.sqrt(np.mean(np.square(errors)))),
        float(truth.std()),
        float(errors.mean()),
        float(np.abs(truth - np.median(truth)).mean()),
        *quantiles,
    )
