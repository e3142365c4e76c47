"""Permutation importance: how much worse the answers become when a column is shuffled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.errors import require_whole
from gradiente.losses import Loss
from gradiente.metrics import r2
from gradiente.network import Network
from gradiente.training.targets import right

Array = np.ndarray
REPEATS = 10
MOST_ROWS = 2000


@dataclass(frozen=True, eq=False)
class Importance:
    """How much worse the answers become when a column is shuffled.

    Arguments:
        columns: their names
        measure: what is measured, "accuracy" or "r2"
        score: of the data as they are
        drops: how much lower the score is, for each column and shuffle

    Shapes: drops (columns, repeats)
    """

    columns: list[str]
    measure: str
    score: float
    drops: Array

    @property
    def mean(self) -> Array:
        """The importance of each column: the mean over the shuffles."""
        return self.drops.mean(axis=1)

    @property
    def deviation(self) -> Array:
        """Their standard deviation."""
        return self.drops.std(axis=1)

    def ranked(self) -> list[tuple[str, float, float]]:
        """Name, importance and deviation of each column, the most important first."""
        order = np.argsort(-self.mean, kind="stable")
        return [(self.columns[j], float(self.mean[j]), float(self.deviation[j])) for j in order]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        rows = [{"column": name, "importance": mean, "deviation": std} for name, mean, std in self.ranked()]
        return {"measure": self.measure, "score": self.score, "repeats": self.drops.shape[1], "columns": rows}


def permutation_importance(
    network: Network, loss: Loss, data: Dataset, *, repeats: int = REPEATS, seed: int = 0
) -> Importance:
    """How much lower the accuracy, or R², is with the numbers of one column shuffled among the instances.

    Equation:   Iⱼ = s − 1/K Σₖ s(x with column j in the k-th random order),   s the score of the data as they are

    A column that the network does not use has 0. Of two columns that say the same, each may seem unimportant. The
    features that encode one column of a table, as those of its categories, are shuffled together.

    Arguments:
        network, loss: as they were trained
        data: which the training has not seen; of more than 2,000 instances, so many at equal distances are taken
        repeats: K, how often each column is shuffled, ≥ 1
        seed: of the orders

    Errors: ArgumentError for fewer than one repeat

    >>> from gradiente.layers import Linear
    >>> from gradiente.losses import MSELoss
    >>> x = np.arange(20.0).reshape(10, 2)
    >>> network = Network([Linear(2, 1, bias=False)], dtype="float64")
    >>> network.theta[...] = [1.0, 0.0]
    >>> found = permutation_importance(network, MSELoss(), Dataset(x, x[:, 0], "regression", "first column"))
    >>> found.columns, bool(found.mean[0] > 0.5), float(found.mean[1])
    (['0', '1'], True, 0.0)

    Source: Breiman, 2001; sklearn.inspection.permutation_importance
    """
    require_whole(1, "permutation_importance", repeats=repeats)
    rows = np.unique(np.linspace(0, len(data) - 1, min(len(data), MOST_ROWS)).astype(int))
    part = data.subset(rows)
    classifies, generator = data.classifies, np.random.default_rng(seed)
    x = np.array(part.x)

    def score(x: Array) -> float:
        prediction = network.predict(x)
        if classifies:
            return float(right(part, loss, prediction).mean())
        return r2(part.y, loss.estimate(prediction).reshape(part.y.shape))

    whole, groups = score(x), columns_of(data)
    drops = np.zeros((len(groups), repeats))
    for column, features in enumerate(groups.values()):
        kept = x[:, features].copy()
        for repeat in range(repeats):
            x[:, features] = kept[generator.permutation(len(x))]
            drops[column, repeat] = whole - score(x)
        x[:, features] = kept
    return Importance(list(groups), "accuracy" if classifies else "r2", whole, drops)


def columns_of(data: Dataset) -> Mapping[str, list[int]]:
    """The features that encode each column of a table, by its name; of other data each feature is a column."""
    if data.encoder is not None:
        return data.encoder.places
    names = data.features or tuple(map(str, range(data.x.shape[1])))
    return {name: [place] for place, name in enumerate(names)}
