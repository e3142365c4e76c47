"""The state in which a call of `fit` begins: that of a new training run, or of a snapshot."""

from pathlib import Path

from gradiente.averages import Average
from gradiente.data import Augmentation
from gradiente.engines import Engine
from gradiente.errors import FileError, is_whole, require
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.training.averaging import Averaging
from gradiente.training.callbacks import TrainingState
from gradiente.training.checkpoint import name_of, resumed
from gradiente.training.history import History
from gradiente.training.prepared import Prepared
from gradiente.training.settings import settings
from gradiente.training.snapshot import Snapshot


def begin(
    engine: Engine,
    objective: Objective,
    optimizer: Optimizer,
    augmentation: Augmentation | None,
    data: Prepared,
    *,
    average: Average | None,
    seed: int,
    monitor: str | None,
    epochs: int,
    max_steps: int | None,
    resume: Snapshot | str | Path | None,
) -> TrainingState:
    """The state before the first step of this call; the engine has the parameters of `resume`, else the network's.

    Errors: ArgumentError for fewer steps than were taken; FileError for a snapshot of another training
    """
    described = settings(
        objective,
        optimizer,
        engine.parameter_groups,
        augmentation,
        data,
        average=average,
        seed=seed,
        monitor=data.monitor(monitor),
    )
    network = objective.network
    engine.upload()
    form = network.to_dict()
    if resume is None:
        snapshot = Snapshot(form, engine.state(), History(), None, described)
    else:
        snapshot = engine.group.on_global_zero(lambda: resumed(resume, form, described))
        try:
            engine.load_state(snapshot.state)
        except (KeyError, ValueError) as error:  # of another optimizer's slots
            raise FileError("checkpoint.not_ours", path=name_of(snapshot)) from error
    kept = snapshot.average
    state = TrainingState(
        network=network,
        loss=objective.loss,
        base_optimizer=optimizer,
        optimizer=optimizer,
        engine=engine,
        epochs=epochs,
        steps_per_epoch=data.steps_per_epoch,
        monitor=described["monitor"],
        settings=described,
        snapshot=snapshot,
        history=snapshot.history.copy(),
        best=snapshot.best,
        max_steps=max_steps,
        averaging=None if average is None else Averaging(average, engine, network, data, kept),
    )
    require(max_steps is None or is_whole(max_steps, state.steps), "trainer.max_steps", value=repr(max_steps))
    return state
