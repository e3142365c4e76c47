"""One training step, captured with everything it depends on."""

from copy import deepcopy
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from gradiente.clip import Clip
from gradiente.data import Dataset
from gradiente.engines import EngineState, Torch
from gradiente.errors import ArgumentError, is_whole, require
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.trace import Trace, trace
from gradiente.training.build import plan
from gradiente.training.callbacks import Callback, TrainingState
from gradiente.training.checkpoint import load_checkpoint
from gradiente.training.config import Config
from gradiente.training.epoch import Epoch
from gradiente.training.snapshot import Snapshot
from gradiente.training.stopping import Requested
from gradiente.training.targets import default_loss

Array = np.ndarray


@dataclass(frozen=True)
class CapturedStep:
    """The network before step t, its batch, the optimizer state, and the generator of the layers.

    Arguments:
        rows: of the data set, those of the batch
        optimizer: with the learning rate of the step
        parameter_groups: of the training run
        epoch: the number of its epoch, from 1
        dropout: the factor of every dropout's p
    """

    network: Network
    rows: Array
    x: Array
    y: Array
    weights: Array | None
    optimizer: Optimizer
    parameter_groups: ParameterGroups
    state: EngineState
    generator: "np.random.Generator"
    epoch: int
    dropout: float

    @property
    def t(self) -> int:
        """The number of the step, from 1."""
        return self.state.t + 1

    def traced(self, config: Config, train: Dataset, *, columns: bool = False) -> Trace:
        """The step as data, as the training run of a config takes it.

        Arguments:
            columns: instances as the lecture's columns
        """
        return trace(
            self.network,
            config.make("loss") or default_loss(train),
            self.x,
            self.y,
            weights=self.weights,
            penalties=config.make("penalty") or [],
            clip=Clip(norm=config.descent.clip_norm, value=config.descent.clip_value),
            optimizer=self.optimizer,
            lr_factors=self.parameter_groups.lr_factors,
            weight_decay_on=self.parameter_groups.weight_decay_on,
            slots=self.state.slots if self.t > 1 else None,
            t=self.t,
            seed=self.generator,
            dropout=self.dropout,
            columns=columns,
        )


class CaptureStep(Callback):
    """Capture a step, and stop training after it.

    Arguments:
        t: which step, from 1; None: the first that is taken
    """

    def __init__(self, t: int | None) -> None:
        self.t = t
        self.captured: CapturedStep | None = None

    def step_begin(self, state: TrainingState, step: int) -> None:
        assert state.current is not None
        t = state.epoch * state.steps_per_epoch + step + 1
        if self.captured is not None or self.t not in (None, t):
            return
        current = state.current
        epoch = Epoch(
            current.engine,
            current.objective,
            current.data,
            current.number,
            current.seed,
            augmentation=current.augmentation,
            partial=current.partial(),
        )
        batch = next(epoch.batches())
        network = state.network.astype(state.network.dtype)
        now = state.engine.state()
        self.captured = CapturedStep(
            network,
            batch.rows,
            batch.x,
            batch.y,
            batch.weights,
            state.optimizer,
            state.engine.parameter_groups,
            now,
            deepcopy(epoch.layers),
            current.number,
            state.dropout,
        )
        state.stop = Requested("")


def capture_step(
    config: Config, train: Dataset, t: int | None = None, *, checkpoint: Snapshot | Path | None = None
) -> CapturedStep:
    """Train until step t, by the closed forms, and capture it.

    Arguments:
        t: which step, from 1; None: the first, or the one after the checkpoint
        checkpoint: to start from, or its file; an earlier step is recomputed from the start

    Errors: ArgumentError for a step that does not exist
    """
    require(t is None or is_whole(t, 1), "capture.step", value=repr(t))
    if isinstance(checkpoint, Path):
        checkpoint = load_checkpoint(checkpoint)
    if checkpoint is not None and t is not None and t <= checkpoint.state.t:
        checkpoint = None
    others = {field.name: field.default for field in fields(Torch)}
    closed_form = config.changed(engine="numpy", patience=None, metric=None, **others)
    planned = plan(closed_form.portable(), train, resumed=checkpoint is not None)
    capture = CaptureStep(t)
    trainer = planned.trainer([capture])
    trainer.fit(
        train,
        validation=planned.config.data.validation or None,
        epochs=(planned.config.descent.epochs or 0) + 1,
        batch_size=planned.config.descent.batch_size,  # pyright: ignore[reportArgumentType]
        resume=checkpoint,
    )
    if capture.captured is None:
        last = 0 if trainer.last is None else trainer.last.state.t
        raise ArgumentError("capture.beyond", value=t, last=last)
    return capture.captured
