"""Any metric of classes or of numbers that torchmetrics has, by its name: F1Score, FBetaScore(beta=0.5), R2Score."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import ArgumentError, DataError, GradienteError, ShapeError, require, require_installed
from gradiente.pytorch.metric_names import ROLES, Task, is_general, is_of_labels, known, read, task_of
from gradiente.quiet import ignored_warnings

if TYPE_CHECKING:
    from torchmetrics import Metric

Array = np.ndarray

# Every other metric with an argument num_outputs gives one number for each target.
ONE_NUMBER_OVER_ALL_TARGETS = ("MeanAbsoluteError", "MeanSquaredError", "NormalizedRootMeanSquaredError")
TRIAL_CLASSES = 100  # more than anybody's top_k
ROUNDING = 1e-6


@dataclass(frozen=True)
class TorchMetric:
    """A metric of torchmetrics, whose task and numbers of classes or targets follow from the data.

    Arguments:
        kind: the name of a class of torchmetrics.classification or torchmetrics.regression
        options: its other arguments, where they differ from torchmetrics' defaults

    >>> metric = TorchMetric.parse("f1score(average='macro')")
    >>> metric.name
    "F1Score(average='macro')"
    >>> metric.measure([0, 1, 1], [[0.8, 0.2], [0.3, 0.7], [0.1, 0.9]], task="classification")
    1.0

    Source: https://lightning.ai/docs/torchmetrics
    """

    kind: str
    options: dict[str, Any]

    @classmethod
    def parse(cls, source: str) -> "TorchMetric":
        """The metric that the notation describes, tried out. Its name is case-insensitive.

        Arguments:
            source: a name, with literals as its arguments: "FBetaScore(beta=0.5)"

        Errors: ArgumentError for what is no such metric, an argument that it does not have, a value that torchmetrics
            does not accept, or where torchmetrics is not installed

        >>> TorchMetric.parse("FBetaScore(0.5)")
        TorchMetric(kind='FBetaScore', options={'beta': 0.5})
        """
        require_installed("torchmetrics", extra="torch")
        kind, options = read(source)
        metric = cls(kind, options)
        for outputs in metric._trials():
            metric.check(task=task_of(kind), outputs=outputs)
        return metric

    @property
    def name(self) -> str:
        """The metric in the notation, without defaults."""
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        return f"{self.kind}({arguments})" if arguments else self.kind

    def check(self, *, task: Task, outputs: int) -> None:
        """Check before training that the metric fits the data.

        Arguments:
            task: what the data set asks for
            outputs: how many classes there are (≥ 2), or how many targets or labels (≥ 1)

        Errors: ArgumentError where it does not fit
        """
        key = "torch_metric.one_target" if (task, outputs) == ("regression", 1) else "torch_metric.refused"
        truth, estimate = self._arrays(*_trial(task, outputs), task)
        metric = self._made(task, outputs)
        with _translated(ArgumentError, key, self.name):
            _value(metric, truth, estimate)

    def measure(self, truth: ArrayLike, estimate: ArrayLike, *, task: Task) -> float | list[Any]:
        """Its value: a number, or lists of numbers where it is a vector, a matrix or a curve.

        Arguments:
            truth: the class numbers, 0 and 1 for each of several labels, or the numbers of a regression
            estimate: the probability of every class or label, or of class 1 of two; or the numbers of a regression
            task: which of them

        Shapes: (n,) and (n, classes) or (n,); (n, labels) twice; for a regression (n,) or (n, targets), both alike
        Errors: ArgumentError where the metric does not fit; ShapeError for other shapes; DataError for no rows, for
            NaN, for what are no probabilities, or for values that the metric is not defined on

        >>> metric = TorchMetric.parse("MeanSquaredError")
        >>> metric.measure([1.0, 2.0], [1.0, 4.0], task="regression")
        2.0
        """
        y, y_hat = self._arrays(truth, estimate, task)
        metric = self._made(task, y_hat[0].size)
        with _translated(DataError, "torch_metric.failed", self.name):
            return _plain(_value(metric, y, y_hat))

    def _arrays(self, truth: ArrayLike, estimate: ArrayLike, task: Task) -> tuple[Array, Array]:
        if task == "multilabel":
            return _labels(truth, estimate, self.name)
        return _classes(truth, estimate, self.name) if task == "classification" else _numbers(truth, estimate)

    def _trials(self) -> list[int]:
        """The numbers of classes or targets that say whether torchmetrics accepts the arguments at all."""
        if task_of(self.kind) == "regression" or self.kind.startswith("Binary"):
            return [2]
        return [2, TRIAL_CLASSES] if f"Binary{self.kind}" in known() else [TRIAL_CLASSES]

    def _made(self, task: Task, outputs: int) -> "Metric":
        right = "torch_metric.of_classes" if task == "regression" else "torch_metric.of_numbers"
        if task == "multilabel":
            require(is_of_labels(self.kind), "torch_metric.of_labels", name=self.name)
            derived: dict[str, Any] = {"task": task, "num_labels": outputs}
        else:
            require(task_of(self.kind) == task, right, name=self.name)
            derived = self._targets(outputs) if task == "regression" else self._task_and_classes(outputs)
        with _translated(ArgumentError, "torch_metric.refused", self.name):
            # What is measured is whole already: nothing is gathered from the other processes of a training.
            return known()[self.kind](**derived, **self.options, sync_on_compute=False)

    def _targets(self, outputs: int) -> dict[str, Any]:
        asked = outputs > 1 and "num_outputs" in signature(known()[self.kind]).parameters
        return {"num_outputs": outputs} if asked and self.kind not in ONE_NUMBER_OVER_ALL_TARGETS else {}

    def _task_and_classes(self, outputs: int) -> dict[str, Any]:
        if self.kind.startswith("Binary"):
            general = self.kind.removeprefix("Binary")
            require(
                outputs == 2, "torch_metric.two_classes", name=self.kind, classes=outputs, general=general
            )
            return {}
        if not is_general(self.kind):
            return {"num_classes": outputs}
        if outputs > 2:
            return {"task": "multiclass", "num_classes": outputs}
        require(f"Binary{self.kind}" in known(), "torch_metric.many_classes", name=self.kind)
        return {"task": "binary"}


def _classes(truth: ArrayLike, estimate: ArrayLike, metric: str) -> tuple[Array, Array]:
    """The class numbers, and the probability of every class."""
    y, p = np.asarray(truth), np.asarray(estimate)
    p = p[:, np.newaxis] if p.ndim == 1 else p
    if y.ndim != 1 or p.ndim != 2 or len(y) != len(p):
        raise ShapeError("metrics.scores_shape", truth=y.shape, scores=np.shape(estimate))
    _require_rows(y)
    p = _probabilities(p, metric)
    p = np.hstack([1 - p, p]) if p.shape[1] == 1 else p
    no_class = ~np.isin(y, np.arange(p.shape[1]))
    if no_class.any():
        row, last = int(np.argmax(no_class)), p.shape[1] - 1
        raise DataError("metrics.class_outside", row=row, label=y[row].item(), last=last)
    return y.astype(np.int64), p


def _labels(truth: ArrayLike, estimate: ArrayLike, metric: str) -> tuple[Array, Array]:
    """0 and 1 of every label, and its probability."""
    y, p = np.asarray(truth), np.asarray(estimate)
    if y.ndim != 2 or y.shape != p.shape:
        raise ShapeError("metrics.scores_of_labels", truth=y.shape, scores=p.shape)
    _require_rows(y)
    wrong = (y != 0) & (y != 1)
    if wrong.any():
        row, label = np.argwhere(wrong)[0].tolist()
        raise DataError("metrics.indicator", name="truth", row=row, label=label, value=y[row, label].item())
    return y.astype(np.int64), _probabilities(p, metric)


def _probabilities(p: Array, metric: str) -> Array:
    outside = ~((p >= -ROUNDING) & (p <= 1 + ROUNDING))
    if outside.any():
        row, column = np.argwhere(outside)[0].tolist()
        raise DataError("torch_metric.probability", metric=metric, row=row, value=p[row, column].item())
    # Were one 1.0000001, torchmetrics would take them all for logits.
    return p.clip(0, 1).astype(np.result_type(p, np.float32))


def _numbers(truth: ArrayLike, estimate: ArrayLike) -> tuple[Array, Array]:
    """Both as numbers of one precision; a single target has no axis of its own."""
    arrays = [np.asarray(truth), np.asarray(estimate)]
    y, y_hat = (array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array for array in arrays)
    if y.ndim not in (1, 2) or y.shape != y_hat.shape:
        raise ShapeError("metrics.columns_shape", truth=arrays[0].shape, prediction=arrays[1].shape)
    _require_rows(y)
    for name, values in (("truth", y), ("prediction", y_hat)):
        if not np.isfinite(values).all():
            raise DataError("metrics.finite", name=name, row=int(np.argwhere(~np.isfinite(values))[0][0]))
    dtype = np.result_type(y, y_hat, np.float32)
    return y.astype(dtype), y_hat.astype(dtype)


def _require_rows(values: Array) -> None:
    if not values.size:
        raise DataError("metrics.empty")


def _trial(task: Task, outputs: int) -> tuple[Array, Array]:
    """A truth and an estimate of which every metric has something to say."""
    if task == "classification":
        truth = np.array([0, outputs - 1])
        return truth, np.eye(outputs)[truth]
    if task == "multilabel":
        has = np.repeat([[0], [1]], outputs, axis=1)
        return has, has.astype(np.float64)
    numbers = np.linspace(0.1, 0.9, 8 * outputs).reshape(8, outputs)
    return numbers, numbers[::-1]


def _value(metric: "Metric", truth: Array, estimate: Array) -> Any:
    import torch

    if type(metric).__name__.startswith("Binary"):
        estimate = estimate[:, 1]
    both = {"truth": torch.from_numpy(truth.copy()), "estimate": torch.from_numpy(estimate.copy())}
    # Sums begin as float32; counts stay whole numbers.
    if any(torch.is_tensor(state) and state.is_floating_point() for state in metric.metric_state.values()):
        metric.set_dtype(both["estimate"].dtype)
    metric.update(**{name: both[ROLES[name]] for name in signature(metric.update).parameters})
    return metric.compute()


@contextmanager
def _translated(error: type[GradienteError], key: str, metric: str) -> Iterator[None]:
    """What torchmetrics refuses is said in our words with its reason; what it only remarks is in the number."""
    with ignored_warnings():
        try:
            yield
        except Exception as refusal:  # torchmetrics has no one kind of them
            raise error(key, metric=metric, reason=" ".join(str(refusal).split())) from refusal


def _plain(value: Any) -> Any:
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value.tolist()
