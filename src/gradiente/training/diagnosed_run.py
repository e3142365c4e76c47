"""What a run's folder hands to its diagnosis."""

from gradiente.clip import Clip
from gradiente.data import Dataset
from gradiente.diagnosis import Subject
from gradiente.errors import FileError
from gradiente.objective import Objective
from gradiente.training.build import Plan
from gradiente.training.checkpoint import load_checkpoint
from gradiente.training.diagnosed import subject_of
from gradiente.training.prepared import prepare
from gradiente.training.run import Run


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
    return subject_of(
        Objective(plan.network, plan.loss, tuple(plan.penalties), clip),
        plan.optimizer,
        data,
        network,
        initial=plan.network.theta.copy(),
        last=snapshot.state.theta,
        steps=snapshot.epoch * data.steps_per_epoch + snapshot.step,
        records=snapshot.history.records,
    )
