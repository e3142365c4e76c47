"""The targets and outputs of a loss, and the default loss of a task."""

from collections.abc import Sequence

import numpy as np

from gradiente.data import Dataset, Encoder
from gradiente.errors import ShapeError
from gradiente.losses import BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss

Array = np.ndarray


def default_loss(dataset: Dataset) -> Loss:
    """The default loss: binary cross-entropy for two classes or for labels, else cross-entropy, or MSE."""
    if dataset.task == "regression":
        return MSELoss()
    if dataset.task == "multilabel":
        return BCEWithLogitsLoss()
    return BCEWithLogitsLoss() if dataset.outputs == 2 else CrossEntropyLoss()


def default_outputs(dataset: Dataset, loss: Loss) -> int:
    """One output per class, label or target; a single one for two classes with a binary loss."""
    question = dataset.task == "classification" and dataset.outputs == 2 and not loss.is_multiclass
    return 1 if question else dataset.outputs


def targets(dataset: Dataset, loss: Loss, outputs: int) -> Array:
    """The targets of a data set as `loss` takes them from a network of so many outputs.

    Class numbers stay numbers for the losses that take them; for the others they become a column of 0 and 1
    (one output) or a row with a single 1 (an output for each class). Numbers of a regression become a column; labels
    are rows of 0 and 1.

    Errors: ShapeError where the network's outputs fit neither form
    """
    classification = dataset.task == "classification"
    if loss.is_multiclass and not classification:
        key = "targets.needs_one_class" if dataset.task == "multilabel" else "targets.needs_classes"
        raise ShapeError(key, loss=type(loss).__name__, name=dataset.name)
    if loss.is_multiclass or not classification:
        fits = outputs >= dataset.outputs if classification else outputs == dataset.outputs
        expected = str(dataset.outputs)
    else:
        fits = outputs == dataset.outputs or (outputs == 1 and dataset.outputs == 2)
        expected = "1 | 2" if dataset.outputs == 2 else str(dataset.outputs)
    if not fits:
        raise ShapeError("targets.outputs", name=dataset.name, expected=expected, got=outputs)
    if not classification:
        return dataset.y.reshape(len(dataset), outputs)
    if loss.is_multiclass:
        return dataset.y
    if outputs == 1:
        return dataset.y[:, None].astype(dataset.x.dtype)
    return np.eye(outputs, dtype=dataset.x.dtype)[dataset.y]


def classes(loss: Loss, prediction: Array) -> Array:
    """The predicted class of each row of a network's output: ŷ > ½, or the largest."""
    if prediction.shape[1] == 1:
        return (loss.estimate(prediction)[:, 0] > 0.5).astype(np.int64)
    return prediction.argmax(axis=1)


def labels(loss: Loss, prediction: Array) -> Array:
    """Which labels each row of a network's output has: ŷ > ½."""
    return loss.estimate(prediction) > 0.5


def right(dataset: Dataset, loss: Loss, prediction: Array, rows: Array | slice = slice(None)) -> Array:
    """Which rows of a data set are answered rightly: with their class, or with all of their labels.

    Arguments:
        prediction: the network's output for those rows
        rows: their numbers; by default all
    """
    if dataset.task == "multilabel":
        return (labels(loss, prediction) == dataset.y[rows]).all(axis=1)
    return classes(loss, prediction) == dataset.y[rows]


def probabilities(loss: Loss, prediction: Array) -> Array:
    """The probability of every class; one output alone is that of class 1.

    Shapes: (n, k) → (n, k), and (n, 1) → (n, 2)
    """
    p = loss.estimate(prediction)
    return np.hstack([1 - p, p]) if p.shape[1] == 1 else p


def target_names(encoder: Encoder | None, count: int) -> list[str]:
    """The name of every target: that of its column, else y, or y1, y2 …"""
    names = ("y",) if encoder is None or not encoder.targets else encoder.targets
    return [*names] if len(names) == count else [f"{names[0]}{k + 1}" for k in range(count)]


def class_names(names: Sequence[str], outputs: int) -> list[str]:
    """A name for every output: where a network has more than its data had classes, those are numbers.

    >>> class_names(("no", "yes"), 3)
    ['no', 'yes', '2']
    """
    return [*names, *map(str, range(len(names), outputs))]
