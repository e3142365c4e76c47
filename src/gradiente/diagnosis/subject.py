"""What is diagnosed: a training that has ended, with its data and what it kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Subject:
    """A training that has ended.

    Arguments:
        objective: the network's architecture, loss, penalties and clipping; the parameters are those given here
        optimizer: as it was given
        train, indices: the training data, and which rows of them were learned from
        held_out: what validated
        batch_size, steps: of the batches, and how many there were in all
        initial, final: all parameters, before the first step and at the end; the initial ones may be unknown
        buffers: the running statistics at the end
        restored: whether the parameters at the end are those of the best epoch, not of the last
        targets: the targets of a data set as the loss takes them, for so many outputs
        classes: the class numbers of a prediction
        records: of the epochs, as in a History
        test: data that the training has not seen
    """

    objective: Objective
    optimizer: Optimizer
    train: Dataset
    indices: Array
    held_out: Dataset | None
    batch_size: int
    steps: int
    initial: Array | None
    final: Array
    buffers: dict[str, Array]
    restored: bool
    targets: Callable[[Dataset, int], Array]
    classes: Callable[[Array], Array]
    records: Sequence[dict[str, Any]] = ()
    test: Dataset | None = None
