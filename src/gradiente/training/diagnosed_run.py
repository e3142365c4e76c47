"""What a run's folder hands to its diagnosis."""

from functools import partial

import numpy as np

from gradiente.clip import Clip
from gradiente.data import Dataset
from gradiente.diagnosis import Subject
from gradiente.errors import FileError
from gradiente.objective import Objective
from gradiente.training.build import Plan
from gradiente.training.checkpoint import load_checkpoint
from gradiente.training.diagnosed import targets_of
from gradiente.training.prepared import prepare
from gradiente.training.run import Run
from gradiente.training.targets import classes


def subject_of_run(run: Run, plan: Plan, train: Dataset) -> Subject:
    """The subject of the diagnosis of a run, as its last checkpoint and its network are.

    Arguments:
        plan: its config, applied to the data; its network has the parameters before the first step
        train: the training data, before those of validation are held out

    Errors: FileError where there is no checkpoint, or it is of another network
    """
    config, snapshot, network = plan.config, load_checkpoint(run.last_checkpoint), run.network()
    descent = config.descent
    if plan.network.layers != network.layers:
        raise FileError("checkpoint.other_network", path=run.folder)
    data = prepare(
        plan.network,
        plan.loss,
        train,
        config.data.validation or None,
        descent.batch_size,
        augmentation=plan.augmentation,
        seed=descent.seed,
        processes=1,
    )
    clip = Clip(norm=descent.clip_norm, value=descent.clip_value)
    return Subject(
        objective=Objective(plan.network, plan.loss, tuple(plan.penalties), clip),
        optimizer=plan.optimizer,
        train=train,
        indices=data.indices,
        held_out=data.held_out,
        batch_size=data.batch_size,
        steps=snapshot.epoch * data.steps_per_epoch + snapshot.step,
        initial=plan.network.theta.copy(),
        final=network.theta,
        buffers=network.buffers,
        restored=not np.array_equal(network.theta, snapshot.state.theta),
        targets=partial(targets_of, plan.loss),
        classes=partial(classes, plan.loss),
        records=snapshot.history.records,
    )
