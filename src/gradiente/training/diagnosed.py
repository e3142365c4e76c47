"""What a training that has ended hands to its diagnosis."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.diagnosis import Subject
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.training.prepared import Prepared
from gradiente.training.targets import classes, targets

Array = np.ndarray


def subject_of(
    objective: Objective,
    optimizer: Optimizer,
    data: Prepared,
    trained: Network,
    *,
    initial: Array | None,
    last: Array,
    steps: int,
    records: Sequence[dict[str, Any]] = (),
) -> Subject:
    """The subject of a diagnosis, after the last step.

    Arguments:
        trained: the network as it ended
        initial: the parameters before the first step, where they are known
        last: the parameters after the last step, before the best ones were restored
        steps: how many were taken
        records: of the epochs
    """
    return Subject(
        objective=objective,
        optimizer=optimizer,
        train=data.train,
        indices=data.indices,
        held_out=data.held_out,
        batch_size=data.batch_size,
        steps=steps,
        initial=initial,
        final=trained.theta.copy(),
        buffers={name: values.copy() for name, values in trained.buffers.items()},
        restored=not np.array_equal(trained.theta, last),
        targets=partial(_targets, objective.loss),
        classes=partial(classes, objective.loss),
        records=records,
    )


def _targets(loss: Loss, dataset: Dataset, outputs: int) -> Array:
    """`targets`, the loss first."""
    return targets(dataset, loss, outputs)
