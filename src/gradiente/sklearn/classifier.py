"""A network that classifies, as an estimator of scikit-learn."""

from typing import Any, Self, cast

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets

from gradiente.data import Dataset
from gradiente.data.class_weight import BALANCED, class_weights
from gradiente.data.own import is_indicator
from gradiente.errors import DataError, require
from gradiente.sklearn.base import MLP
from gradiente.training.targets import probabilities, right

Array = np.ndarray


class MLPClassifier(ClassifierMixin, MLP):
    r"""A classifier of scikit-learn whose network one can see through: that of `network_`.

    It has the names and defaults of sklearn.neural_network.MLPClassifier, all but batch_size, and takes DataFrames of
    pandas and polars: their columns by name, in any order, columns of text as a feature for each category. Columns of
    numbers are standardized, so that rows may come as they are; after a StandardScaler that changes nothing. A network
    computes in float32 for X of float32, and otherwise in float64, as there. A y of 0 and 1 with a column for each of
    several labels makes each row have any number of them.

    Arguments:
        hidden_layer_sizes: units of each hidden layer
        activation: "relu", "tanh", "logistic", "identity", or any layer: "GELU()"
        solver: "adam", or "sgd" with Nesterov's momentum 0.9
        alpha: of the penalty α/2m Σ w² on the weights, of m instances in a batch, ≥ 0
        batch_size: of the batches; "auto": a twentieth of the instances, between 16 and 200
        learning_rate_init: the solver's learning rate
        max_iter: epochs, at most
        random_state: a whole number makes the training repeatable
        tol: the smallest improvement of the loss that counts
        verbose: whether progress is shown
        warm_start: whether `fit` goes on from the network that is there, with its encoder
        early_stopping: whether a part is held out, whose loss says when to stop, and which epoch is kept
        validation_fraction: of the instances, held out, in (0, 1)
        n_iter_no_change: epochs without improvement of the loss (with early_stopping, of the part held out) to stop
        optimizer: in place of solver and learning_rate_init: "AdamW(lr=0.003, weight_decay=0.01)"
        loss: None: binary cross-entropy of one output for two classes, or of one for each label, else cross-entropy
        layers: in place of hidden_layer_sizes and activation, all of them: "Linear(4, 8), BatchNorm1d(8), Linear(8, 3)"
        schedule: of the learning rate, by epochs: "ExponentialLR(gamma=0.95)"
        penalty: in place of alpha: "L1(0.001)", or a list
        class_weight: how much the rows of each class count in the loss: "balanced", all classes alike, or a dict by
            class, 1 where it says nothing; times their sample_weight
        standardize: whether columns of numbers are standardized
        missing: what becomes of a missing number: "error", or "median", "mean" or "indicator" as an Encoder has it
        engine: what executes the steps: "numpy", "compiled", "torch", or Torch(…)

    What is learned: network_, history_ (whose `diagnosis` says what went wrong; a pickled one has none), encoder_,
    classes_, n_features_in_, feature_names_in_ (of columns with names), loss_curve_ (J of every epoch), loss_,
    best_loss_, n_iter_ (epochs so far), t_ (steps so far), and with early_stopping validation_scores_ and
    best_validation_score_.

    Errors: ValueError for data or parameters that do not fit, when `fit` is called

    >>> from sklearn.datasets import load_iris
    >>> x, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier(hidden_layer_sizes=(16,), learning_rate_init=0.01, tol=0.005, random_state=0)
    >>> model.fit(x, y).score(x, y) > 0.95
    True
    >>> model.predict_proba(x[:2]).shape
    (2, 3)
    """

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
        class_weight: Any = None,
        standardize: bool = True,
        missing: str = "error",
        engine: Any = "numpy",
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate_init=learning_rate_init,
            max_iter=max_iter,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            optimizer=optimizer,
            loss=loss,
            layers=layers,
            schedule=schedule,
            penalty=penalty,
            standardize=standardize,
            missing=missing,
            engine=engine,
        )
        self.class_weight = class_weight

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, from where the network and the optimizer are.

        The first rows fix the encoder: what is standardized is so by their mean and deviation.

        Arguments:
            classes: all that may ever come; needed in the first call
            sample_weight: as of `fit`

        Errors: as of `fit`; for classes that are not given at first, others later, early_stopping, or balanced weights
        """
        require(classes is not None or hasattr(self, "network_"), "sklearn.classes")
        require(self.class_weight != BALANCED, "sklearn.balanced")
        return self._one_epoch(X, y, sample_weight, classes)

    def predict(self, X: Any) -> Array:
        """The most probable class of each row; of several labels 1 where a row has one, and 0.

        Shapes: X (n, features) → (n,), or (n, labels)
        """
        p = self.predict_proba(X)
        return (p > 0.5).astype(np.int64) if self.encoder_.labels else self.classes_[p.argmax(axis=1)]

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, in the order of `classes_`, or of each label.

        Shapes: X (n, features) → (n, classes)
        """
        output = self._output(X)
        if self.encoder_.labels:
            return self._loss.estimate(output)
        p = probabilities(self._loss, output)
        return p / p.sum(axis=1, keepdims=True)  # those of a loss that looks at each class alone

    def predict_log_proba(self, X: Any) -> Array:
        """ln p of each class or label.

        Shapes: X (n, features) → (n, classes)
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def score_of(self, output: Array, data: Dataset) -> float:
        return float(np.mean(right(data, self._loss, output)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags

    def _may_be_several(self, y: Any) -> bool:
        try:
            return (y if hasattr(y, "shape") else np.asarray(y)).shape[1:] > (1,)
        except ValueError:  # rows of different lengths, which are said later
            return False

    def _learned(
        self, y: Any, *, first: bool, classes: Any, names: tuple[str, ...]
    ) -> tuple[Array, dict[str, Any]]:
        check_classification_targets(y)
        columns = y.shape[1] if y.ndim == 2 else 1
        if not first and columns != (known := len(self.encoder_.labels) or 1):
            raise DataError("sklearn.columns", known=known, got=columns)
        if columns > 1:
            return self._labels(y, classes=classes, names=names)
        own = np.unique(y if classes is None else classes) if first else self.classes_
        if classes is not None and not np.array_equal(own, np.unique(classes)):
            raise DataError("sklearn.classes_changed", known=own.tolist(), got=np.unique(classes).tolist())
        others = np.setdiff1d(y, own)
        if others.size:
            raise DataError("sklearn.class", known=own.tolist(), got=others.tolist())
        self.classes_ = own
        return np.searchsorted(own, y), {"classes": tuple(map(str, own.tolist()))}

    def _labels(self, y: Array, *, classes: Any, names: tuple[str, ...]) -> tuple[Array, dict[str, Any]]:
        """A column of 0 and 1 for each label, whose numbers are the classes, as in scikit-learn."""
        if not is_indicator(y):
            raise DataError("sklearn.labels", values=np.unique(y)[:5].tolist())
        own = np.arange(y.shape[1])
        if classes is not None and not np.array_equal(own, np.unique(classes)):
            raise DataError("sklearn.classes_changed", known=own.tolist(), got=np.unique(classes).tolist())
        self.classes_ = own
        names = names or tuple(f"y{k + 1}" for k in own)
        return y, {"target": names, "labels": dict.fromkeys(names, ("0", "1"))}

    def _data_set(self, x: Array, y: Array) -> Dataset:
        encoder = self.encoder_
        if encoder.labels:
            facts: Any = {"features": encoder.features, "encoder": encoder}
            return Dataset(x, y, "multilabel", "X", encoder.targets, **facts)
        named: Any = {"classes": encoder.classes, "features": encoder.features, "encoder": encoder}
        # Rows of one class are a part of the data, as partial_fit may be given it, where more classes are known.
        return Dataset(x, y, "classification", "X", **named, to_measure=len(encoder.classes) > 1)

    def _weights(self, y: Array, weights: Array | None) -> Array | None:
        given: Any = self.class_weight
        if given is None:
            return weights
        if y.ndim == 2:  # of each label alone, multiplied
            return compute_sample_weight(given, y) * (1 if weights is None else weights)
        if isinstance(given, str):
            by_class = class_weights(cast("Any", given), self.encoder_.classes, y, weights, data="X")
        else:
            by_class = compute_class_weight(given, classes=self.classes_, y=self.classes_[y])
        return np.asarray(by_class)[y] * (1 if weights is None else weights)
