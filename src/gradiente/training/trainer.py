"""The training loop."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gradiente.averages import Average
from gradiente.batch import require_no_nan
from gradiente.clip import Clip
from gradiente.data import Augmentation, Dataset
from gradiente.engines import StepResult, Torch, make_engine
from gradiente.errors import ArgumentError, DivergenceError, is_whole, require
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.penalties import Penalty
from gradiente.pytorch.metrics import TorchMetric
from gradiente.training.arguments import check_arguments, remark_on
from gradiente.training.arrays import as_dataset
from gradiente.training.beginning import begin
from gradiente.training.blocks import Blocks
from gradiente.training.callbacks import Callback, TrainingState
from gradiente.training.control import Control
from gradiente.training.diagnosed import subject_of
from gradiente.training.epoch import Epoch
from gradiente.training.history import History
from gradiente.training.interrupt import interruptible
from gradiente.training.live import Live
from gradiente.training.lr_search import HIGHEST, LOWEST, STEPS, LRSearch, search
from gradiente.training.measures import evaluate
from gradiente.training.prepared import Prepared, prepare
from gradiente.training.snapshot import PartialEpoch, Snapshot
from gradiente.training.stopping import Requested, Stop

Array = np.ndarray


class Trainer:
    r"""Trains a network by gradient descent, batch by batch, epoch by epoch.

    Equation: θ := θ − α ∂J/∂θ over every batch, or what the optimizer makes of it;   J = loss + penalties

    Everything random depends on (seed, epoch): a run that is stopped at any step and resumed is
    bit-identical to one never interrupted. `stop`, `pause`, `resume` and `snapshot` may be called from another
    thread, or from a callback, while `fit` runs; they act between two steps.

    Arguments:
        network: to train, in place
        loss: the main term of J
        optimizer: the update rule
        lr_factors: factors of the learning rate by the index of a layer, as in Network.freeze: with {0: 0.1} the first
            layer learns at a tenth, also of what a schedule sets; a Residual is one layer. A key may be the name of one
            parameter: {"0.bias": 0.1}
        weight_decay_on: what the optimizer's weight_decay shrinks: "all", or "weights": no biases, no normalizations
        callbacks: called in this order at every hook
        clip: gradient clipping
        penalties: on the weights, as terms of J
        augmentation: of the images of every training batch
        average: of the parameters: what is validated, kept as the best, and left in the network by `fit`
        metrics: of torchmetrics, by their names: measured on validation data after every epoch, and by `evaluate`
        engine: what executes the steps: "numpy", "compiled", "torch", or Torch(…) with settings of its own
        seed: of the order of the instances, and of the layers that draw, ≥ 0
        monitor: the measure that decides which epoch is best; None is "val_loss", or "loss" without validation

    Errors: ArgumentError for an unknown engine, a seed below 0, or a factor that is negative, not finite, or of a layer
        that is not there or has no parameters

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
        lr_factors: Mapping[int | str, float] | None = None,
        weight_decay_on: str = "all",
        callbacks: Sequence[Callback] = (),
        clip: Clip | None = None,
        penalties: Sequence[Penalty] = (),
        augmentation: Augmentation | None = None,
        average: Average | None = None,
        metrics: Sequence[str] = (),
        engine: str | Torch = "numpy",
        seed: int = 0,
        monitor: str | None = None,
    ) -> None:
        check_arguments(callbacks, penalties, augmentation, average, metrics, seed)
        remark_on(network, loss)
        self.network = network
        self.loss = loss
        self.objective = Objective(network, loss, tuple(penalties), clip or Clip())
        self.optimizer = optimizer
        self.augmentation, self.average = augmentation, average
        self.metrics = [TorchMetric.parse(metric) for metric in metrics]
        groups = ParameterGroups.of(network, lr_factors, weight_decay_on)
        self.engine = make_engine(engine, self.objective, optimizer, groups)
        zero = self.engine.group.is_global_zero
        self.callbacks = [entry for entry in callbacks if entry.everywhere or zero]
        self.seed = seed
        self.monitor = monitor
        self.stopped: Stop | None = None
        self.last: Snapshot | None = None
        self._control: Control | None = None
        self._outside: Epoch | None = None  # of what partial_fit draws
        self._blocks = Blocks(
            self.engine,
            self.objective,
            self.callbacks,
            measured=bool(self.metrics),
            augmented=augmentation is not None,
        )

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def fit(
        self,
        train: Dataset | Any,
        y: Any = None,
        *,
        validation: float | Dataset | tuple[Any, Any] | None = None,
        epochs: int = 10,
        batch_size: int | Literal["all"] | None = None,
        max_steps: int | None = None,
        resume: Snapshot | str | Path | None = None,
    ) -> History:
        """Train for `epochs` epochs, or until `max_steps`, a callback, `stop`, Ctrl-C or SIGTERM stops it.

        Without `resume` this is a new training run, from the network's current parameters, with epochs counted
        from 1. To train for more epochs, resume: fit(…, epochs=5) and fit(…, epochs=10, resume=trainer.last) are
        bit-identical to fit(…, epochs=10).

        Arguments:
            train, y: the training data; or arrays, X and y: whole numbers are classes where the loss is of classes
            validation: the fraction of `train` to hold out, in (0, 1), or data of its own, also as (X, y)
            epochs: the total number, ≥ 0, including those before resuming
            batch_size: 1 is stochastic, "all" batch, and between them mini-batch gradient descent; None: 128, or all
                where there are fewer instances
            max_steps: the total number of steps, including those before resuming, after which training stops, in the
                middle of an epoch too; None: all of the epochs
            resume: the snapshot, or the checkpoint, to resume

        Errors: ArgumentError for a number out of range, for nothing that learns, or for an augmentation of what
            are no images; ShapeError for weights of the loss that do not fit the network; DataError for a batch of
            which the loss ignores every target; FileError for a checkpoint of another training; DivergenceError,
            with a diagnosis, where the loss becomes NaN or infinite
        """
        require(is_whole(epochs, 0), "trainer.epochs", value=repr(epochs))
        train = as_dataset(train, y, self.loss)
        if isinstance(validation, tuple):
            validation = as_dataset(*validation, self.loss, like=train)
        data = self.prepare(train, validation, batch_size)
        return self.fit_prepared(data, epochs=epochs, max_steps=max_steps, resume=resume)

    def prepare(
        self, train: Dataset, validation: float | Dataset | None, batch_size: int | Literal["all"] | None
    ) -> Prepared:
        """The data of `fit`, checked and split: what `fit_prepared` trains on, as often as it is called.

        Errors: as of `fit`
        """
        require(bool(self.network.trainable), "trainer.no_parameters")
        for metric in self.metrics:
            metric.check(task=train.task, outputs=train.outputs)
        return prepare(
            self.network,
            self.loss,
            train,
            validation,
            batch_size,
            augmentation=self.augmentation,
            seed=self.seed,
            processes=self.engine.group.world_size,
        )

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def fit_prepared(
        self,
        data: Prepared,
        *,
        epochs: int,
        max_steps: int | None = None,
        resume: Snapshot | str | Path | None = None,
    ) -> History:
        """`fit`, on data that `prepare` has prepared.

        Errors: as of `fit`
        """
        self.engine.batch_size = data.batch_size
        state = begin(
            self.engine,
            self.objective,
            self.optimizer,
            self.augmentation,
            data,
            average=self.average,
            seed=self.seed,
            monitor=self.monitor,
            epochs=epochs,
            max_steps=max_steps,
            resume=resume,
        )
        initial = state.snapshot.state.theta if resume is None else None
        with self.engine.session(), self._controlled(state) as control:
            self._call("fit_begin", state)
            try:
                while state.steps_left > 0 and state.stop is None:
                    if state.snapshot.partial is None:
                        self._call("epoch_begin", state)
                    self.engine.upload()  # a callback may have changed the network
                    if not self._blocks.repeated(state, data):
                        record = self._epoch(state, data, control)
                        if record is None:
                            break
                        state.finish_epoch(record)
                    self._call("epoch_end", state)
                    control.between_steps(done=state.epoch == epochs)
            except DivergenceError:
                self._go_back(state)
                raise
            finally:
                state.current, self.last = None, state.snapshot
                if state.averaging is not None:
                    state.averaging.finish()
                self._call("fit_end", state)
        self.engine.upload()  # a callback may have gone back to the best epoch
        self.stopped = state.stop
        newest = state.snapshot.average or state.snapshot.state
        state.history.subject = subject_of(
            self.objective,
            self.optimizer,
            data,
            self.network,
            initial=initial,
            last=newest.theta,
            steps=state.steps,
        )
        return state.history

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def partial_fit(self, batch: Dataset | Any, y: Any = None) -> StepResult:
        """One step on one batch, all of a data set: J before the update, the penalties' part of it, the output.

        It is not part of an epoch or a fit: callbacks are not called, and random numbers continue from call to call.

        Errors: as of `fit`
        """
        data, engine = self.prepare(as_dataset(batch, y, self.loss), None, "all"), self.engine
        if self._outside is None:
            self._outside = self._new_epoch(data, 0, None)
        epoch, deferred = self._outside, engine.deferred
        epoch.data, engine.deferred = data, False
        try:
            with engine.session():
                engine.upload()
                done = epoch.take_step(next(epoch.batches([data.indices])), self.optimizer)
                engine.download()
        finally:
            engine.deferred = deferred
        return done

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def lr_find(
        self,
        train: Dataset,
        *,
        validation: float | Dataset | None = None,
        batch_size: int | Literal["all"] | None = None,
        lowest: float = LOWEST,
        highest: float = HIGHEST,
        steps: int = STEPS,
    ) -> LRSearch:
        """Search for a learning rate by steps whose rate grows exponentially, on a copy: here nothing changes.

        Arguments:
            train, validation, batch_size: as of `fit`
            lowest, highest: the first and the last rate
            steps: how many there are at most

        Errors: as of `fit`; ArgumentError for rates that are not 0 < lowest < highest, or fewer than ten steps
        """
        data, rates = self.prepare(train, validation, batch_size), (lowest, highest, steps)
        return search(self.engine, self.optimizer, data, self.augmentation, self.seed, *rates)

    def stop(self, reason: str = "") -> None:
        """Stop training after the current step; nothing is lost, and `last` resumes it.

        Arguments:
            reason: shown to the user
        """
        if (control := self._control) is not None:
            control.stop(Requested(reason))

    def pause(self) -> None:
        """Pause training after the current step, until `resume` or `stop`."""
        if (control := self._control) is not None:
            control.pause(True)

    def resume(self) -> None:
        """Continue a paused training run."""
        if (control := self._control) is not None:
            control.pause(False)

    def snapshot(self) -> Snapshot:
        """A snapshot of the training run in progress, which `fit` can resume; otherwise of the last one's end.

        Errors: ArgumentError before the first fit
        """
        if (control := self._control) is not None:
            return control.snapshot()
        if self.last is None:
            raise ArgumentError("trainer.no_snapshot")
        return self.last

    def live(self) -> None:
        """Show the curves of loss and accuracy here, in a notebook; the next calls of `fit` draw them as they train."""
        if self.engine.group.is_global_zero:
            others = [entry for entry in self.callbacks if not isinstance(entry, Live)]
            self.callbacks[:] = [*others, Live()]

    def evaluate(self, dataset: Dataset | Any, y: Any = None) -> dict[str, float]:
        """The loss and every metric of the task on data, as `fit` takes them; one that is not defined warns."""
        dataset = as_dataset(dataset, y, self.loss)
        return evaluate(self.predict(dataset.x), dataset, self.loss, self.metrics)

    def predict(self, x: Array) -> Array:
        """The output of the network, as it is now, for any number of instances; DataError for NaN among them."""
        with self.engine.session():
            self.engine.upload()
            return require_no_nan(x, self.engine.predict(x))

    def _epoch(self, state: TrainingState, data: Prepared, control: Control) -> dict[str, Any] | None:
        """One pass over the training data, or the rest of one; returns its record, or None where it was stopped."""
        epoch = state.current = self._new_epoch(data, state.epoch + 1, state.snapshot.partial)
        stopped = self._blocks.take(epoch, state, control)
        if self.engine.deferred and not epoch.metrics_so_far.finite():
            # The same steps once more, each looked at before it changes anything.
            self.engine.deferred = False
            self._go_back(state)
            state.stop = None
            return self._epoch(state, data, control)
        if stopped:
            state.snapshot = state.take_snapshot()
            return None
        record = epoch.record(state.optimizer)
        if state.averaging is None:
            return record | epoch.validate(state.optimizer, self.metrics)
        state.averaging.epoch_end(epoch.number)
        with state.averaging.applied():
            return record | epoch.validate(state.optimizer, self.metrics)

    def _go_back(self, state: TrainingState) -> None:
        """To the last snapshot."""
        self.engine.load_state(state.snapshot.state)
        if state.averaging is not None:
            state.averaging.load(state.snapshot.average)

    def _new_epoch(self, data: Prepared, number: int, partial: PartialEpoch | None) -> Epoch:
        return Epoch(
            self.engine,
            self.objective,
            data,
            number,
            self.seed,
            augmentation=self.augmentation,
            partial=partial,
        )

    @contextmanager
    def _controlled(self, state: TrainingState) -> Iterator[Control]:
        """Context manager: during training, handle requests and signals."""
        with interruptible() as interrupt:
            self._control = Control(state, interrupt)
            try:
                yield self._control
            finally:
                self._control.close()
                self._control = None

    def _call(self, hook: str, state: TrainingState) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(state)
