"""Whether probabilities are what they say: of the answers given with 80 %, 80 % should be right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import ShapeError, require_whole
from gradiente.metrics.checks import Array, class_numbers, finite, require_classes, require_rows

BINS = 10


@dataclass(frozen=True, eq=False)
class Calibration:
    """The answers in bins of equal width by their confidence, the probability of the class that is answered.

    Arguments:
        confidence: the mean in every bin that is not empty
        accuracy: the share of right answers in it
        count: how many answers it has
        edges: of all bins, from 0 to 1

    Shapes: (bins that are not empty,); edges (bins + 1,)
    """

    confidence: Array
    accuracy: Array
    count: Array
    edges: Array

    @property
    def error(self) -> float:
        """The expected calibration error: the mean distance of accuracy and confidence, each bin by its answers."""
        return float(np.sum(self.count * np.abs(self.accuracy - self.confidence)) / self.count.sum())


def calibration(truth: ArrayLike, probabilities: ArrayLike, *, bins: int = BINS) -> Calibration:
    """The reliability diagram as data, and the expected calibration error.

    Equation:   ECE = Σ_b n_b / n |right_b − confidence_b|

    Arguments:
        truth: class numbers from 0
        probabilities: of every class
        bins: how many intervals of equal width [0, 1] is divided into, ≥ 1; a confidence on an edge belongs below

    Shapes: truth (n,), probabilities (n, classes), at least two
    Errors: ShapeError where shapes do not fit; DataError for no rows, NaN, or a class that has no probability;
        ArgumentError for fewer than one bin

    >>> found = calibration([1, 0, 1, 1], [[0.1, 0.9], [0.2, 0.8], [0.15, 0.85], [0.4, 0.6]])
    >>> found.count.tolist(), round(found.error, 4)
    ([1, 1, 2], 0.3625)

    Source: Guo et al., 2017, "On Calibration of Modern Neural Networks", arXiv 1706.04599;
        sklearn.calibration.calibration_curve
    """
    require_whole(1, "calibration", bins=bins)
    y, p = np.asarray(truth), np.asarray(probabilities)
    if y.ndim != 1 or p.ndim != 2 or len(y) != len(p) or p.shape[1] < 2:
        raise ShapeError("metrics.calibration_shape", truth=y.shape, probabilities=p.shape)
    require_rows(y)
    y, p = class_numbers("truth", y), finite("probabilities", p)
    require_classes(y, p.shape[1])
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    edges = np.linspace(0, 1, bins + 1)
    places = np.searchsorted(edges[1:-1], confidence)
    counts = np.bincount(places, minlength=bins)
    filled = counts > 0

    def mean(values: Array) -> Array:
        return np.bincount(places, values, bins)[filled] / counts[filled]

    return Calibration(mean(confidence), mean(right), counts[filled], edges)
