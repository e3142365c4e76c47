"""The metrics of a network, from its output on a data set."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.errors import DataError
from gradiente.losses import Loss
from gradiente.metrics import classification_metrics, regression_metrics
from gradiente.pytorch.metrics import TorchMetric
from gradiente.training.targets import probabilities, right, targets

Array = np.ndarray


def evaluate(
    prediction: Array, dataset: Dataset, loss: Loss, metrics: Sequence[TorchMetric] = ()
) -> dict[str, Any]:
    """The loss, every metric of the task, and those asked for by name, from a network's output on a data set."""
    y = targets(dataset, loss, prediction.shape[1])
    value = {"loss": loss.value(prediction, y, dataset.loss_weights)}
    if dataset.classifies:
        value |= classification_metrics(dataset.y, loss.estimate(prediction), positive=dataset.positive_class)
    else:
        value |= regression_metrics(*in_units(prediction, dataset))
    return value | measured(prediction, dataset, loss, metrics)


def validation_measures(
    prediction: Array, held_out: Dataset, loss: Loss, metrics: Sequence[TorchMetric]
) -> dict[str, float]:
    """The validation metrics of every epoch, besides the loss."""
    measures = {}
    if held_out.classifies:
        measures["val_accuracy"] = float(np.mean(right(held_out, loss, prediction)))
    for name, number in measured(prediction, held_out, loss, metrics).items():
        if isinstance(number, float):  # a curve or a matrix of every epoch is not a course
            measures[f"val_{name}"] = number
    return measures


def measured(
    prediction: Array, dataset: Dataset, loss: Loss, metrics: Sequence[TorchMetric]
) -> dict[str, Any]:
    """What metrics of torchmetrics say of a network's output on a data set; NaN where they cannot say it."""
    if not metrics:
        return {}
    if dataset.task == "classification":
        truth, predicted = dataset.y, probabilities(loss, prediction)
    elif dataset.task == "multilabel":
        truth, predicted = dataset.y, loss.estimate(prediction)
    else:
        truth, predicted = in_units(prediction, dataset)
    return {metric.name: _value(metric, truth, predicted, dataset) for metric in metrics}


def _value(metric: TorchMetric, truth: Array, predicted: Array, dataset: Dataset) -> Any:
    try:
        return metric.measure(truth, predicted, task=dataset.task)
    except DataError:
        return math.nan


def in_units(prediction: Array, dataset: Dataset) -> tuple[Array, Array]:
    """Targets and predictions of a regression as its table has them."""
    truth, predicted = (
        dataset.in_units(values.reshape(dataset.y.shape)) for values in (dataset.y, prediction)
    )
    return truth, predicted
