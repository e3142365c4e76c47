"""Callbacks: hooks around the loop, each called with the state of the training run."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from gradiente.engines import Engine, EngineState
from gradiente.errors import ArgumentError, require, require_in, require_one_of, require_whole
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.schedules import Schedule
from gradiente.training.averaging import Averaging
from gradiente.training.epoch import Epoch
from gradiente.training.history import Epochs, History, as_good, larger_is_better
from gradiente.training.snapshot import Best, Snapshot
from gradiente.training.stopping import EarlyStopped, Stop

Array = np.ndarray

SCHEDULED = ("lr", "weight_decay", "dropout")  # hyperparameters that a schedule may change


@dataclass
class TrainingState:
    """The state of a training run. `optimizer` may be replaced, `stop` may be set to a reason.

    `dropout` is the factor of every dropout's p in the next steps, which a callback may set.
    `snapshot` is that of the last epoch's end, or of where training stopped; `current` is the epoch in progress.
    """

    network: Network
    loss: Loss
    base_optimizer: Optimizer
    optimizer: Optimizer
    engine: Engine
    epochs: int
    steps_per_epoch: int
    monitor: str
    settings: dict[str, Any]
    snapshot: Snapshot
    history: History = field(default_factory=History)
    best: Best | None = None
    current: Epoch | None = None
    stop: Stop | None = None
    max_steps: int | None = None
    averaging: Averaging | None = None
    dropout: float = 1.0

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return len(self.history)

    @property
    def step(self) -> int:
        """Steps taken in the epoch in progress."""
        return self.snapshot.step if self.current is None else self.current.step

    @property
    def steps(self) -> int:
        """Steps taken in all epochs."""
        return self.epoch * self.steps_per_epoch + self.step

    @property
    def steps_left(self) -> int:
        """How many steps may still be taken in this call of `fit`."""
        most = self.epochs * self.steps_per_epoch
        return (most if self.max_steps is None else min(most, self.max_steps)) - self.steps

    def take_snapshot(self) -> Snapshot:
        """Take a snapshot now, between two steps."""
        return self._snapshot(self.engine.state())

    def finish_epoch(self, record: dict[str, Any]) -> None:
        """Append the record of the epoch in progress to the history."""
        self.history.records.append(record)
        self.current = None
        end, value = self.engine.state(), record[self.monitor]
        if self.best is None or as_good(value, self.best.value, self.monitor):
            self.best = Best(record["epoch"], value, *self._evaluated(end))
        self.snapshot = self._snapshot(end)

    def finish_epochs(self, epochs: Epochs, thetas: Array) -> None:
        """Append epochs that were taken together to the history.

        Arguments:
            thetas: the parameters after each
        """
        values = np.array(epochs.columns[self.monitor])
        backwards = values[::-1]
        place = backwards.argmax() if larger_is_better(self.monitor) else backwards.argmin()
        best = len(values) - 1 - int(place)
        value, end = float(values[best]), self.engine.state()
        if self.best is None or as_good(value, self.best.value, self.monitor):
            self.best = Best(epochs.first + best, value, thetas[best].copy(), end.buffers)
        self.history.extend(epochs)
        self.snapshot = self._snapshot(end)

    def _evaluated(self, end: EngineState) -> tuple[Array, dict[str, Array]]:
        """Parameters and buffers that validation looked at: the averaged ones, where there are some."""
        averaging = self.averaging
        if averaging is None or averaging.theta is None:
            return end.theta, end.buffers
        return averaging.theta.copy(), {name: each.copy() for name, each in averaging.buffers().items()}

    def _snapshot(self, state: EngineState) -> Snapshot:
        form = self.snapshot.form
        if form.get("frozen", []) != sorted(self.network.frozen):
            form = self.network.to_dict()
        return Snapshot(
            form=form,
            state=state,
            history=self.history.copy(),
            best=self.best,
            settings=self.settings,
            partial=None if self.current is None else self.current.partial(),
            average=None if self.averaging is None else self.averaging.kept(),
        )


class Callback:
    """The base class of callbacks, whose hooks do nothing.

    With several processes, only rank 0 calls it; every process does with `everywhere`,
    which is needed by a callback that changes the network or the optimizer, or calls the engine's predict.
    """

    everywhere: ClassVar[bool] = False

    @property
    def each_step(self) -> bool:
        """Whether `step_begin` has to be called before every step, not only from time to time."""
        return type(self).step_begin is not Callback.step_begin

    @property
    def each_epoch(self) -> bool:
        """Whether `epoch_begin` and `epoch_end` have to be called for every epoch.

        Without, and where an epoch is one step, they are called from time to time, for the epochs since the last call.
        """
        own = type(self)
        return (own.epoch_begin, own.epoch_end) != (Callback.epoch_begin, Callback.epoch_end)

    def fit_begin(self, state: TrainingState) -> None:
        """Before the first step, also when training is resumed, even in the middle of an epoch."""

    def epoch_begin(self, state: TrainingState) -> None:
        """Before an epoch; state.epoch epochs are finished. Not called again when resumed in the middle of it."""

    def step_begin(self, state: TrainingState, step: int) -> None:
        """Before a step of the epoch, the first of which is 0."""

    def epoch_end(self, state: TrainingState) -> None:
        """After an epoch; its record is the last of the history."""

    def fit_end(self, state: TrainingState) -> None:
        """After the last epoch, and after any stop."""


class Observer(Callback):
    """The base class of callbacks that show or write what there is: they need no call for every step or epoch."""

    @property
    def each_step(self) -> bool:
        return False

    @property
    def each_epoch(self) -> bool:
        return False


class EarlyStopping(Callback):
    r"""Stop when the monitored measure has not improved for some epochs, and restore the best parameters.

    Arguments:
        patience: the number of epochs without improvement before stopping, ≥ 1
        min_delta: the smallest change that counts as an improvement, ≥ 0
        restore_best: restore the parameters of the best epoch

    Errors: ArgumentError for a number out of range

    >>> EarlyStopping(patience=3).patience
    3

    Source: the lecture, "Overfitting"; Prechelt, 1998
    """

    everywhere = True

    def __init__(self, *, patience: int = 10, min_delta: float = 0.0, restore_best: bool = True) -> None:
        require_whole(1, "EarlyStopping", patience=patience)
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
            state.stop = EarlyStopped(state.monitor, self.patience)


class Scheduler(Callback):
    r"""Set the learning rate by a schedule, and the momentum where it sets that too; or another hyperparameter.

    Arguments:
        schedule: α as a function of time; of another hyperparameter, what it makes of its value in the same way
        every: "epoch", or "step" where t counts steps, as is usual for OneCycleLR and CyclicLR
        hyperparameter: "lr", "weight_decay" of the optimizer, or "dropout": p of every dropout

    Errors: ArgumentError for another unit or hyperparameter, or a schedule of numbers of its own for one that is not
        the learning rate; when training starts, for a schedule of the momentum with an optimizer that has none to
        change, of the weight decay with one that has none, or of dropout with a network that has none

    >>> from gradiente.schedules import ExponentialLR
    >>> Scheduler(ExponentialLR(gamma=0.9)).every
    'epoch'

    Source: the lecture, "Degradación de la tasa de aprendizaje"
    """

    everywhere = True

    def __init__(self, schedule: Schedule, *, every: str = "epoch", hyperparameter: str = "lr") -> None:
        require(every in ("epoch", "step"), "scheduler.every", value=repr(every))
        require_one_of(SCHEDULED, "Scheduler", hyperparameter=hyperparameter)
        relative = hyperparameter == "lr" or not schedule.absolute
        require(relative, "scheduler.absolute", schedule=type(schedule).__name__, name=hyperparameter)
        self.schedule = schedule
        self.every = every
        self.hyperparameter = hyperparameter

    @property
    def each_step(self) -> bool:
        return self.every == "step"

    def fit_begin(self, state: TrainingState) -> None:
        if self.hyperparameter == "weight_decay":
            decays = getattr(state.base_optimizer, "weight_decay", 0) > 0
            require(decays, "scheduler.weight_decay", optimizer=str(state.base_optimizer))
        if self.hyperparameter == "dropout":
            drops = any(node.layer.stochastic for node in state.network.nodes)
            require(drops, "scheduler.dropout")
        if self.every == "step":
            self.step_begin(state, state.step)
        else:
            self.epoch_begin(state)  # an epoch may be resumed in its middle

    def epoch_begin(self, state: TrainingState) -> None:
        if self.every == "epoch":
            self._set(state, state.epoch)

    def step_begin(self, state: TrainingState, step: int) -> None:
        if self.every == "step":
            self._set(state, state.epoch * state.steps_per_epoch + step)

    def _set(self, state: TrainingState, t: int) -> None:
        metrics = state.history[state.monitor] if state.epoch else []
        base = state.base_optimizer
        if self.hyperparameter == "lr":
            state.optimizer = replace(state.optimizer, **_changes(base, self.schedule, t, metrics))
        elif self.hyperparameter == "weight_decay":
            decay: Any = {"weight_decay": self.schedule.lr(base.weight_decay, t, metrics)}  # pyright: ignore
            state.optimizer = replace(state.optimizer, **decay)
        else:
            state.dropout = self.schedule.lr(1.0, t, metrics)


def scheduled(optimizer: Optimizer, schedule: Schedule, t: int, metrics: Sequence[float] = ()) -> Optimizer:
    """The optimizer with the learning rate, and the momentum, that the schedule sets at time t.

    Errors: ArgumentError for a schedule of the momentum with an optimizer that has none to change
    """
    return replace(optimizer, **_changes(optimizer, schedule, t, metrics))


def _changes(optimizer: Optimizer, schedule: Schedule, t: int, metrics: Sequence[float]) -> dict[str, Any]:
    changes: dict[str, Any] = {"lr": schedule.lr(optimizer.lr, t, metrics)}
    if (momentum := schedule.momentum(t)) is not None:
        betas = getattr(optimizer, "betas", None)
        if optimizer.keeps_momentum or (betas is None and not getattr(optimizer, "momentum", 0)):
            names = {"schedule": type(schedule).__name__, "optimizer": type(optimizer).__name__}
            raise ArgumentError("scheduler.momentum", **names)
        changes |= {"momentum": momentum} if betas is None else {"betas": (momentum, *betas[1:])}
    return changes
