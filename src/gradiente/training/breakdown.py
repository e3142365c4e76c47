"""What stands behind the metrics: each class, label or target by itself, and what a constant answer gives."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.losses import Loss
from gradiente.metrics import accuracy, f1, hamming_loss, precision, r2, recall, undefined_metrics
from gradiente.training.measures import in_units
from gradiente.training.targets import class_names, classes, labels, target_names

Array = np.ndarray


@dataclass(frozen=True)
class ClassScores:
    """Of one class or label: its metrics, NaN where one is not defined, and how many instances are of it or have it."""

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
        r2: the part of its variance that is explained
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
    r2: float


@dataclass(frozen=True)
class Breakdown:
    """Of a classification the classes or the labels, of a regression the targets.

    Arguments:
        positive: of two classes, the name of the one that precision, recall, specificity and F1 are of
        majority: the most frequent class of these data
        baseline: the accuracy of always answering it; of labels, of always answering the more frequent of having each
            and not having it, where an answer is right if all of its labels are
        baseline_hamming: of labels, the Hamming loss of that answer
    """

    positive: str | None = None
    majority: str | None = None
    baseline: float | None = None
    classes: tuple[ClassScores, ...] = ()
    targets: tuple[TargetErrors, ...] = ()
    labels: tuple[ClassScores, ...] = ()
    baseline_hamming: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON has it, without what the task does not have."""
        if self.targets:
            return {"targets": [asdict(each) for each in self.targets]}
        if self.labels:
            baseline = {"accuracy": self.baseline, "hamming_loss": self.baseline_hamming}
            return {"baseline": baseline, "labels": [asdict(each) for each in self.labels]}
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
        names = target_names(dataset.encoder, truth.shape[1])
        with undefined_metrics():
            errors = map(_errors, names, truth.T.astype(np.float64), predicted.T.astype(np.float64))
            return Breakdown(targets=tuple(errors))
    if dataset.task == "multilabel":
        return _of_labels(labels(loss, prediction), dataset)
    names = class_names(dataset.classes, max(prediction.shape[1], len(dataset.classes)))
    counts = np.bincount(dataset.y)
    scores = _scores(
        dataset.y, classes(loss, prediction), names, np.bincount(dataset.y, minlength=len(names))
    )
    majority = int(counts.argmax())
    positive = names[dataset.positive_class] if len(names) == 2 else None
    return Breakdown(positive, names[majority], float(counts[majority] / len(dataset)), scores)


def _of_labels(predicted: Array, dataset: Dataset) -> Breakdown:
    counts = np.count_nonzero(dataset.y, axis=0)
    constant = np.broadcast_to(2 * counts > len(dataset), dataset.y.shape)
    return Breakdown(
        labels=_scores(dataset.y, predicted, dataset.classes, counts),
        baseline=accuracy(dataset.y, constant),
        baseline_hamming=hamming_loss(dataset.y, constant),
    )


def _scores(truth: Array, predicted: Array, names: Sequence[str], counts: Array) -> tuple[ClassScores, ...]:
    metrics = [
        metric(truth, predicted, average="none", zero_division=np.nan) for metric in (precision, recall, f1)
    ]
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
        r2=r2(truth, predicted),
    )
