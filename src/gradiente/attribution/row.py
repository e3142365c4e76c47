"""An answer for one row of a table or one picture, taken apart by the columns that it comes from."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.attribution.integrated_gradients import Attribution, integrated_gradients
from gradiente.attribution.permutation import columns_of
from gradiente.data import Dataset
from gradiente.formatting import NONE, number
from gradiente.losses import Loss
from gradiente.mapped import pieces
from gradiente.network import Network
from gradiente.training.targets import class_names, classes

Array = np.ndarray
FORMULA = "aⱼ = (xⱼ − x′ⱼ) · ∫₀¹ ∂F/∂xⱼ (x′ + α (x − x′)) dα"


@dataclass(frozen=True)
class Part:
    """What one column adds to the answer.

    Arguments:
        column: its name
        value, baseline: as the table has them
        change, slope: the factors of the amount, xⱼ − x′ⱼ as the network takes them and the mean of ∂F/∂xⱼ; None where
            the column is several features, whose products are summed
        amount: what it adds to F
    """

    column: str
    value: str
    baseline: str
    change: float | None
    slope: float | None
    amount: float


@dataclass(frozen=True, eq=False)
class RowExplained:
    """An answer and what it is made of.

    Arguments:
        label: the class that is answered, or the most probable of several labels; None for a regression
        answer, at_baseline: F of the row and of the baseline, in the target's units
        attribution: of the row's features, in the units of the network's output
        scale: of those units: the amounts are scale · values
        data: what the columns mean
    """

    label: str | None
    answer: float
    at_baseline: float
    attribution: Attribution
    scale: float
    data: Dataset

    @property
    def amounts(self) -> Array:
        """What each feature adds to F."""
        return self.scale * self.attribution.values

    @property
    def missing(self) -> float:
        """What their sum lacks to F(x) − F(x′)."""
        return self.scale * self.attribution.missing

    def parts(self) -> list[Part]:
        """The columns, the one that adds or takes most first."""
        found = [self._part(name, features) for name, features in columns_of(self.data).items()]
        return sorted(found, key=lambda part: -abs(part.amount))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        answer = {"answer": self.label} if self.label is not None else {}
        return {
            **answer,
            "f": self.answer,
            "f_baseline": self.at_baseline,
            "sum": float(self.amounts.sum()),
            "missing": self.missing,
            "points": self.attribution.points,
            "formula": FORMULA,
            "columns": [vars(part) for part in self.parts()],
        }

    def _part(self, name: str, features: list[int]) -> Part:
        x, baseline = (each.ravel() for each in (self.attribution.x, self.attribution.baseline))
        slopes, amount = self.attribution.slopes.ravel(), float(self.amounts.ravel()[features].sum())
        encoder = self.data.encoder
        if encoder is not None and (kinds := encoder.categories.get(name)) is not None:
            place = int(x[features].argmax())
            value = kinds[place] if x[features[place]] else NONE
            return Part(name, value, NONE, None, None, amount)
        first = features[0]
        mean, scale = 0.0, 1.0
        if encoder is not None and encoder.mean:
            numeric = [column for column in encoder.columns if column not in encoder.categories]
            mean, scale = encoder.mean[numeric.index(name)], encoder.scale[numeric.index(name)]
        value, before = (number(float(each[first]) * scale + mean) for each in (x, baseline))
        if len(features) > 1:
            return Part(name, value, before, None, None, amount)
        change = float(x[first] - baseline[first])
        return Part(name, value, before, change, self.scale * float(slopes[first]), amount)


def explain_row(network: Network, loss: Loss, x: Array, train: Dataset) -> RowExplained:
    """The answer for one instance, against the mean of the training data; of pictures against black.

    F is the probability of the class that is answered, or of the most probable of several labels, or the first number
    of a regression, in its own units.

    Errors: as of `integrated_gradients`
    """
    x = np.asarray(x, dtype=np.float64)
    baseline = np.zeros_like(x) if train.image_shape is not None else _mean(train.x)
    if train.task == "regression":
        found = integrated_gradients(network, loss, x, baseline)
        encoder = train.encoder
        mean, scale = 0.0, 1.0
        if encoder is not None and encoder.target_mean:
            mean, scale = encoder.target_mean[0], encoder.target_scale[0]
        answer, before = scale * found.answer + mean, scale * found.at_baseline + mean
        return RowExplained(None, answer, before, found, scale, train)
    prediction = network.predict(x[None])
    if train.task == "multilabel":
        most = int(prediction[0].argmax())
        found = integrated_gradients(network, loss, x, baseline, output=most)
        return RowExplained(train.classes[most], found.answer, found.at_baseline, found, 1.0, train)
    answered = int(classes(loss, prediction)[0])
    alone = prediction.shape[1] == 1  # the probability of class 1; that of class 0 is what is left
    found = integrated_gradients(network, loss, x, baseline, output=0 if alone else answered)
    label = class_names(train.classes, max(2, prediction.shape[1]))[answered]
    if alone and answered == 0:
        return RowExplained(label, 1 - found.answer, 1 - found.at_baseline, found, -1.0, train)
    return RowExplained(label, found.answer, found.at_baseline, found, 1.0, train)


def _mean(x: Any) -> Array:
    """The mean of all rows, which may lie in a file."""
    total = sum(np.asarray(x[rows], dtype=np.float64).sum(axis=0) for rows in pieces(x))
    return np.asarray(total) / len(x)
