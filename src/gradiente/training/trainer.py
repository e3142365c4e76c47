"""The training loop."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np

from gradiente.clip import Clip
from gradiente.data import Augmentation, Dataset, augment_rows, batches, stratified_split
from gradiente.engines import REGISTRY as ENGINES
from gradiente.engines import Engine, Torch, TorchEngine
from gradiente.errors import ArgumentError, DivergenceError, FileError, ShapeError, did_you_mean, require
from gradiente.layers import Context
from gradiente.layers.base import written_shape
from gradiente.locale import text
from gradiente.losses import REGISTRY as LOSSES
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.notation import write
from gradiente.objective import Objective
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.penalties import Penalty
from gradiente.pytorch.metrics import TorchMetric
from gradiente.streams import Purpose, stream
from gradiente.training.callbacks import Best, Callback, TrainingState
from gradiente.training.checkpoint import load_checkpoint
from gradiente.training.divergence import diagnose
from gradiente.training.history import History, larger_is_better
from gradiente.training.interrupt import Interrupt, interruptible
from gradiente.training.measures import evaluate, measured
from gradiente.training.tally import Tally
from gradiente.training.targets import classes, targets

Array = np.ndarray
DEFAULT_BATCH_SIZE = 128


class Trainer:
    r"""Descends the gradient: batch after batch, epoch after epoch.

    Equation: θ := θ − α ∂J/∂θ over every batch, or what the optimizer makes of it;   J = loss + penalties

    Everything random is drawn from (seed, epoch): a training that was interrupted and taken up again ends with
    the same bits as one that was left alone.

    Arguments:
        network: whose parameters are learned, in place
        loss: what J measures
        optimizer: the rule
        callbacks: called in this order at every hook
        clip: a bound on the gradient
        penalties: what large weights cost, as terms of J
        augmentation: how the images of every batch are changed at random before they are learned from
        metrics: of torchmetrics, by their names: measured on validation data after every epoch, and by `evaluate`
        engine: who executes the steps: "numpy", "compiled", "torch", or Torch(…) with settings of its own
        seed: of the order of the instances, and of the layers that draw, ≥ 0
        monitor: the measure that says which epoch is best; None is "val_loss", or "loss" without validation

    Errors: ArgumentError for an unknown engine, or a seed below 0

    >>> from gradiente.data import load
    >>> from gradiente.layers import Linear, Sigmoid
    >>> from gradiente.losses import BCEWithLogitsLoss
    >>> from gradiente.optimizers import Adam
    >>> train, test = load("or")
    >>> trainer = Trainer(Network([Linear(2, 1)]), BCEWithLogitsLoss(), Adam(lr=0.1))
    >>> history = trainer.fit(train, epochs=100, batch_size=4)
    >>> trainer.evaluate(test)["accuracy"]
    1.0

    Source: the lecture, "Optimizadores"
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        *,
        callbacks: Sequence[Callback] = (),
        clip: Clip | None = None,
        penalties: Sequence[Penalty] = (),
        augmentation: Augmentation | None = None,
        metrics: Sequence[str] = (),
        engine: str | Torch = "numpy",
        seed: int = 0,
        monitor: str | None = None,
    ) -> None:
        require(seed >= 0, "load.seed", value=seed)
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.clip = clip or Clip()
        known = isinstance(penalties, Sequence) and all(isinstance(entry, Penalty) for entry in penalties)
        require(known, "trainer.penalties", value=repr(penalties))
        require(
            isinstance(augmentation, Augmentation | None), "trainer.augmentation", value=repr(augmentation)
        )
        self.penalties = tuple(penalties)
        self.augmentation = augmentation
        named = not isinstance(metrics, str) and all(isinstance(metric, str) for metric in metrics)
        require(named, "trainer.metrics", value=repr(metrics))
        self.metrics = [TorchMetric.parse(metric) for metric in metrics]
        self.engine = self._make_engine(engine)
        self.callbacks = [
            entry for entry in callbacks if entry.everywhere or self.engine.group.is_global_zero
        ]
        self.seed = seed
        self.monitor = monitor
        self.stopped: str | None = None

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def fit(
        self,
        train: Dataset,
        *,
        validation: float | Dataset | None = None,
        epochs: int = 10,
        batch_size: int | Literal["all"] | None = None,
        resume: str | Path | None = None,
    ) -> History:
        """Train until `epochs` epochs are done, or a callback says stop, or Ctrl-C.

        Arguments:
            train: what is learned from
            validation: the fraction of `train` to hold out, in (0, 1), or a data set of its own
            epochs: ≥ 0, counted from the beginning also where the training is taken up again
            batch_size: 1 is stochastic descent, "all" batch descent, between them mini-batch; None: 128, or all
                where there are fewer instances
            resume: the checkpoint to go on from

        Errors: ArgumentError for a number out of range, for nothing that learns, or for an augmentation of what
            are no images; FileError for a checkpoint of another training; DivergenceError, with a diagnosis,
            where the loss becomes NaN or infinite
        """
        require(isinstance(epochs, int) and epochs >= 0, "trainer.epochs", value=epochs)
        require(bool(self.network.learning), "trainer.no_parameters")
        indices, held_out = self._split(train, validation)
        size = _batch_size(batch_size, len(indices))
        batches(indices, size)
        count = self.engine.group.world_size
        require(size >= count, "trainer.processes", size=size, count=count)
        for metric in self.metrics:
            metric.check(task=train.task, outputs=train.outputs)
        self._try_smallest_batch(train, len(indices) % size or size)
        y = targets(train, self.loss, self._outputs(train))
        y_held_out = None if held_out is None else targets(held_out, self.loss, self._outputs(held_out))
        state = self._begin(train, epochs, size, len(indices), held_out is not None)
        self.engine.upload()
        if resume is not None:
            self._resume(state, resume)
        state.last_epoch = self.engine.state()
        with interruptible() as interrupt, self.engine.session():
            self._call("fit_begin", state)
            try:
                while state.epoch < epochs and state.stop is None:
                    self._call("epoch_begin", state)
                    self.engine.upload()  # a callback may have changed the network
                    record = self._epoch(state, train, y, indices, size, interrupt)
                    if record is None:
                        self.engine.load_state(state.last_epoch)
                        state.stop = text("stop.interrupted", epoch=state.epoch)
                        break
                    if held_out is not None and y_held_out is not None:
                        record |= self._validate(state, held_out, y_held_out)
                    self._finish_epoch(state, record)
                    self._call("epoch_end", state)
                    state.stop = self.engine.group.on_global_zero(lambda: state.stop)
            except DivergenceError:
                self.engine.load_state(state.last_epoch)
                raise
            finally:
                self._call("fit_end", state)
        self.engine.upload()  # a callback may have gone back to the best epoch
        self.stopped = state.stop
        return state.history

    def evaluate(self, dataset: Dataset) -> dict[str, float]:
        """The loss and every metric of the task on a data set."""
        prediction = self.predict(dataset.x)
        return evaluate(prediction, dataset, self.loss, self.metrics)

    def predict(self, x: Array) -> Array:
        """The output of the network, as it is now, for any number of instances."""
        with self.engine.session():
            self.engine.upload()
            return self.engine.predict(x)

    def _epoch(
        self,
        state: TrainingState,
        train: Dataset,
        y: Array,
        indices: Array,
        batch_size: int,
        interrupt: Interrupt,
    ) -> dict[str, Any] | None:
        """One pass over the training data; returns its record, or None where it was interrupted."""
        started = time.perf_counter()
        engine, epoch = self.engine, state.epoch + 1
        generator = stream(Purpose.LAYERS, self.seed, epoch)
        context = Context(training=True, generator=generator)
        tally = Tally(engine, self.loss, train)
        order = batches(indices, batch_size, stream(Purpose.ORDER, self.seed, epoch))
        for step, batch in enumerate(engine.data.batches(train.x, y, order, self._change(train, epoch))):
            if self._agree(interrupt.requested, step):
                return None
            for callback in self.callbacks:
                callback.step_begin(state, step)
            before = generator.bit_generator.state
            done = engine.step(batch.x, batch.y, context, state.optimizer, instances=len(batch.whole))
            if not engine.deferred and not math.isfinite(done.value):
                generator.bit_generator.state = before
                self._diverged(state, train.x[batch.whole], context, step, done.value, done.penalty)
            tally.add(batch, done)
        record = {"epoch": epoch, "lr": state.optimizer.lr, **tally.record()}
        if engine.deferred and not math.isfinite(record["loss"]):
            engine.deferred = False  # the same steps once more, each looked at before it changes anything
            engine.load_state(state.last_epoch)  # pyright: ignore[reportArgumentType]
            return self._epoch(state, train, y, indices, batch_size, interrupt)
        engine.download()
        if not np.isfinite(self.network.theta).all():
            # The epoch's last update overflowed, and no loss of this epoch met it.
            self._diverged(state, train.x[:1], context, state.steps_per_epoch - 1, math.nan)
        if not self.penalties:
            del record["penalty"]
        gradients = self.network.learning_gradients()
        norms = {name: float(np.linalg.norm(gradient)) for name, gradient in gradients.items()}
        return {**record, "seconds": time.perf_counter() - started, "gradient_norms": norms}

    def _agree(self, wish: bool, step: int) -> bool:
        """Whether any process wishes to stop, asked every few steps."""
        group = self.engine.group
        if group.world_size == 1:
            return wish
        return step % 16 == 0 and bool(group.all_reduce(np.array([int(wish)]))[0])

    def _change(self, train: Dataset, epoch: int) -> Callable[[Array], Array] | None:
        """What augments the batches of an epoch, drawn from (seed, epoch), and for each process by itself."""
        augmentation, rank = self.augmentation, self.engine.group.rank
        if augmentation is None:
            return None
        generator = stream(Purpose.AUGMENTATION, self.seed, epoch, rank)
        return lambda x: augment_rows(x, train.image_shape, augmentation, generator)

    def _diverged(
        self, state: TrainingState, x: Array, context: Context, step: int, value: float, penalty: float = 0.0
    ) -> NoReturn:
        """Stop with the diagnosis, made by the closed forms on the network as it is."""
        self.engine.download()
        place = {"epoch": state.epoch + 1, "step": step + 1, "lr": state.optimizer.lr}
        raise diagnose(self.network, x, context, value=value, penalty=penalty, **place)

    def _validate(self, state: TrainingState, held_out: Dataset, y: Array) -> dict[str, float]:
        """What is worth measuring after every epoch on data that are not learned from."""
        prediction = self.engine.predict(held_out.x)
        value = self.loss.value(prediction, y)
        if not math.isfinite(value):
            self._diverged(state, held_out.x, Context(), state.steps_per_epoch - 1, value)
        measures = {"val_loss": value}
        if held_out.task == "classification":
            measures["val_accuracy"] = float(np.mean(classes(self.loss, prediction) == held_out.y))
        for name, number in measured(prediction, held_out, self.loss, self.metrics).items():
            if isinstance(number, float):  # a curve or a matrix of every epoch is not a course
                measures[f"val_{name}"] = number
        return measures

    def _begin(
        self, train: Dataset, epochs: int, batch_size: int, instances: int, validated: bool
    ) -> TrainingState:
        measured = ["loss", "accuracy"] if train.task == "classification" else ["loss"]
        measured += [f"val_{name}" for name in measured] if validated else []
        monitor = self.monitor or ("val_loss" if validated else "loss")
        require(monitor in measured, "trainer.monitor", monitor=monitor, known=", ".join(measured))
        return TrainingState(
            network=self.network,
            loss=self.loss,
            base_optimizer=self.optimizer,
            optimizer=self.optimizer,
            engine=self.engine,
            epochs=epochs,
            steps_per_epoch=-(-instances // batch_size),
            monitor=monitor,
            settings={
                "loss": _written(self.loss, LOSSES),
                "optimizer": _written(self.optimizer, OPTIMIZERS),
                "batch_size": batch_size,
                "seed": self.seed,
                "monitor": monitor,
                "clip": repr(self.clip),
                "penalties": [_written(penalty, PENALTIES) for penalty in self.penalties],
                "augmentation": repr(self.augmentation),
                "instances": instances,
            },
        )

    def _resume(self, state: TrainingState, path: str | Path) -> None:
        saved = self.engine.group.on_global_zero(lambda: load_checkpoint(path))
        if saved.form != self.network.to_dict():
            raise FileError("checkpoint.other_network", path=path)
        for name, value in state.settings.items():
            if saved.settings.get(name) != value:
                raise FileError(
                    "checkpoint.other_setting",
                    path=path,
                    name=name,
                    saved=saved.settings.get(name),
                    now=value,
                )
        self.engine.load_state(saved.state)
        state.history, state.best = saved.history, saved.best

    def _finish_epoch(self, state: TrainingState, record: dict[str, Any]) -> None:
        state.history.records.append(record)
        state.last_epoch = self.engine.state()
        value = record[state.monitor]
        if state.best is None or (
            value > state.best.value if larger_is_better(state.monitor) else value < state.best.value
        ):
            state.best = Best(record["epoch"], value, state.last_epoch.theta, state.last_epoch.buffers)

    def _split(self, train: Dataset, validation: float | Dataset | None) -> tuple[Array, Dataset | None]:
        if isinstance(validation, Dataset) or validation is None:
            return np.arange(len(train)), validation
        kept, held_out = stratified_split(train.y, validation, self.seed)
        return kept, train.subset(held_out)

    def _try_smallest_batch(self, train: Dataset, instances: int) -> None:
        """What a training cannot do with its data is said before it begins, not at the end of an epoch."""
        generator = stream(Purpose.LAYERS, self.seed)
        x = train.x[:1]
        if self.augmentation is not None:
            x = augment_rows(x, train.image_shape, self.augmentation, generator)
        if instances == 1:
            self.network.forward(x, Context(training=True, generator=generator))

    def _outputs(self, train: Dataset) -> int:
        """How many outputs the network has, found with one instance: so a wrong shape is said before training."""
        shape = self.network.forward(train.x[:1])[0].shape
        if len(shape) != 2:
            raise ShapeError("trainer.output", shape=written_shape(("batch", *shape[1:])))
        return shape[1]

    def _make_engine(self, engine: str | Torch) -> Engine:
        objective = Objective(self.network, self.loss, self.penalties, self.clip)
        if isinstance(engine, Torch):
            return TorchEngine(objective, self.optimizer, settings=engine)
        if engine not in ENGINES:
            raise ArgumentError("engine.unknown", engine=engine, hint=did_you_mean(str(engine), ENGINES))
        return ENGINES[engine](objective, self.optimizer)

    def _call(self, hook: str, state: TrainingState) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(state)


def _written(value: object, registry: Mapping[str, type]) -> str:
    """The notation of what is registered; a loss or a rule of one's own has its repr."""
    return write(value, registry) if type(value) in registry.values() else repr(value)


def _batch_size(asked: int | Literal["all"] | None, instances: int) -> int:
    if asked is None:
        return min(DEFAULT_BATCH_SIZE, instances)
    return instances if asked == "all" else asked
