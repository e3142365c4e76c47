"""What a trained network says of rows: a class or labels, with probabilities, or the numbers of a regression."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.data import Encoder
from gradiente.data.dataset import Task
from gradiente.errors import DataError
from gradiente.losses import Loss
from gradiente.training.targets import class_names, labels, probabilities, target_names

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Predictions:
    """The predictions for rows, in their order.

    Arguments:
        labels: the name of each row's most probable class, (rows,); of several labels, (rows, labels), what the table
            has where a row has one, or has it not; None of a regression
        probabilities: of every class or label, (rows, classes), in the order of `classes`; None of a regression
        values: the numbers of a regression, in the target's units: (rows,), or (rows, targets); None of classes
        classes: the names of the classes, or of the labels
        targets: the names of the targets of a regression
    """

    labels: Array | None
    probabilities: Array | None
    values: Array | None
    classes: tuple[str, ...]
    targets: tuple[str, ...] = ()

    def __len__(self) -> int:
        either = self.values if self.labels is None else self.labels
        return 0 if either is None else len(either)

    def first(self, rows: int) -> "Predictions":
        """Those of the first rows."""
        labels, probabilities, values = (
            None if part is None else part[:rows] for part in (self.labels, self.probabilities, self.values)
        )
        return Predictions(labels, probabilities, values, self.classes, self.targets)


def predictions_of(
    output: Array, loss: Loss, task: Task, classes: Sequence[str], encoder: Encoder | None
) -> Predictions:
    """The predictions that a network's output is.

    Errors: DataError where its data had other outputs
    """
    if task == "regression":
        values = loss.estimate(output)
        if encoder is not None:
            if len(encoder.target_mean) not in (0, values.shape[1]):
                raise DataError("predict.outputs", expected=len(encoder.target_mean), got=values.shape[1])
            values = encoder.in_units(values)
        targets = tuple(target_names(encoder, values.shape[1]))
        return Predictions(None, None, values[:, 0] if values.shape[1] == 1 else values, (), targets)
    if task == "multilabel":
        return _of_labels(loss.estimate(output), labels(loss, output), classes, encoder)
    p = probabilities(loss, output)
    names = class_names(classes, p.shape[1])
    if len(names) > p.shape[1]:
        raise DataError("predict.outputs", expected=len(names), got=p.shape[1])
    return Predictions(np.array(names)[p.argmax(axis=1)], p, None, tuple(names))


def _of_labels(p: Array, has: Array, names: Sequence[str], encoder: Encoder | None) -> Predictions:
    if len(names) != p.shape[1]:
        raise DataError("predict.outputs", expected=len(names), got=p.shape[1])
    written = {} if encoder is None else encoder.labels
    columns = [
        np.array(written.get(name, ("0", "1")))[column.astype(int)]
        for name, column in zip(names, has.T, strict=True)
    ]
    return Predictions(np.column_stack(columns), p, None, tuple(names))
