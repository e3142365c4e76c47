"""Any step of a training run again: snapshots in a bounded memory, and the steps after the nearest one taken again."""

import time
from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from gradiente.data import Dataset
from gradiente.errors import is_whole, require
from gradiente.training.history import History
from gradiente.training.snapshot import Snapshot
from gradiente.training.stopping import MaxSteps
from gradiente.training.trainer import Trainer

MEMORY = 256 * 1024**2  # bytes
SECONDS = 0.1  # of training between two snapshots, as long as they fit
MOST_GROWTH = 8  # of the steps between two snapshots, to the next two


class SnapshotRing:
    """Snapshots of one training run in a bounded memory, by the number of steps before each.

    When they no longer fit, every second one is dropped, and later ones are kept as far apart; the first and the last
    one stay.

    Arguments:
        memory: bytes that they may take, ≥ 1; two are kept even if they take more

    Errors: ArgumentError for a memory below 1
    """

    def __init__(self, memory: int = MEMORY) -> None:
        require(is_whole(memory, 1), "replay.memory", value=repr(memory))
        self.memory = memory
        self._spacing = 1
        self._kept = dict[
            int, tuple[Snapshot, int]
        ]()  # without their histories, of which each is a part of the next
        self._history = History()

    @property
    def steps(self) -> list[int]:
        """Where the snapshots are, in order."""
        return list(self._kept)

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, which is further than all others."""
        if snapshot.epoch > len(self._history):
            self._history = snapshot.history
        steps = self.steps
        if len(steps) > 1 and steps[-1] - steps[-2] < self._spacing:
            del self._kept[steps[-1]]
        self._kept[snapshot.state.t] = replace(snapshot, history=History()), snapshot.epoch
        while len(self._kept) > 2 and sum(_bytes(kept) for kept, _ in self._kept.values()) > self.memory:
            for step in self.steps[1:-1:2]:
                del self._kept[step]
            self._spacing = max(after - before for before, after in pairwise(self.steps))

    def nearest(self, step: int) -> Snapshot:
        """The last snapshot that is not after a step."""
        steps = self.steps
        snapshot, epochs = self._kept[steps[bisect_right(steps, step) - 1]]
        return replace(snapshot, history=History(self._history.records[:epochs]))


class Replay:
    """A training run in which one can go forward and back: every step is reached again, bit for bit.

    Arguments:
        trainer: of the run, from the beginning; its network is what it was at the step that was gone to last
        train, validation, epochs, batch_size: as of `Trainer.fit`
        memory: bytes that snapshots may take, ≥ 1
        start: the snapshot to begin with, as `resume` of `Trainer.fit`; None: the network as it is

    Errors: as of `Trainer.fit`

    >>> from gradiente import SGD, BCEWithLogitsLoss, Linear, Network, Tanh
    >>> from gradiente.data import load
    >>> network = Network([Linear(2, 3), Tanh(), Linear(3, 1)])
    >>> trainer = Trainer(network, BCEWithLogitsLoss(), SGD(lr=0.5))
    >>> replay = Replay(trainer, load("xor")[0], epochs=100, batch_size="all")
    >>> later = replay.go_to(80).state.theta
    >>> replay.go_to(7).state.t
    7
    >>> bool((replay.go_to(80).state.theta == later).all())
    True
    """

    def __init__(
        self,
        trainer: Trainer,
        train: Dataset,
        *,
        validation: float | Dataset | None = None,
        epochs: int = 10,
        batch_size: int | Literal["all"] | None = None,
        memory: int = MEMORY,
        start: Snapshot | None = None,
    ) -> None:
        self.trainer, self.epochs = trainer, epochs
        self.data = trainer.prepare(train, validation, batch_size)
        self._begin(SnapshotRing(memory), start)

    def begin_at(self, start: Snapshot) -> None:
        """Begin with that snapshot instead, and forget every step that was reached."""
        self._begin(SnapshotRing(self.ring.memory), start)

    def _begin(self, ring: SnapshotRing, start: Snapshot | None) -> None:
        self.ring = ring
        self._several = 1  # steps from one snapshot to the next
        self.ring.add(self._fit(0 if start is None else start.state.t, start))

    @property
    def furthest(self) -> int:
        """The furthest step that was reached."""
        return self.ring.steps[-1]

    def go_to(self, step: int) -> Snapshot:
        """The run after so many steps; further steps than were reached are taken now.

        Where the run ends before, by its epochs or a callback, that is its end.

        Errors: ArgumentError for a step before the first; DivergenceError where the loss becomes NaN or infinite
        """
        first = self.ring.steps[0]
        require(is_whole(step, first), "replay.step", value=repr(step), first=first)
        if step <= self.furthest:
            return self._fit(step, self.ring.nearest(step))
        snapshot = self.ring.nearest(self.furthest)
        while (taken := snapshot.state.t) < step:
            started = time.perf_counter()
            snapshot = self._fit(min(step, taken + self._several), snapshot)
            if snapshot.state.t > taken:
                self.ring.add(snapshot)
            if not isinstance(self.trainer.stopped, MaxSteps):
                break
            growth = min(MOST_GROWTH, SECONDS / (time.perf_counter() - started))
            self._several = max(1, round(growth * (snapshot.state.t - taken)))
        return snapshot

    def _fit(self, steps: int, resume: Snapshot | None) -> Snapshot:
        """Train from a snapshot until so many steps are taken in total, and leave the network there."""
        self.trainer.fit_prepared(self.data, epochs=self.epochs, max_steps=steps, resume=resume)
        snapshot = self.trainer.snapshot()
        self.trainer.engine.load_state(snapshot.state)  # a callback may have gone back to the best epoch
        return snapshot


def _bytes(snapshot: Snapshot) -> int:
    """What a snapshot's arrays take; those of the best epoch too, which others may share."""
    state, best, partial = snapshot.state, snapshot.best, snapshot.partial
    arrays = [state.theta, *state.buffers.values(), *state.slots.values()]
    if best is not None:
        arrays += [best.theta, *best.buffers.values()]
    if partial is not None:
        arrays += [partial.values, partial.penalties, partial.divisors]
    return sum(array.nbytes for array in arrays)
