"""What both estimators share: their training, of which the task is the rest."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from warnings import warn

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from gradiente.data import Dataset, Encoder
from gradiente.data.frame import is_frame
from gradiente.errors import DataError, require, require_one_of, require_whole
from gradiente.export import export
from gradiente.export.subject import Subject
from gradiente.locale import text
from gradiente.optimizers import Optimizer
from gradiente.sklearn.inputs import read, read_training
from gradiente.sklearn.plan import (
    batch_size_of,
    given_loss,
    network_of,
    optimizer_of,
    penalties_of,
    schedule_of,
)
from gradiente.training import Callback, EarlyStopping, History, Progress, Scheduler, Trainer, TrainingState
from gradiente.training.callbacks import scheduled
from gradiente.training.run import DataDescription
from gradiente.training.targets import default_loss

Array = np.ndarray
_MISSING = ("error", "median", "mean", "indicator")


class MLP(BaseEstimator):
    """A network of Linear layers as an estimator of scikit-learn: the parameters, training, and how inputs are read."""

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        optimizer: Any = None,
        loss: Any = None,
        layers: Any = None,
        schedule: Any = None,
        penalty: Any = None,
        standardize: bool = True,
        missing: str = "error",
        engine: Any = "numpy",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.optimizer = optimizer
        self.loss = loss
        self.layers = layers
        self.schedule = schedule
        self.penalty = penalty
        self.standardize = standardize
        self.missing = missing
        self.engine = engine

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network on rows X with their targets y; with `warm_start`, from where it is.

        Arguments:
            sample_weight: how much each row counts in the loss, J = Σ w L / Σ w; a row of 0 is left out, and the
                encoder counts every other row once

        Errors: ValueError for data or parameters that do not fit; DivergenceError where the loss is no longer finite
        """
        first = not (self.warm_start and hasattr(self, "network_"))
        train, held_out = self._prepared(X, y, sample_weight, first=first, least=2), None
        if self.early_stopping:
            kept, others = train.hold_out(self.validation_fraction, self._seed)
            train, held_out = train.subset(kept), train.subset(others)
        patience = EarlyStopping(
            patience=self.n_iter_no_change, min_delta=self.tol, restore_best=self.early_stopping
        )
        schedule, scores = schedule_of(self), _Scores(self.score_of, held_out)
        callbacks = [Scheduler(schedule)] if schedule else []
        trainer = self._trainer(train, optimizer_of(self), [*callbacks, patience, scores])
        self._train(trainer, train, held_out, self.max_iter)
        if held_out is not None:
            self.validation_scores_ = [*(self.validation_scores_ or []), *scores.values]
            self.best_validation_score_ = max(self.validation_scores_)
        if trainer.stopped is None:
            warn(text("sklearn.not_converged", epochs=self.max_iter), ConvergenceWarning, stacklevel=2)
        return self

    def _one_epoch(self, X: Any, y: Any, sample_weight: Any, classes: Any = None) -> Self:
        """Train for one epoch, from where the network and the optimizer are."""
        require(not self.early_stopping, "sklearn.partial_fit")
        train = self._prepared(X, y, sample_weight, first=not hasattr(self, "network_"), classes=classes)
        optimizer, schedule = optimizer_of(self), schedule_of(self)
        if schedule is not None:
            optimizer = scheduled(optimizer, schedule, len(self.history_), self.loss_curve_)
        trainer = self._trainer(train, optimizer, [])
        if self._state is not None:
            trainer.engine.load_state(self._state)
        self._train(trainer, train, None, 1)
        return self

    def export(self, path: str | Path, *, format: str | None = None, opset: int | None = None) -> Path:
        """Write what was learned as one file that runs without gradiente and scikit-learn, from rows as they are.

        Arguments:
            path, format, opset: as `gradiente.export` has them: "people.onnx", "people.pt2" or "people.py"

        Errors: as of gradiente.export; NotFittedError before `fit`
        """
        check_is_fitted(self, "network_")
        encoder, network = self.encoder_, self.network_
        task = "classification" if encoder.classes else "multilabel" if encoder.labels else "regression"
        classes = [*encoder.classes, *encoder.labels]
        described = DataDescription("X", task, classes, None, encoder.to_dict())
        subject = Subject(network, Path(path).stem, (len(encoder.features),), described, self._loss)
        return export(subject, path, format=format, opset=opset)

    @abstractmethod
    def score_of(self, output: Array, data: Dataset) -> float:
        """The score of the network's output for a data set: accuracy, or R²."""

    @abstractmethod
    def _may_be_several(self, y: Any) -> bool:
        """Whether y may have several columns."""

    @abstractmethod
    def _learned(
        self, y: Any, *, first: bool, classes: Any, names: tuple[str, ...]
    ) -> tuple[Array, dict[str, Any]]:
        """The targets as numbers, and at first what an encoder says of them.

        Arguments:
            classes: where they are given
            names: of the columns of y, where it has several with names
        """

    @abstractmethod
    def _data_set(self, x: Array, y: Array) -> Dataset:
        """Features and targets as a data set."""

    def _weights(self, y: Array, weights: Array | None) -> Array | None:
        """How much each row counts, from its target and its own weight; None: all alike."""
        return weights

    def _prepared(
        self, X: Any, y: Any, sample_weight: Any, *, first: bool, classes: Any = None, least: int = 1
    ) -> Dataset:
        """The data to train on; at first also the encoder and the network."""
        own = type(self).__name__
        require_whole(1, own, max_iter=self.max_iter)
        if self.batch_size != "auto":
            require_whole(1, own, batch_size=self.batch_size)
        require_one_of(_MISSING, own, missing=self.missing)
        names = tuple(map(str, y.columns)) if is_frame(y) and len(y.columns) > 1 else ()
        rows, y = read_training(self, X, y, reset=first, several=self._may_be_several(y), least=least)
        weights = None
        if sample_weight is not None:
            options: Any = {"dtype": np.float64, "ensure_non_negative": True}
            weights = _check_sample_weight(sample_weight, X, **options)
            if not weights.any():
                raise DataError("data.no_weight", name="X")
            counted = weights > 0
            rows, y, weights = rows.subset(counted), y[counted], weights[counted]
        y, target = self._learned(y, first=first, classes=classes, names=names)
        if first:
            self._seed = int(check_random_state(self.random_state).randint(2**31 - 1))
            columns, everyone = rows.by_name(), np.arange(len(y))
            scaler = "standard" if self.standardize else None
            encoder = Encoder.fit(columns, everyone, scaler=scaler, missing=self.missing)
            self.encoder_ = replace(encoder, **{"target": names or "y", **target})
            self._dtype = rows.dtype
        train = self._data_set(rows.encoded(self.encoder_).astype(self._dtype), y)
        weights = self._weights(train.y, weights)
        train = train if weights is None else train.with_weights(weights)
        if first:
            self._loss = given_loss(self) or default_loss(train)
            self.network_ = network_of(self, train, self._loss, self._seed)
            self.history_, self._state = History(), None
            self.loss_curve_, self.validation_scores_, self.best_validation_score_ = [], None, None
        return train

    def _trainer(self, train: Dataset, optimizer: Optimizer, callbacks: list[Callback]) -> Trainer:
        return Trainer(
            self.network_,
            self._loss,
            optimizer,
            callbacks=[*callbacks, *([Progress()] if self.verbose else [])],
            penalties=penalties_of(self, batch_size_of(self, len(train))),
            engine=self.engine,
            seed=self._seed + len(self.history_),
        )

    def _train(self, trainer: Trainer, train: Dataset, held_out: Dataset | None, epochs: int) -> None:
        """Train, and keep what came of it."""
        size = batch_size_of(self, len(train))
        history = trainer.fit(train, validation=held_out, epochs=epochs, batch_size=size)
        assert trainer.last is not None
        self._state = trainer.last.state
        before = len(self.history_)
        later = [record | {"epoch": before + record["epoch"]} for record in history.records]
        subject, self.history_ = history.subject, History([*self.history_.records, *later])
        self.history_.subject = subject
        self.loss_curve_ = self.history_["loss"]
        self.loss_, self.best_loss_ = self.loss_curve_[-1], min(self.loss_curve_)
        self.n_iter_, self.t_ = len(self.loss_curve_), self._state.t

    def _output(self, X: Any) -> Array:
        """What the network says of rows X."""
        check_is_fitted(self, "network_")
        rows = read(self, X)
        return self.network_.predict(rows.encoded(self.encoder_).astype(self._dtype))

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        if "history_" in state:  # a file needs no training data: they are for the diagnosis
            state = {**state, "history_": state["history_"].copy()}
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.missing != "error"
        return tags


class _Scores(Callback):
    """The score on the data held out, after every epoch; of none where there are no such data."""

    everywhere = True

    def __init__(self, score: Callable[[Array, Dataset], float], held_out: Dataset | None) -> None:
        self.score, self.held_out = score, held_out
        self.values: list[float] = []

    @property
    def each_epoch(self) -> bool:
        return self.held_out is not None

    def epoch_end(self, state: TrainingState) -> None:
        if self.held_out is not None:
            self.values.append(self.score(state.engine.predict(self.held_out.x), self.held_out))
