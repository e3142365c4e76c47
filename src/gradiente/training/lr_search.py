"""A search for the learning rate: it grows from step to step, and the loss says which were too small and too large."""

import math
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.data import Augmentation
from gradiente.engines import Batch, Engine
from gradiente.errors import DivergenceError, is_whole, require, require_in
from gradiente.formatting import short
from gradiente.locale import text
from gradiente.optimizers import Optimizer
from gradiente.training.epoch import Epoch
from gradiente.training.prepared import Prepared

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray
LOWEST, HIGHEST, STEPS = 1e-7, 10.0, 100
BETA = 0.9  # about the last ten steps
RISEN = 2.0  # times the first loss: from there on nothing is learned about the rates
FALLEN = 0.99  # of the first losses: above, the loss did not fall
LEAST_STEPS = 10


@dataclass(frozen=True, eq=False)
class LRSearch:
    r"""The losses of a few steps whose learning rate grows exponentially, and the rate that they suggest.

    Equation:   α_t = α_0 (α_T / α_0)^(t / T),   s_t = β s_{t−1} + (1 − β) J_t,   ŝ_t = s_t / (1 − β^t),   β = 0.9

    The suggestion is a tenth of the rate at which the smoothed loss ŝ is lowest: there it stops falling because the
    steps have become too large, and ŝ follows J about ten steps late.

    Arguments:
        rates: the learning rate of every step
        losses: J of every step's batch, before the step
        diverged: whether the search ended before its last rate, because the loss rose to twice the first or was no
            number

    Shapes: rates and losses (steps,)

    >>> rates = 10.0 ** np.arange(-4, 1)
    >>> search = LRSearch(rates, np.array([1.0, 0.9, 0.2, 0.1, 9.0]), diverged=True)
    >>> round(search.lowest, 6), round(search.suggestion, 6)
    (0.1, 0.01)

    Source: Smith, 2015, "Cyclical Learning Rates for Training Neural Networks", arXiv 1506.01186, section 3.3
    """

    rates: Array
    losses: Array
    diverged: bool

    @cached_property
    def smoothed(self) -> Array:
        """ŝ, the moving average of the losses."""
        average, values = 0.0, []
        for t, value in enumerate(self.losses.tolist(), start=1):
            average = BETA * average + (1 - BETA) * value
            values.append(average / (1 - BETA**t))
        return np.array(values)

    @property
    def lowest(self) -> float:
        """The rate at which ŝ is lowest."""
        return float(self.rates[self.smoothed.argmin()])

    @property
    def steepest(self) -> float:
        """The rate in the middle of the ten steps over which ŝ falls most, before it is lowest."""
        place, width = int(self.smoothed.argmin()), LEAST_STEPS
        if place < 2 * width:  # the first ten make the first average
            return float(self.rates[place])
        falls = self.smoothed[width : place - width + 1] - self.smoothed[2 * width : place + 1]
        return float(self.rates[width + falls.argmax() + width // 2])

    @property
    def suggestion(self) -> float | None:
        """A tenth of `lowest`; None where the loss did not fall."""
        first = self.smoothed[: max(1, len(self.rates) // LEAST_STEPS)].mean()
        return self.lowest / 10 if self.smoothed.min() < FALLEN * first else None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "suggestion": self.suggestion,
            "lowest": self.lowest,
            "steepest": self.steepest,
            "diverged": self.diverged,
            "rates": self.rates.tolist(),
            "losses": [value if math.isfinite(value) else None for value in self.losses.tolist()],
            "smoothed": self.smoothed.tolist(),
        }

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Draw the losses over the rates with matplotlib, the suggestion marked.

        Arguments:
            axes: where to; None: of a new figure
        """
        if axes is None:
            from matplotlib import pyplot

            _, axes = pyplot.subplots()
        axes.plot(self.rates, self.losses, ".", alpha=0.35)
        axes.plot(self.rates, self.smoothed)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda rate, _: short(rate))
        top, bottom = self.smoothed[0], min(self.smoothed.min(), self.losses.min())
        axes.set_ylim(
            bottom - 0.1 * abs(top - bottom), top + 0.5 * abs(top - bottom)
        )  # what diverged is outside
        axes.set_xlabel(text("report.learning_rate"))
        axes.set_ylabel(text("metric.loss"))
        if self.suggestion is not None:
            words = text("lr_find.suggested", lr=f"{self.suggestion:.2g}")
            axes.axvline(self.suggestion, linestyle="--", color="gray", label=words)
            axes.legend(frameon=False)
        return axes


def search(
    engine: Engine,
    optimizer: Optimizer,
    data: Prepared,
    augmentation: Augmentation | None,
    seed: int,
    lowest: float,
    highest: float,
    steps: int,
) -> LRSearch:
    """Train with the engine, over the batches of a training, each step with a larger rate than the one before.

    Arguments:
        engine: of which a copy takes the steps
        lowest, highest: the first and the last rate
        steps: how many there are

    Errors: ArgumentError for rates that are not 0 < lowest < highest, or fewer than ten steps; DivergenceError where
        the first loss is no number
    """
    require_in("(0, inf)", "lr_find", lowest=lowest, highest=highest)
    require(lowest < highest, "lr_find.rates", lowest=lowest, highest=highest)
    require(is_whole(steps, LEAST_STEPS), "lr_find.steps", least=LEAST_STEPS, value=repr(steps))
    engine = _copied(engine)
    engine.batch_size, engine.deferred = data.batch_size, False
    rates = lowest * (highest / lowest) ** (np.arange(steps) / (steps - 1))
    losses, average = list[float](), 0.0
    with engine.session():
        engine.upload()
        batches = _batches(engine, data, augmentation, seed)
        for t, (lr, (epoch, batch)) in enumerate(zip(rates.tolist(), batches, strict=False), start=1):
            try:
                done = epoch.take_step(batch, replace(optimizer, lr=lr))
            except DivergenceError:
                if not losses:
                    raise
                break
            losses.append(float(done.value))
            average = BETA * average + (1 - BETA) * losses[-1]
            if average / (1 - BETA**t) > losses[0] + (RISEN - 1) * abs(losses[0]):
                break
    return LRSearch(rates[: len(losses)], np.array(losses), diverged=len(losses) < steps)


def _copied(engine: Engine) -> Engine:
    """An engine of its own, with the state of this one."""
    engine.upload()
    gradient = engine.objective.network.gradient
    before = gradient.copy()
    copy = deepcopy(engine)
    gradient[...] = before  # to be copied, an engine brings its own
    return copy


def _batches(
    engine: Engine, data: Prepared, augmentation: Augmentation | None, seed: int
) -> Iterator[tuple[Epoch, Batch]]:
    """Epoch after epoch, without an end."""
    for number in count(1):
        epoch = Epoch(engine, engine.objective, data, number, seed, augmentation=augmentation, partial=None)
        for batch in epoch.batches():
            yield epoch, batch
