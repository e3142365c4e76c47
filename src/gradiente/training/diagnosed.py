"""What a training that has ended hands to its diagnosis."""

from functools import partial

import numpy as np

from gradiente.data import Dataset
from gradiente.diagnosis import Subject
from gradiente.losses import Loss
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.training.callbacks import TrainingState
from gradiente.training.prepared import Prepared
from gradiente.training.targets import classes, targets

Array = np.ndarray


def subject_of(
    objective: Objective,
    optimizer: Optimizer,
    data: Prepared,
    state: TrainingState,
    initial: Array | None,
) -> Subject:
    """The subject of a diagnosis, after the last step.

    Arguments:
        initial: the parameters before the first step, where they are known
    """
    network = objective.network
    return Subject(
        objective=objective,
        optimizer=optimizer,
        train=data.train,
        indices=data.indices,
        held_out=data.held_out,
        batch_size=data.batch_size,
        steps=state.steps,
        initial=initial,
        final=network.theta.copy(),
        buffers={name: values.copy() for name, values in network.buffers.items()},
        restored=not np.array_equal(network.theta, state.snapshot.state.theta),
        targets=partial(targets_of, objective.loss),
        classes=partial(classes, objective.loss),
    )


def targets_of(loss: Loss, dataset: Dataset, outputs: int) -> Array:
    """`targets`, the loss first."""
    return targets(dataset, loss, outputs)
