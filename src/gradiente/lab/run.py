"""One training run of the lab: a config, its data, and the replay of its steps."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradiente.errors import DivergenceError, require
from gradiente.formatting import count
from gradiente.lab.architecture import Architecture
from gradiente.lab.next_step import NextStep
from gradiente.training.build import plan
from gradiente.training.checkpoint import load_checkpoint
from gradiente.training.config import Config
from gradiente.training.load_for import load_for
from gradiente.training.replay import Replay
from gradiente.training.run import Run
from gradiente.training.snapshot import Snapshot
from gradiente.training.stopping import EarlyStopped

Array = np.ndarray
EPOCHS = 100_000  # of a run, after which it ends


@dataclass(frozen=True)
class Limits:
    """What one run may take.

    Arguments:
        parameters, instances: at most
        memory: bytes of its snapshots
    """

    parameters: int = 2_000_000
    instances: int = 100_000
    memory: int = 64 * 1024**2


class LabRun:
    """A run that can be played, scrubbed and looked at.

    Arguments:
        config: of the run; its number of epochs does not count
        limits: what it may take
        architecture: the layers, in place of the config's
        start: the snapshot to begin with; None: the network as it is initialized

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
        start: Snapshot | None = None,
    ) -> None:
        limits = limits or Limits()
        self.train, self.test = load_for(config)
        if architecture is not None:
            config = architecture.applied(config, self.train)
        _require_within("instances", len(self.train), limits.instances)
        planned = plan(config, self.train)
        _require_within("parameters", planned.network.theta.size, limits.parameters)
        self.config, self.network, self.loss = planned.config, planned.network, planned.loss
        self.replay = Replay(
            planned.trainer([]),
            self.train,
            validation=self.config.data.validation or None,
            epochs=EPOCHS,
            batch_size=self.config.descent.batch_size,  # pyright: ignore[reportArgumentType]
            memory=limits.memory,
            start=start,
        )
        started = time.perf_counter()
        self.snapshot = self.replay.go_to(self.first)
        self.overhead = time.perf_counter() - started  # seconds of going anywhere, without a step
        self._next: NextStep | None = None
        self._change: tuple[int, Array] | None = None  # after which step, and by how much

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
        if self._next is None or (self._next.after, self._next.columns) != (self.step, columns):
            config = self.config.changed(epochs=EPOCHS)
            self._next = NextStep(config, self.train, self.snapshot, columns=columns)
        return self._next

    def last_change(self) -> dict[str, Array]:
        """What the last step has added to every parameter, kept until the run is elsewhere; none where it begins."""
        step = self.step
        if step == self.first:
            return {}
        if self._change is None or self._change[0] != step:
            after = self.snapshot.state.theta
            before = self.go_to(step - 1).state.theta
            self.go_to(step)
            self._change = step, after.astype(np.float64) - before
        return self.network.named(self._change[1])

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


def _require_within(what: str, got: int, most: int) -> None:
    require(got <= most, f"lab.{what}", got=count(got), most=count(most))
