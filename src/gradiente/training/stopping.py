"""Why training stopped."""

import signal
from abc import ABC, abstractmethod
from dataclasses import dataclass

from gradiente.formatting import measure_name
from gradiente.locale import text


class Stop(ABC):
    """A reason to stop; `str` gives it in the reader's language."""

    @abstractmethod
    def __str__(self) -> str: ...


@dataclass(frozen=True)
class EarlyStopped(Stop):
    """The monitored measure did not improve for `patience` epochs.

    >>> str(EarlyStopped("val_loss", patience=3))
    'early stopping: validation loss did not improve for 3 epochs'
    """

    monitor: str
    patience: int

    def __str__(self) -> str:
        return text("stop.early", monitor=measure_name(self.monitor), patience=self.patience)


@dataclass(frozen=True)
class Interrupted(Stop):
    """A signal, Ctrl-C or SIGTERM, after `epoch` whole epochs and `step` steps of the next.

    `exit_status` is that of a program that a signal has ended, as shells count it.

    >>> str(Interrupted(epoch=2, step=7))
    'interrupted after epoch 2, at step 7 of the next'
    >>> Interrupted(epoch=2, step=7, signal=15).exit_status
    143
    """

    epoch: int
    step: int
    signal: int = signal.SIGINT

    @property
    def exit_status(self) -> int:
        return 128 + self.signal

    def __str__(self) -> str:
        key = "stop.interrupted_in_epoch" if self.step else "stop.interrupted"
        return text(key, epoch=self.epoch, step=self.step)


@dataclass(frozen=True)
class Requested(Stop):
    """A program asked for it: Trainer.stop(), or a callback.

    >>> str(Requested()), str(Requested("the loss is low enough"))
    ('stopped on request', 'the loss is low enough')
    """

    reason: str = ""

    def __str__(self) -> str:
        return self.reason or text("stop.requested")


@dataclass(frozen=True)
class MaxSteps(Stop):
    """As many steps as `fit` was to take in total.

    >>> str(MaxSteps(1234))
    'stopped after step 1234'
    """

    steps: int

    def __str__(self) -> str:
        return text("stop.max_steps", steps=self.steps)
