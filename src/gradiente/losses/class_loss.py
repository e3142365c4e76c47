"""What the losses of class numbers share: weights of the classes, targets that are ignored, a mean over the rest."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gradiente.errors import DataError, ShapeError, require
from gradiente.losses.base import Array, Loss, Reduction, Shape, require_reduction
from gradiente.losses.weights import like, store_weights, weight_factors
from gradiente.terms import Factor, Index, LossStep


class RightClasses(NamedTuple):
    """Where in the prediction the right class of every row or position is, and how much it counts; None: 1 each."""

    where: tuple[Array, ...]
    weight: Array | None


@dataclass(frozen=True)
class ClassLoss(Loss):
    """The base class of CrossEntropyLoss and NLLLoss: the target is the number of the right class.

    A prediction, (N, C) or (N, C, d₁, …), has a number for each class along axis 1; a target, (N,) or (N, d₁, …), one
    class number for each row or position. The mean divides by the sum of the weights of those that are not ignored.
    """

    weight: ArrayLike | None = None
    ignore_index: int = -100
    reduction: Reduction = "mean"

    is_multiclass = True

    def __post_init__(self) -> None:
        name = type(self).__name__
        require_reduction(self)
        store_weights(self)
        one_per_class = self.weight is None or np.ndim(self.weight) == 1
        require(one_per_class, "loss.one_per_class", loss=name, value=self.weight)
        is_integer = isinstance(self.ignore_index, int | np.integer) and not isinstance(
            self.ignore_index, bool
        )
        require(is_integer, "loss.ignore_index", loss=name, value=repr(self.ignore_index))

    def require_shape(self, shape: Shape) -> None:
        if self.weight is not None and np.shape(self.weight) != shape[1:2]:
            raise ShapeError(
                "loss.class_weights", loss=type(self).__name__, weights=np.size(self.weight), classes=shape[1]
            )

    def count(self, target: Array, weights: Array | None = None) -> float:
        if is_soft(target):
            return super().count(target, weights)
        counted = target != self.ignore_index
        if self.weight is None and weights is None:
            return int(np.count_nonzero(counted))
        shares = np.ones(np.count_nonzero(counted))
        if self.weight is not None:
            weight = np.array(self.weight)
            self._require_classes(np.where(counted, target, 0), len(weight))
            shares = weight[target[counted]]
        if weights is not None:
            rows = weights.reshape(-1, *(1,) * (target.ndim - 1))
            shares = shares * np.broadcast_to(rows, target.shape)[counted]
        return float(shares.sum())

    def count_with(self, target: Array, *, weights: bool = False) -> str:
        factors = self.factors_with(target)
        if is_soft(target) or not factors:
            return super().count_with(target, weights=weights)
        return rf"\sum w_{{i}} {factors}" if weights else rf"\sum {factors}"

    def factors_with(self, target: Array | None) -> str:
        """The LaTeX of what L of the right class c is multiplied by."""
        weight = "w_{c}" if self.weight is not None else ""
        return f"{self.ignored_with(target)} {weight}".strip()

    def ignored_with(self, target: Array | None) -> str:
        """The LaTeX of 1 where a target c counts, else 0; nothing where none is ignored."""
        ignores = target is not None and not is_soft(target) and (target == self.ignore_index).any()
        return rf"[c \neq {self.ignore_index}]" if ignores else ""

    def right_classes(self, prediction: Array, target: Array) -> RightClasses:
        """The target as one class number for each row, or position, of the prediction.

        Errors: ShapeError where it does not fit; DataError for a number that is no class, nor ignored
        """
        shape = prediction.shape
        self.require_axes(prediction, target, (*shape[:1], *shape[2:]))
        y, counted = target, None
        unsigned = y.astype(np.uint64)  # numbers below 0 become the largest
        if y.size and (unsigned.max() >= shape[1] or 0 <= self.ignore_index < shape[1]):
            counted = target != self.ignore_index
            y = np.where(counted, target, 0)
            self._require_classes(y, shape[1])
        weight = None if self.weight is None else like(self.weight, prediction)[y]
        if counted is not None:
            weight = counted.astype(prediction.dtype) if weight is None else weight * counted
        if y.ndim == 1:
            return RightClasses((np.arange(len(y)), y), weight)
        first, *rest = list(np.indices(y.shape, sparse=True))
        return RightClasses((first, y, *rest), weight)

    def require_axes(self, prediction: Array, target: Array, expected: Shape) -> None:
        """The prediction has a number for each class along axis 1, and the target the expected shape."""
        if prediction.ndim < 2 or target.shape != expected:
            raise ShapeError(
                "loss.class_numbers",
                loss=type(self).__name__,
                prediction=prediction.shape,
                target=target.shape,
            )
        self.require_shape(prediction.shape)

    def ignores(self, at: LossStep, index: Index) -> bool:
        """Whether the target at that place of the prediction does not count."""
        return at.labels and int(at.target.values[at.row(index)]) == self.ignore_index

    def class_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """What L is multiplied by there: the weight of the right class, or 0 where it is ignored."""
        row = at.row(index)
        if self.ignores(at, index):
            return (at.target.derived(row, "[", 0.0, f"≠{self.ignore_index}]"),)
        return weight_factors(self.weight, "w", (int(at.target.values[row]),))

    def _require_classes(self, y: Array, classes: int) -> None:
        wrong = np.argwhere((y < 0) | (y >= classes))
        if len(wrong):
            place = tuple(map(int, wrong[0]))
            row = ", ".join(map(str, place))
            raise DataError("loss.label", label=int(y[place]), row=row, last=classes - 1)


def is_soft(target: Array) -> bool:
    """Whether the target is probabilities, not class numbers."""
    return target.dtype.kind not in "iu"


def weighted(weight: Array | None, values: Array) -> Array:
    """Every value times its weight; what has none counts nothing, be it infinite."""
    if weight is None:
        return values
    return np.multiply(weight, values, out=np.zeros_like(values), where=weight != 0)
