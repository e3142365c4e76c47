"""A training between two steps: all that it takes to resume it."""

from dataclasses import dataclass
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
class PartialEpoch:
    """An epoch under way: steps taken, what they measured, and where the random generators of each process stand."""

    step: int
    seconds: float
    values: Array  # J of every step
    penalties: Array
    instances: Array
    correct: int
    generators: list[dict[str, Any]]


@dataclass(frozen=True)
class Snapshot:
    """A training between two steps: resumed from here, it ends with the bits of one that was never interrupted.

    Arguments:
        form: of the network, as Network.to_dict()
        state: of the engine
        history: of the finished epochs
        best: the best of them
        settings: what has to be the same where it is resumed
        partial: the epoch under way; None between two epochs
    """

    form: dict[str, Any]
    state: EngineState
    history: History
    best: Best | None
    settings: dict[str, Any]
    partial: PartialEpoch | None = None

    @property
    def epoch(self) -> int:
        """Finished epochs."""
        return len(self.history)

    @property
    def step(self) -> int:
        """Steps taken of the epoch under way."""
        return 0 if self.partial is None else self.partial.step
