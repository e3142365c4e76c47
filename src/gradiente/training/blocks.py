"""How the steps of a training run are taken: many epochs at once, blocks of steps, or one after the other."""

import time
from collections.abc import Sequence

import numpy as np

from gradiente.engines import Engine
from gradiente.layers import Context
from gradiente.layout import slices_of
from gradiente.objective import Objective
from gradiente.training.callbacks import Callback, TrainingState
from gradiente.training.control import Control
from gradiente.training.epoch import Epoch
from gradiente.training.history import Epochs
from gradiente.training.prepared import Prepared
from gradiente.training.targets import right

BLOCK_SECONDS = 0.05  # of steps between which nothing is asked for
MOST_GROWTH = 8  # of a block, to the next one


class Blocks:
    """Steps, as many at once as the engine and the callbacks allow, for about 50 ms.

    Arguments:
        measured: whether the records of epochs have more than the engine's own measures
        augmented: whether the images of every batch are augmented
    """

    def __init__(
        self,
        engine: Engine,
        objective: Objective,
        callbacks: Sequence[Callback],
        *,
        measured: bool,
        augmented: bool,
    ) -> None:
        self.engine, self.objective, self.callbacks = engine, objective, callbacks
        self.measured, self.augmented = measured, augmented
        self.size = 1

    def repeated(self, state: TrainingState, data: Prepared) -> bool:
        """Many epochs of one step each, which are the same batch; False where single epochs are needed."""
        alone = state.steps_per_epoch == 1 and data.held_out is None and not self.measured
        alone = alone and state.averaging is None
        alone = alone and not any(callback.each_step or callback.each_epoch for callback in self.callbacks)
        times = min(self.size, state.epochs - state.epoch, state.steps_left)
        if not alone or times < 2 or self.augmented or state.snapshot.partial is not None:
            return False
        started, before = time.perf_counter(), self.engine.state()
        x, y, rows, context = data.train.x, data.y, data.indices, Context(training=True)
        divisor = data.divisor(self.objective.loss, rows)
        done = self.engine.repeated(x, y, rows, context, state.optimizer, divisor, times, data.weights)
        if done is None or not len(done.values) or not np.isfinite(done.thetas[-1]).all():
            self.engine.load_state(before)
            return False
        count = len(done.values)
        seconds = (time.perf_counter() - started) / count
        columns = {"lr": [state.optimizer.lr] * count, "loss": (done.values * divisor / divisor).tolist()}
        if data.train.classifies:
            answers = done.prediction.reshape(count * len(rows), -1)
            each = right(data.train, self.objective.loss, answers, np.tile(rows, count))
            columns["accuracy"] = each.reshape(count, -1).mean(axis=1).tolist()
        columns["seconds"] = [seconds] * count
        slices = slices_of(self.objective.network.parameters, self.objective.network.trainable_gradients())
        state.finish_epochs(Epochs(state.epoch + 1, columns, done.gradients, slices), done.thetas)
        self.size = max(1, min(MOST_GROWTH * self.size, round(BLOCK_SECONDS / seconds)))
        return True

    def take(self, epoch: Epoch, state: TrainingState, control: Control) -> bool:
        """The steps of an epoch that are left; returns whether training was stopped before its end."""
        return self._in_blocks(epoch, state, control) or self._single(epoch, state, control)

    def _in_blocks(self, epoch: Epoch, state: TrainingState, control: Control) -> bool:
        """Blocks of steps, as long as the engine takes them; returns whether training was stopped."""
        averaging = state.averaging
        single = self.augmented or self.engine.group.world_size > 1
        single = single or (averaging is not None and averaging.rule.each_step)
        if single or any(callback.each_step for callback in self.callbacks):
            return False
        rows = epoch.rows()
        while epoch.step < state.steps_per_epoch:
            for callback in self.callbacks:
                callback.step_begin(state, epoch.step)
            epoch.set_dropout(state.dropout)
            started, first = time.perf_counter(), epoch.step
            last = first + min(self.size, state.steps_left)
            if not epoch.take_steps(rows[first:last], state.optimizer):
                return False
            seconds = (time.perf_counter() - started) / max(1, epoch.step - first)
            self.size = max(1, min(MOST_GROWTH * self.size, round(BLOCK_SECONDS / seconds)))
            if epoch.step < state.steps_per_epoch and control.between_steps():
                return True
        return False

    def _single(self, epoch: Epoch, state: TrainingState, control: Control) -> bool:
        """One step after the other, to the end of the epoch; returns whether training was stopped."""
        batches = epoch.batches()
        for step in range(epoch.step, state.steps_per_epoch):
            for callback in self.callbacks:
                callback.step_begin(state, step)
            epoch.set_dropout(state.dropout)
            batch = next(batches)
            epoch.metrics_so_far.add(batch, epoch.take_step(batch, state.optimizer))
            if state.averaging is not None:
                state.averaging.step_end(epoch.number)
            if epoch.step < state.steps_per_epoch and control.between_steps():
                return True
        return False
