"""The contract of a loss: its value and its gradient, in one file, over one batch."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from gradiente.errors import DataError, ShapeError, require

Array = np.ndarray
Reduction = Literal["mean", "sum"]


@dataclass(frozen=True)
class Loss(ABC):
    """J(prediction, target), one number for a batch, and ∂J/∂prediction.

    `equation` and `derivative` are the LaTeX of one term of the sum. `reduced` is the one place where
    the 1/m stands: value = Σ terms · 1/m and gradient = terms' derivatives · 1/m, without it for "sum".

    `integer_targets` says that the target may be the number of the right class, one for each row.
    """

    _: KW_ONLY
    reduction: Reduction = "mean"

    equation: ClassVar[str]
    derivative: ClassVar[str]
    integer_targets: ClassVar[bool] = False

    def __post_init__(self) -> None:
        require(
            self.reduction in ("mean", "sum"),
            "loss.reduction",
            loss=type(self).__name__,
            value=repr(self.reduction),
        )

    @abstractmethod
    def value(self, prediction: Array, target: Array) -> float:
        """J, one number."""

    @abstractmethod
    def gradient(self, prediction: Array, target: Array) -> Array:
        """∂J/∂prediction, in the shape of the prediction."""

    def estimate(self, prediction: Array) -> Array:
        """ŷ, what a network's output means under this loss: probabilities for a classifier."""
        return prediction

    @abstractmethod
    def to_torch(self) -> Callable[..., Any]:
        """The same loss as a callable of PyTorch, (prediction, target) → scalar."""

    def reduced(self, terms: Array, count: int) -> Array:
        """The terms, divided by how many there are when the reduction is the mean."""
        return terms / count if self.reduction == "mean" else terms

    def same_shape(self, prediction: Array, target: Array) -> Array:
        """The target as an array of the prediction's shape and type, or an error that compares the two."""
        target = np.asarray(target)
        if target.shape != prediction.shape:
            raise ShapeError(
                "loss.same_shape",
                loss=type(self).__name__,
                prediction=prediction.shape,
                target=target.shape,
            )
        return target.astype(prediction.dtype, copy=False)

    def class_numbers(self, prediction: Array, target: Array) -> Array:
        """The target as one class number for each row of the prediction, each of them a class."""
        if prediction.ndim != 2 or target.shape != prediction.shape[:1]:
            raise ShapeError(
                "loss.class_numbers",
                loss=type(self).__name__,
                prediction=prediction.shape,
                target=target.shape,
            )
        classes = prediction.shape[1]
        if target.size and (target.min() < 0 or target.max() >= classes):
            row = int(np.flatnonzero((target < 0) | (target >= classes))[0])
            raise DataError("loss.label", label=int(target[row]), row=row, last=classes - 1)
        return target
