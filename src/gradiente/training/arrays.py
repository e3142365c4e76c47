"""Arrays X and y where a data set is expected, as scikit-learn's users write it: `trainer.fit(X, y)`."""

from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.errors import ArgumentError, require
from gradiente.losses import Loss

OF_CLASSES = "[0, 1]"  # where the targets of a loss of two classes lie


def as_dataset(data: Any, y: Any, loss: Loss, *, like: Dataset | None = None) -> Dataset:
    """A data set as it is, or that of arrays X and y.

    y are classes for a loss of classes, as far as they are whole numbers, True and False, or text in one column, and
    else numbers. Text is numbered in ascending order.

    Arguments:
        data: a Dataset, or X
        y: of X; None beside a Dataset
        like: a data set whose classes these are too

    Errors: ArgumentError for a Dataset with a y, or X without; those of Dataset

    >>> from gradiente.losses import CrossEntropyLoss
    >>> as_dataset([[1.0], [2.0]], ["no", "yes"], CrossEntropyLoss()).classes
    ('no', 'yes')
    """
    if isinstance(data, Dataset):
        require(y is None, "trainer.dataset_and_y")
        return data
    if y is None:
        raise ArgumentError("trainer.data", got=type(data).__name__)
    x, targets = np.asarray(data), np.asarray(y)
    column = targets[:, 0] if targets.shape[1:] == (1,) else targets
    whole = column.dtype.kind in "biu" or (
        column.dtype.kind == "f" and bool((column == column.round()).all())
    )
    text = column.dtype.kind in "UO"
    takes_classes = loss.is_multiclass or loss.target_interval == OF_CLASSES
    if not takes_classes or column.ndim != 1 or not (whole or text):
        return Dataset(x, targets, "regression", "X")
    classes = () if like is None else like.classes
    if text:
        classes = classes or tuple(np.unique(column.astype(str)).tolist())
        places = {name: place for place, name in enumerate(classes)}
        column = np.array([places.get(str(name), len(places)) for name in column])
    return Dataset(x, column.astype(np.int64), "classification", "X", classes)
