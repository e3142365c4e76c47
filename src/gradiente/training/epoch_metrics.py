"""The metrics of an epoch, accumulated over its steps."""

import math

import numpy as np

from gradiente.engines import Batch, Engine, StepResult, Steps
from gradiente.losses import Loss
from gradiente.training.prepared import Prepared
from gradiente.training.snapshot import PartialEpoch
from gradiente.training.targets import right

Array = np.ndarray
MOST_WAITING = 1_000_000  # numbers of predictions that are kept before they are counted


class EpochMetrics:
    """Loss, penalties and correct predictions over the instances of an epoch.

    Steps are counted many at a time: fetching a number makes a GPU wait. What they give is added up at the end of the
    epoch, so that the sum does not depend on when they were counted.
    """

    def __init__(self, engine: Engine, loss: Loss, data: Prepared, partial: PartialEpoch | None) -> None:
        self.engine = engine
        self.loss = loss
        self.data = data
        self._values = [np.empty(0) if partial is None else partial.values]
        self._penalties = [np.empty(0) if partial is None else partial.penalties]
        self._divisors = [np.empty(0) if partial is None else partial.divisors]
        self._correct = 0 if partial is None or not engine.group.is_global_zero else partial.correct
        self._waiting: list[tuple[Array, float, StepResult]] = []
        self._numbers = 0

    def add(self, batch: Batch, done: StepResult) -> None:
        """Count a step."""
        divisor = self.data.divisor(self.loss, batch.all_rows)
        self._waiting.append((batch.rows, divisor, done))  # not x and y, which may be large
        self._numbers += math.prod(done.prediction.shape)
        if self._numbers > MOST_WAITING:
            self._count()

    def add_steps(self, rows: Array, divisors: Array, done: Steps) -> None:
        """Count several steps.

        Arguments:
            rows: of all of them, one after the other
            divisors: of the loss, for each step
        """
        self._count()
        self._divisors.append(divisors)
        self._values.append(done.values)
        self._penalties.append(done.penalties)
        self._count_correct(done.prediction, rows)

    def _count_correct(self, prediction: Array, rows: Array) -> None:
        if self.data.train.classifies:
            self._correct += int(np.count_nonzero(right(self.data.train, self.loss, prediction, rows)))

    def _count(self) -> None:
        if not self._waiting:
            return
        rows, divisors, steps = zip(*self._waiting, strict=True)
        self._waiting, self._numbers = [], 0
        fetch = self.engine.data.fetch
        self._divisors.append(np.array(divisors, np.float64))
        self._values.append(fetch([step.value for step in steps]).astype(np.float64))
        self._penalties.append(fetch([step.penalty for step in steps]).astype(np.float64))
        self._count_correct(fetch([step.prediction for step in steps]), np.concatenate(rows))

    def steps(self) -> tuple[Array, Array, Array]:
        """J, the penalties' part of it and what the loss divided by, of every step so far."""
        self._count()
        values, penalties, divisors = map(np.concatenate, (self._values, self._penalties, self._divisors))
        return values, penalties, divisors

    def finite(self) -> bool:
        """Whether J was, at every step."""
        return bool(np.isfinite(self.steps()[0]).all())

    def correct(self) -> int:
        """The number of correctly classified instances, over all processes."""
        self._count()
        return int(self.engine.group.all_reduce(np.array([self._correct]))[0])

    def record(self) -> dict[str, float]:
        """The epoch's loss, over all instances of all processes; for a classifier its accuracy.

        A mean is that over all targets of the epoch, with the weights and without those that the loss ignores.
        """
        values, penalties, divisors = self.steps()
        whole = float(divisors.sum()) if self.loss.averages else 1.0
        record = {"loss": float(divisors @ values) / whole, "penalty": float(divisors @ penalties) / whole}
        if self.data.train.classifies:
            record["accuracy"] = self.correct() / len(self.data.indices)
        return record
