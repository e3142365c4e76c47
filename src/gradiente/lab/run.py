"""One training run of the lab: a config, its data, and the replay of its steps."""

import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from gradiente.errors import DivergenceError
from gradiente.lab.architecture import Architecture
from gradiente.lab.limits import Limits
from gradiente.lab.next_step import NextStep
from gradiente.training.build import plan
from gradiente.training.checkpoint import load_checkpoint
from gradiente.training.config import Config
from gradiente.training.defaults import layers_of
from gradiente.training.load_for import load_for
from gradiente.training.replay import Replay
from gradiente.training.run import Run
from gradiente.training.snapshot import Snapshot
from gradiente.training.stopping import EarlyStopped
from gradiente.training.targets import default_loss

T = TypeVar("T")
Array = np.ndarray
EPOCHS = 100_000  # of a run, after which it ends


class LabRun:
    """A run that can be played, scrubbed and looked at.

    Arguments:
        config: of the run; its number of epochs does not count
        limits: what it may take
        architecture: the layers, in place of the config's

    Errors: as of `load` and `plan`; ArgumentError for what is beyond the limits

    >>> run = LabRun(Config().changed(name="xor", batch_size=4))
    >>> run.go_to(3).state.t, run.step
    (3, 3)
    """

    def __init__(
        self,
        config: Config,
        limits: Limits | None = None,
        *,
        architecture: Architecture | None = None,
    ) -> None:
        limits = limits or Limits()
        limits.require_instances(config.data.samples or 0)
        self.train, self.test = load_for(config)
        limits.require_instances(len(self.train))
        if architecture is not None:
            config = architecture.applied(config, self.train)
        shape, loss = self.train.x.shape[1:], config.make("loss") or default_loss(self.train)
        limits.require_small(layers_of(config, self.train, loss), shape)
        planned = plan(config, self.train)
        self.config, self.network, self.loss = planned.config, planned.network, planned.loss
        size = self.config.descent.batch_size
        limits.require_batch(self.network.layers, shape, len(self.train) if size == "all" else int(size or 0))
        self.replay = Replay(
            planned.trainer([]),
            self.train,
            validation=self.config.data.validation or None,
            epochs=EPOCHS,
            batch_size=self.config.descent.batch_size,  # pyright: ignore[reportArgumentType]
            memory=limits.memory,
        )
        started = time.perf_counter()
        self.snapshot = self.replay.go_to(self.first)
        self.overhead = time.perf_counter() - started  # seconds of going anywhere, without a step
        self._kept = dict[str, tuple[Any, Any]]()

    @classmethod
    def of_folder(cls, folder: str | Path, limits: Limits | None = None) -> "LabRun":
        """A training run's, where its last checkpoint is; every step before it is taken again when it is asked for.

        Errors: FileError where the folder holds no run, or no checkpoint
        """
        opened = Run.open(folder)
        run, snapshot = cls(opened.config(), limits), load_checkpoint(opened.last_checkpoint)
        if snapshot.state.t > 0:
            run.replay.ring.add(snapshot)
            run.go_to(snapshot.state.t)
        return run

    @property
    def first(self) -> int:
        """How many steps were taken where it begins: 0, or where it left another run."""
        return self.replay.ring.steps[0]

    @property
    def step(self) -> int:
        """How many steps were taken where it is."""
        return self.snapshot.state.t

    @property
    def steps_per_epoch(self) -> int:
        """How many steps an epoch has."""
        settings = self.snapshot.settings
        return -(-settings["instances"] // settings["batch_size"])

    def begin_at(self, start: Snapshot) -> None:
        """Begin with a snapshot of another run instead, of the same network and data."""
        self.replay.begin_at(start)
        self.go_to(self.first)

    @property
    def early(self) -> EarlyStopped | None:
        """Why it has ended where it is, if early stopping has ended it."""
        stopped = self.replay.trainer.stopped
        return stopped if isinstance(stopped, EarlyStopped) else None

    @property
    def best(self) -> int | None:
        """The step after its best epoch, where early stopping leaves a trainer; None if that has not ended it."""
        best = self.snapshot.best
        return None if self.early is None or best is None else best.epoch * self.steps_per_epoch

    def next_step(self, *, columns: bool = False) -> NextStep:
        """The step after where it is, kept until another one is asked for."""
        config = self.config.changed(epochs=EPOCHS)
        return self.kept(
            "next step", columns, lambda: NextStep(config, self.train, self.snapshot, columns=columns)
        )

    def kept(self, kind: str, which: Hashable, make: Callable[[], T]) -> T:
        """What is made of it where it is, kept until another one of that kind is asked for, or it is elsewhere."""
        key = (self.step, which)
        if kind not in self._kept or self._kept[kind][0] != key:
            self._kept[kind] = key, make()
        return self._kept[kind][1]

    def last_change(self) -> dict[str, Array]:
        """What the last step has added to every parameter, kept until the run is elsewhere; none where it begins."""
        if self.step == self.first:
            return {}
        return self.network.named(self.kept("last change", None, self._change))

    def _change(self) -> Array:
        step, after = self.step, self.snapshot.state.theta
        before = self.go_to(step - 1).state.theta
        self.go_to(step)
        return after.astype(np.float64) - before

    def go_to(self, step: int) -> Snapshot:
        """The run after so many steps; its network is what it was there. Where that fails, it stays where it is.

        Errors: as of `Replay.go_to`
        """
        try:
            self.snapshot = self.replay.go_to(step)
        except DivergenceError:
            self.replay.trainer.engine.load_state(self.snapshot.state)
            raise
        return self.snapshot
