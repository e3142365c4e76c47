"""What may happen around the loop: a few hooks, each handed the state of the training."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from gradiente.engines import Engine, EngineState
from gradiente.errors import require, require_in
from gradiente.formatting import measure_name
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.schedules import Schedule
from gradiente.training.history import History, larger_is_better

Array = np.ndarray


@dataclass
class Best:
    """The best epoch so far by the monitored measure, with the parameters and buffers it ended with."""

    epoch: int
    value: float
    theta: Array
    buffers: dict[str, Array]


@dataclass
class TrainingState:
    """A training as callbacks see it. `optimizer` may be replaced, `stop` may be set to a reason."""

    network: Network
    loss: Loss
    base_optimizer: Optimizer
    optimizer: Optimizer
    engine: Engine
    epochs: int
    steps_per_epoch: int
    monitor: str
    settings: dict[str, Any]
    history: History = field(default_factory=History)
    last_epoch: EngineState | None = None
    best: Best | None = None
    stop: str | None = None

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return len(self.history)


class Callback:
    """Does nothing at every hook: a callback overrides those it needs.

    Where several processes share a training, the first one alone calls it; every one of them with `everywhere`,
    which a callback needs that changes the network or the optimizer, or has the engine predict.
    """

    everywhere: ClassVar[bool] = False

    def fit_begin(self, state: TrainingState) -> None:
        """Before the first epoch, also of a training that is taken up again."""

    def epoch_begin(self, state: TrainingState) -> None:
        """Before an epoch; state.epoch epochs are finished."""

    def step_begin(self, state: TrainingState, step: int) -> None:
        """Before a step of the epoch, the first of which is 0."""

    def epoch_end(self, state: TrainingState) -> None:
        """After an epoch; its record is the last of the history."""

    def fit_end(self, state: TrainingState) -> None:
        """After the last epoch, and after an interruption."""


class EarlyStopping(Callback):
    r"""Stop when the monitored measure has not got better for a while, and go back to the best parameters.

    Arguments:
        patience: epochs without a new best that are let pass, ≥ 1
        min_delta: by how much a value must beat the best to count, ≥ 0
        restore_best: end with the parameters of the best epoch

    Errors: ArgumentError for a number out of range

    >>> EarlyStopping(patience=3).patience
    3

    Source: the lecture, "Overfitting"; Prechelt, 1998
    """

    everywhere = True

    def __init__(self, *, patience: int = 10, min_delta: float = 0.0, restore_best: bool = True) -> None:
        require_in("[1, inf)", "EarlyStopping", patience=patience)
        require_in("[0, inf)", "EarlyStopping", min_delta=min_delta)
        self.patience = patience
        self.min_delta = min_delta
        self.restore_best = restore_best

    def fit_begin(self, state: TrainingState) -> None:
        self._best, self._waited = float("inf"), 0
        for record in state.history:
            self._observe(state, record[state.monitor])

    def epoch_end(self, state: TrainingState) -> None:
        self._observe(state, state.history.records[-1][state.monitor])

    def fit_end(self, state: TrainingState) -> None:
        if self.restore_best and state.best is not None:
            state.network.restore(state.best.theta, state.best.buffers)

    def _observe(self, state: TrainingState, value: float) -> None:
        loss = -value if larger_is_better(state.monitor) else value
        if loss < self._best - self.min_delta:
            self._best, self._waited = loss, 0
        else:
            self._waited += 1
        if self._waited >= self.patience:
            state.stop = text("stop.early", monitor=measure_name(state.monitor), patience=self.patience)


class Scheduler(Callback):
    r"""Let the learning rate follow a schedule.

    Arguments:
        schedule: α as a function of time
        every: "epoch", or "step" where t counts steps

    >>> from gradiente.schedules import ExponentialLR
    >>> Scheduler(ExponentialLR(gamma=0.9)).every
    'epoch'

    Source: the lecture, "Degradación de la tasa de aprendizaje"
    """

    everywhere = True

    def __init__(self, schedule: Schedule, *, every: str = "epoch") -> None:
        require(every in ("epoch", "step"), "scheduler.every", value=repr(every))
        self.schedule = schedule
        self.every = every

    def epoch_begin(self, state: TrainingState) -> None:
        if self.every == "epoch":
            self._set(state, state.epoch)

    def step_begin(self, state: TrainingState, step: int) -> None:
        if self.every == "step":
            self._set(state, state.epoch * state.steps_per_epoch + step)

    def _set(self, state: TrainingState, t: int) -> None:
        metrics = state.history[state.monitor] if state.epoch else []
        lr = self.schedule.lr(state.base_optimizer.lr, t, metrics)
        if lr != state.optimizer.lr:
            state.optimizer = replace(state.base_optimizer, lr=lr)
