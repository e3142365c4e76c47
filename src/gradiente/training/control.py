"""Requests to a training run in progress, from other threads, callbacks or signals, handled between two steps."""

import threading
from concurrent.futures import Future

import numpy as np

from gradiente.training.callbacks import TrainingState
from gradiente.training.interrupt import Interrupt
from gradiente.training.snapshot import Snapshot
from gradiente.training.stopping import Interrupted, MaxSteps, Stop

STEPS_BETWEEN_QUESTIONS = 16  # to the other processes, whether one is to stop
SIGNAL_SECONDS = 0.1  # how often a pause looks for a signal


class Control:
    """Stop, pause, resume and snapshot of a training run, from any thread.

    With several processes, a request to one is passed to the others every few steps.
    """

    def __init__(self, state: TrainingState, interrupt: Interrupt) -> None:
        self.state = state
        self.interrupt = interrupt
        self._thread = threading.get_ident()
        self._changed = threading.Condition()
        self._stop: Stop | None = None
        self._paused = self._closed = False
        self._waiting: list[Future[Snapshot]] = []

    def stop(self, reason: Stop) -> None:
        with self._changed:
            self._stop = reason
            self._changed.notify_all()

    def pause(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def snapshot(self) -> Snapshot:
        """Of the next moment between two steps; of this one where a callback asks."""
        state = self.state
        if threading.get_ident() == self._thread:
            return state.snapshot if state.current is None else state.take_snapshot()
        with self._changed:
            if self._closed:
                return state.snapshot
            future: Future[Snapshot] = Future()
            self._waiting.append(future)
            self._changed.notify_all()
        return future.result()

    def between_steps(self, *, done: bool = False) -> bool:
        """Do what was asked for; whether to stop, in all processes alike.

        Arguments:
            done: it was the last step anyway: only a callback's reason counts
        """
        state, group = self.state, self.state.engine.group
        alone = group.world_size == 1
        while True:
            if not done:
                self._wait(alone)
            if not alone and state.step % STEPS_BETWEEN_QUESTIONS and state.steps_left:
                return False
            stop = state.stop
            if stop is None and not done:
                number = self.interrupt.signal
                interrupted = None if number is None else Interrupted(state.epoch, state.step, number)
                reached = None if state.steps_left else MaxSteps(state.steps)
                stop = self._stop or interrupted or reached
            asked = np.array([stop is not None, bool(self._waiting)], np.int64)
            stopping, waiting = group.all_reduce(asked)
            if waiting:
                self._answer(state.snapshot if state.current is None else state.take_snapshot())
            if stopping:
                state.stop = next(each for each in group.all_gather(stop) if each is not None)
                return True
            if done or not (alone and self._paused):
                return False

    def close(self) -> None:
        """The training has ended: who still waits gets its last snapshot."""
        with self._changed:
            self._closed = True
        self._answer(self.state.snapshot)

    def _wait(self, alone: bool) -> None:
        """While it is paused, until there is something to do."""
        with self._changed:
            while self._paused and not (
                self._stop or self.state.stop or self.interrupt.requested or (alone and self._waiting)
            ):
                self._changed.wait(SIGNAL_SECONDS)

    def _answer(self, snapshot: Snapshot) -> None:
        with self._changed:
            waiting, self._waiting = self._waiting, []
        for future in waiting:
            future.set_result(snapshot)
