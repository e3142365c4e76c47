"""An epoch in progress: its batches, its random generators, and its metrics so far."""

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from gradiente.data import Augmentation, augment_rows, batches
from gradiente.engines import Batch, Engine, StepResult
from gradiente.errors import DivergenceError, FileError
from gradiente.layers import Context
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.pytorch.metrics import TorchMetric
from gradiente.streams import Purpose, stream
from gradiente.training.divergence import diagnose
from gradiente.training.epoch_metrics import EpochMetrics
from gradiente.training.measures import validation_measures
from gradiente.training.prepared import Prepared
from gradiente.training.snapshot import PartialEpoch

Array = np.ndarray


class Epoch:
    """One pass over the training data, from its start or from where it was interrupted.

    Arguments:
        number: counted from 1; 0 is what lies outside of epochs
        partial: where it was interrupted
    """

    def __init__(
        self,
        engine: Engine,
        objective: Objective,
        data: Prepared,
        number: int,
        seed: int,
        *,
        augmentation: Augmentation | None,
        partial: PartialEpoch | None,
    ) -> None:
        self.engine = engine
        self.objective = objective
        self.data = data
        self.number = number
        self.seed = seed
        self.augmentation = augmentation
        self.layers = stream(Purpose.LAYERS, seed, number)
        self.context = Context(training=True, generator=self.layers)
        self.metrics_so_far = EpochMetrics(engine, objective.loss, data, partial)
        self.step = 0
        self._started = time.perf_counter()
        if partial is not None:
            self._resume(partial)

    @cached_property
    def augmenting(self) -> "np.random.Generator":
        """What the augmentation draws from, for each process another."""
        return stream(Purpose.AUGMENTATION, self.seed, self.number, self.engine.group.rank)

    def set_dropout(self, factor: float) -> None:
        """Of every dropout's p, in the steps from now on."""
        self.context = replace(self.context, dropout=factor)

    def batches(self, order: Iterable[Array] | None = None) -> Iterator[Batch]:
        """The remaining batches of the epoch; or those of the given row numbers."""
        if order is None:
            order = self.rows()[self.step :]
        change = None if self.augmentation is None else self._augmented
        return self.engine.data.batches(self.data.train.x, self.data.y, order, change, self.data.weights)

    def rows(self) -> list[Array]:
        """The rows of all batches of the epoch."""
        generator = stream(Purpose.ORDER, self.seed, self.number)
        return list(batches(self.data.indices, self.data.batch_size, generator))

    def take_steps(self, rows: Sequence[Array], optimizer: Optimizer) -> bool:
        """Several steps at once, on batches of these rows, or some of them; False where the engine takes single ones.

        Errors: as of `take_step`
        """
        x, y, weights = self.data.train.x, self.data.y, self.data.weights
        divisors = [self.data.divisor(self.objective.loss, each) for each in rows]
        done = self.engine.steps(x, y, rows, self.context, optimizer, divisors, weights)
        if done is None:
            return False
        taken = done.taken
        self.step += taken
        if taken:
            bounds = sum(map(len, rows[:taken]))
            done = done._replace(
                values=done.values[:taken],
                penalties=done.penalties[:taken],
                prediction=done.prediction[:bounds],
            )
            self.metrics_so_far.add_steps(np.concatenate(rows[:taken]), np.array(divisors[:taken]), done)
        else:  # the first one failed: by itself it says why
            self.take_step(next(self.batches([rows[0]])), optimizer)
        return True

    def take_step(self, batch: Batch, optimizer: Optimizer) -> StepResult:
        """One step on a batch.

        Errors: unless the engine is `deferred`, DivergenceError where J is not finite, DataError where no target counts
        """
        before = self.layers.bit_generator.state
        divisor = self.data.divisor(self.objective.loss, batch.all_rows)
        done = self.engine.step(
            batch.x, batch.y, self.context, optimizer, divisor=divisor, weights=batch.weights
        )
        if not self.engine.deferred and not math.isfinite(done.value):
            self.objective.loss.require_counted(self.data.y[batch.all_rows])
            self.layers.bit_generator.state = before
            x = self.data.train.x[batch.all_rows]
            raise self._divergence(x, self.context, optimizer, done.value, penalty=done.penalty)
        self.step += 1
        return done

    def record(self, optimizer: Optimizer) -> dict[str, Any]:
        """The metrics of the epoch, and the norms of the last step's gradients.

        Errors: DivergenceError where the last update overflowed
        """
        network = self.objective.network
        self.engine.download()
        if not np.isfinite(network.theta).all():  # no loss of this epoch met it
            raise self._divergence(self.data.train.x[:2], self.context, optimizer, math.nan)
        record = {"epoch": self.number, "lr": optimizer.lr, **self.metrics_so_far.record()}
        if not self.objective.penalties:
            del record["penalty"]
        gradients = network.trainable_gradients()
        norms = {name: float(np.linalg.norm(gradient)) for name, gradient in gradients.items()}
        return {**record, "seconds": self._seconds, "gradient_norms": norms}

    def validate(self, optimizer: Optimizer, metrics: Sequence[TorchMetric]) -> dict[str, float]:
        """The metrics on the validation data.

        Errors: DivergenceError where their loss is not finite; DataError where no target counts
        """
        data, loss = self.data, self.objective.loss
        if data.held_out is None or data.y_held_out is None:
            return {}
        prediction = self.engine.predict(data.held_out.x)
        value = loss.value(prediction, data.y_held_out, data.weights_held_out)
        if not math.isfinite(value):
            loss.require_counted(data.y_held_out, data.weights_held_out)
            raise self._divergence(data.held_out.x, Context(), optimizer, value)
        return {"val_loss": value, **validation_measures(prediction, data.held_out, loss, metrics)}

    def partial(self) -> PartialEpoch:
        """Where it is."""
        own = self.engine.generator_state(self.layers)
        generators: dict[str, Any] = {
            "layers": self.layers.bit_generator.state,
            "augmentation": self.augmenting.bit_generator.state,
            "engine": None if own is None else own.tobytes().hex(),
        }
        values, penalties, divisors = self.metrics_so_far.steps()
        return PartialEpoch(
            step=self.step,
            seconds=self._seconds,
            values=values,
            penalties=penalties,
            divisors=divisors,
            correct=self.metrics_so_far.correct(),
            generators=self.engine.group.all_gather(generators),
        )

    @property
    def _seconds(self) -> float:
        return time.perf_counter() - self._started

    def _divergence(
        self, x: Array, context: Context, optimizer: Optimizer, value: float, *, penalty: float = 0.0
    ) -> DivergenceError:
        """The diagnosis, made by the closed forms on the network as it is."""
        self.engine.download()
        step = min(self.step + 1, self.data.steps_per_epoch)
        place = {"epoch": self.number, "step": step, "lr": optimizer.lr}
        return diagnose(self.objective.network, x, context, value=value, penalty=penalty, **place)

    def _resume(self, partial: PartialEpoch) -> None:
        self.step = partial.step
        self._started -= partial.seconds
        rank = self.engine.group.rank
        if rank >= len(partial.generators):  # of more processes than there were
            self.layers.bit_generator.state = partial.generators[0]["layers"]
            return
        generators = partial.generators[rank]
        self.layers.bit_generator.state = generators["layers"]
        self.augmenting.bit_generator.state = generators["augmentation"]
        if (own := generators["engine"]) is not None:
            state = np.frombuffer(bytes.fromhex(own), np.uint8).copy()
            try:
                self.engine.load_generator_state(self.layers, state)
            except RuntimeError as error:  # PyTorch's, for a state that is none
                raise FileError("checkpoint.generators") from error

    def _augmented(self, x: Array) -> Array:
        assert self.augmentation is not None
        return augment_rows(x, self.data.train.image_shape, self.augmentation, self.augmenting)
