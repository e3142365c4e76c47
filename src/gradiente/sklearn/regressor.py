"""A network that estimates numbers, as an estimator of scikit-learn."""

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d

from gradiente.data import Dataset, Standardizer
from gradiente.sklearn.base import MLP
from gradiente.sklearn.plan import given_loss

Array = np.ndarray


class MLPRegressor(RegressorMixin, MLP):
    r"""A regressor of scikit-learn whose network one can see through: that of `network_`.

    It has the names and defaults of sklearn.neural_network.MLPRegressor, all but batch_size, and the arguments and
    attributes of MLPClassifier, without classes. Targets are standardized too, by the first call: the loss, and
    loss_curve_, are those of standardized targets, predictions are in the units of y. It takes several targets.

    Arguments:
        loss: None: the squared error; a loss that takes only some numbers, MSLELoss(), takes the targets as they are

    Errors: ValueError for data or parameters that do not fit, when `fit` is called

    >>> from sklearn.datasets import make_regression
    >>> x, y = make_regression(200, 5, random_state=0)
    >>> model = MLPRegressor(learning_rate_init=0.01, tol=0.005, random_state=0)
    >>> model.fit(x, y).score(x, y) > 0.95
    True
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, from where the network and the optimizer are.

        The first rows fix the encoder: what is standardized is so by their mean and deviation, and so are the targets.

        Arguments:
            sample_weight: as of `fit`

        Errors: as of `fit`; for early_stopping
        """
        return self._one_epoch(X, y, sample_weight)

    def predict(self, X: Any) -> Array:
        """The estimates of the targets, in their units.

        Shapes: X (n, features) → (n,), or (n, targets)
        """
        output = self._output(X)
        values = self.encoder_.in_units(self._loss.estimate(output))
        return values[:, 0] if self._flat else values

    def score_of(self, output: Array, data: Dataset) -> float:
        return float(r2_score(data.y, self._loss.estimate(output)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _may_be_several(self, y: Any) -> bool:
        return True

    def _learned(
        self, y: Any, *, first: bool, classes: Any, names: tuple[str, ...]
    ) -> tuple[Array, dict[str, Any]]:
        y = np.asarray(y, dtype=np.float64)
        y = column_or_1d(y, warn=True) if y.shape[1:] == (1,) else y
        if not first:
            return y, {}
        self._flat = y.ndim == 1
        loss = given_loss(self)
        if loss is not None and loss.target_interval != "(-inf, inf)":
            return y, {}
        scaling = Standardizer.fit(y.reshape(len(y), -1))
        return y, {"target_mean": tuple(scaling.mean.tolist()), "target_scale": tuple(scaling.scale.tolist())}

    def _data_set(self, x: Array, y: Array) -> Dataset:
        encoder = self.encoder_
        if encoder.target_mean:
            scaling = Standardizer(np.array(encoder.target_mean), np.array(encoder.target_scale))
            y = scaling.transform(y.reshape(len(y), -1)).reshape(y.shape)
        return Dataset(x, y, "regression", "X", (), encoder.features, encoder=encoder)
