"""The contract of a loss: its value and its gradient, in one file, over one batch."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np

from gradiente.concept import Concept
from gradiente.errors import ArgumentError, DataError, ShapeError, require
from gradiente.locale import text
from gradiente.terms import Factor, Index, LossStep, Term

Array = np.ndarray
Reduction = Literal["mean", "sum"]


@dataclass(frozen=True)
class Loss(metaclass=Concept):
    """J(prediction, target), one number for a batch, and ∂J/∂prediction.

    `reduced` is the only place where 1/m is applied: value = Σ terms · 1/m and gradient = terms' derivatives · 1/m,
    without it for "sum".

    Facts about the loss, read by generic code (a trace, parity, advice, random batches, tests):

        equation, derivative    the LaTeX of one term of the sum; `symbol` is the prediction's letter there
        link                    ŷ is this function of the prediction: "identity", "logistic", "softmax", "exponential"
        interval, target_interval    where predictions and targets may lie; `same_shape` holds them
        is_multiclass           the target may be the number of the right class, one a row, and a mean is over rows
        soft_targets            of a multiclass loss: the target may also be a row of probabilities
        cancels, cancellation   the layer whose derivative cancels against that of the loss, and how, as LaTeX
    """

    _: KW_ONLY
    reduction: Reduction = "mean"

    equation: ClassVar[str] = ""
    derivative: ClassVar[str] = ""
    symbol: ClassVar[str] = r"\hat{y}"
    link: ClassVar[Literal["identity", "logistic", "softmax", "exponential"]] = "identity"
    interval: ClassVar[str] = "(-inf, inf)"
    target_interval: ClassVar[str] = "(-inf, inf)"
    is_multiclass: ClassVar[bool] = False
    soft_targets: ClassVar[bool] = False
    cancels: ClassVar[str] = ""
    cancellation: ClassVar[str] = ""

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

    def to_torch(self) -> Callable[..., Any]:
        """The same loss as a callable of PyTorch, (prediction, target) → scalar.

        Errors: ArgumentError for a custom loss that does not define it
        """
        raise ArgumentError("loss.no_torch", loss=type(self).__name__)

    def value_terms(self, at: LossStep, index: Index) -> list[Term] | None:
        """The terms of the sum at one place of the prediction; None where the loss does not define them."""
        return None

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...] | None:
        """The factors of ∂J/∂prediction at that place but for the 1/m, likewise."""
        return None

    def count(self, prediction: Array) -> int:
        """What a mean divides by: rows where every row is one choice, else all numbers; 1 for a sum."""
        if self.reduction == "sum":
            return 1
        return len(prediction) if self.is_multiclass else prediction.size

    def reduced(self, terms: Array, count: int) -> Array:
        """The terms, divided by how many there are when the reduction is the mean."""
        return terms / count if self.reduction == "mean" else terms

    def same_shape(self, prediction: Array, target: Array) -> Array:
        """The target as an array of the prediction's shape and type, both in their intervals.

        Errors: ShapeError that compares the two shapes; DataError for a number outside its interval
        """
        target = np.asarray(target)
        if target.shape != prediction.shape:
            raise ShapeError(
                "loss.same_shape",
                loss=type(self).__name__,
                prediction=prediction.shape,
                target=target.shape,
            )
        _require_range(self, "ŷ", prediction, self.interval)
        _require_range(self, "y", target, self.target_interval)
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


@cache
def _ends(interval: str) -> tuple[float, float]:
    low, high = interval[1:-1].split(",")
    return float(low), float(high)


def _require_range(loss: Loss, name: str, values: Array, interval: str) -> None:
    """Every number lies in the interval, written as in a book: "[0, 1]", "(-1, inf)"; NaN passes, and J shows it."""
    if interval == "(-inf, inf)" or not values.size:
        return
    low, high = _ends(interval)
    smallest, largest = float(values.min()), float(values.max())
    below = smallest < low if interval[0] == "[" else smallest <= low
    above = largest > high if interval[-1] == "]" else largest >= high
    if below or above:
        value = smallest if below else largest
        kind = "probability" if (low, high) == (0, 1) else "positive"
        todo = text(f"error.loss.interval.{kind}") if name == "ŷ" else ""
        raise DataError(
            "loss.interval", loss=type(loss).__name__, name=name, interval=interval, value=value, todo=todo
        )
