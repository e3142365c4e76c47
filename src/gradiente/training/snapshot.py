"""Snapshots: the state of a training run between two steps."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.engines import EngineState
from gradiente.training.history import History

Array = np.ndarray


@dataclass(frozen=True)
class Best:
    """The best epoch so far by the monitored measure, with the parameters and buffers it ended with."""

    epoch: int
    value: float
    theta: Array
    buffers: dict[str, Array]


@dataclass(frozen=True)
class Averaged:
    """θ̄, the average of the parameters so far, and how many it is made of."""

    count: int
    theta: Array


@dataclass(frozen=True)
class PartialEpoch:
    """An epoch in progress: steps taken, their metrics, and the state of each process's random generators."""

    step: int
    seconds: float
    values: Array  # J of every step
    penalties: Array
    divisors: Array
    correct: int
    generators: list[dict[str, Any]]


@dataclass(frozen=True)
class Snapshot:
    """A training run between two steps; resuming it is bit-identical to never interrupting it.

    Arguments:
        form: the architecture, as Network.to_dict()
        state: of the engine
        history: of the finished epochs
        best: the best of them
        settings: those that must not change when it is resumed
        partial: the epoch in progress; None between two epochs
        average: of the parameters, where one is made
        file: the checkpoint that it was read from
    """

    form: dict[str, Any]
    state: EngineState
    history: History
    best: Best | None
    settings: dict[str, Any]
    partial: PartialEpoch | None = None
    average: Averaged | None = None
    file: Path | None = None

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return len(self.history)

    @property
    def step(self) -> int:
        """Steps taken in the epoch in progress."""
        return 0 if self.partial is None else self.partial.step
