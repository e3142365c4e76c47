"""What the steps of an epoch add up to."""

import math

import numpy as np

from gradiente.data import Dataset
from gradiente.engines import Batch, Engine, StepResult
from gradiente.losses import Loss
from gradiente.training.targets import classes

MOST_WAITING = 1_000_000  # numbers of predictions that are kept before they are counted


class Tally:
    """Loss, penalties and hits over the instances of an epoch.

    Steps are counted many at a time: asking for a number makes a GPU wait.
    """

    def __init__(self, engine: Engine, loss: Loss, train: Dataset) -> None:
        self.engine = engine
        self.loss = loss
        self.train = train
        self.total = self.penalty = 0.0
        self.seen = self.hits = 0
        self._waiting: list[tuple[np.ndarray, int, StepResult]] = []
        self._numbers = 0

    def add(self, batch: Batch, done: StepResult) -> None:
        """Count a step."""
        self._waiting.append((batch.rows, len(batch.whole), done))  # not x and y, which may be large
        self._numbers += math.prod(done.prediction.shape)
        if self._numbers > MOST_WAITING:
            self.count()

    def count(self) -> None:
        """Count what waits."""
        if not self._waiting:
            return
        rows, counts, steps = zip(*self._waiting, strict=True)
        self._waiting, self._numbers = [], 0
        instances = np.array(counts)
        shares = instances if self.loss.reduction == "mean" else np.ones_like(instances)
        self.total += float(shares @ self.engine.data.fetch([step.value for step in steps]))
        self.penalty += float(shares @ self.engine.data.fetch([step.penalty for step in steps]))
        self.seen += int(instances.sum())
        if self.train.task == "classification":
            said = classes(self.loss, self.engine.data.fetch([step.prediction for step in steps]))
            self.hits += int(np.count_nonzero(said == self.train.y[np.concatenate(rows)]))

    def record(self) -> dict[str, float]:
        """The epoch's loss, over all instances of all processes; for a classifier its accuracy."""
        self.count()
        count = self.seen if self.loss.reduction == "mean" else 1
        record = {"loss": self.total / count, "penalty": self.penalty / count}
        if self.train.task == "classification":
            record["accuracy"] = int(self.engine.group.all_reduce(np.array([self.hits]))[0]) / self.seen
        return record
