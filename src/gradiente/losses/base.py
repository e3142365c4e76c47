"""The contract of a loss, which writes L and its derivative; what a batch makes of them, with the 1/m, is here."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from gradiente.concept import Concept
from gradiente.errors import ArgumentError, DataError, ShapeError, require
from gradiente.locale import text
from gradiente.losses.instance_weights import times_rows, weighted_count
from gradiente.terms import Factor, Index, LossStep, Term

Array = np.ndarray
Shape = tuple[int, ...]
Reduction = Literal["mean", "sum", "none"]


@dataclass(frozen=True)
class Loss(metaclass=Concept):
    r"""J(prediction, target), one number for a batch, and ∂J/∂prediction.

    Equation:   J = Σᵢ wᵢ Lᵢ / Σᵢ wᵢ, a mean, or J = Σᵢ wᵢ Lᵢ, a sum; w are the weights of the instances, 1 without
    Derivative: ∂J/∂prediction = wᵢ ∂Lᵢ/∂prediction / Σᵢ wᵢ

    A loss is a frozen dataclass that writes L in `unreduced` and its derivative in `unreduced_gradient`, with a field
    `reduction: Reduction = "mean"` where PyTorch has it. By that, `value` is the mean of all L, their sum, or with
    "none" the array of them, and `gradient` the derivative of the mean or of the sum: only here is anything divided.

    Facts about the loss, read by generic code (a trace, parity, advice, random batches, tests):

        equation, derivative    the LaTeX of one term of the sum; `symbol` is the prediction's letter there
        link                    ŷ is this function of the prediction: "identity", "logistic", "softmax", "exponential"
        interval, target_interval    where predictions and targets may lie; `same_shape` holds them
        is_multiclass           the target may be the number of the right class, one a row, and a mean is over rows
        soft_targets            of a multiclass loss: the target may also be a row of probabilities
        cancels, cancellation   the layer whose derivative cancels against that of the loss, and how, as LaTeX
        reductions              what `reduction` may be
        examples                its notation with options, the shape of a prediction and the kind of a target for it
    """

    reduction = "mean"  # no field here: it would be the first of every loss

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
    reductions: ClassVar[tuple[str, ...]] = ("mean", "sum", "none")
    examples: ClassVar[Sequence[tuple[str, Shape, str]]] = ()

    def __post_init__(self) -> None:
        require_reduction(self)

    @abstractmethod
    def unreduced(self, prediction: Array, target: Array) -> Array:
        """L of every number; of every row, or position, where a row is one choice."""

    @abstractmethod
    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        """∂(Σ L)/∂prediction, in the shape of the prediction."""

    def value(self, prediction: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None) -> Any:
        """J, one number; for the reduction "none" the array of every w L.

        Where nothing counts, because all targets are ignored or have weight 0, a mean is NaN.

        Arguments:
            weights: w, of every instance, ≥ 0; None: all count alike
        """
        prediction, target = self._arrays(prediction, target)
        w = self.instance_weights(weights, target)
        terms = times_rows(w, self.unreduced(prediction, target))
        if self.reduction == "none":
            return terms
        divisor = self.divisor(target, w)
        return float(np.sum(terms) / divisor) if divisor else np.nan

    def gradient(self, prediction: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None) -> Array:
        """∂J/∂prediction, in the shape of the prediction; for the reduction "none" that of the sum.

        Where nothing counts it is 0.

        Arguments:
            weights: as of `value`
        """
        prediction, target = self._arrays(prediction, target)
        w = self.instance_weights(weights, target)
        gradient = times_rows(w, self.unreduced_gradient(prediction, target))
        divisor = self.divisor(target, w)
        return gradient if divisor in (0, 1) else gradient / divisor

    def divisor(self, target: Array, weights: Array | None = None) -> float:
        """What the sum of all w L is divided by: 1, or for a mean the count."""
        if not self.averages:
            return 1
        return self.count(target) if weights is None else self.count(target, weights)

    def count(self, target: Array, weights: Array | None = None) -> float:
        """What a mean divides by: the numbers of the target, or its rows and positions where a row is one choice.

        With weights each number counts as much as its instance.
        """
        rows = self.is_multiclass and target.dtype.kind not in "iu"
        return weighted_count(target.size // target.shape[1] if rows else target.size, weights)

    @property
    def averages(self) -> bool:
        """Whether J is a mean, not a sum."""
        return self.reduction not in ("sum", "none")

    def estimate(self, prediction: Array) -> Array:
        """ŷ, what a network's output means under this loss: probabilities for a classifier."""
        return prediction

    def to_torch(self) -> Callable[..., Any]:
        """The same loss as a callable of PyTorch, (prediction, target) → scalar, or array for "none".

        Errors: ArgumentError for a custom loss that does not define it
        """
        raise ArgumentError("loss.no_torch", loss=type(self).__name__)

    def equation_with(self, target: Array | None = None) -> str:
        """The equation with only the terms that this loss's options use, for a target if one is given."""
        return self.equation

    def derivative_with(self, target: Array | None = None) -> str:
        """The derivative, likewise."""
        return self.derivative

    def cancellation_with(self) -> str:
        """The cancellation, likewise."""
        return self.cancellation

    def count_with(self, target: Array, *, weights: bool = False) -> str:
        """The LaTeX of the count, for a batch of m rows, of which each may have a weight."""
        rows, each = (r"\sum_{i} w_{i}", r"k \sum_{i} w_{i}") if weights else ("m", "m k")
        return rows if self.count(target) == len(target) else each

    def value_terms(self, at: LossStep, index: Index) -> list[Term] | None:
        """The terms of the sum at one place of the prediction; None where the loss does not define them."""
        return None

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...] | None:
        """The factors of ∂J/∂prediction at that place but for the 1/m, likewise."""
        return None

    def require_shape(self, shape: Shape) -> None:
        """Raise a ShapeError where the options do not fit predictions of that shape."""

    def require_number(self) -> None:
        """Raise an ArgumentError unless J is one number."""
        require(self.reduction != "none", "loss.none", loss=type(self).__name__)

    def require_counted(self, target: ArrayLike, weights: Array | None = None) -> None:
        """Raise a DataError where J is a mean of nothing: all targets are ignored, or have weight 0."""
        if self.divisor(_numbers(self, "y", target), weights) == 0:
            raise DataError("loss.nothing_counts", loss=type(self).__name__)

    def same_shape(self, prediction: Array, target: Array, target_interval: str | None = None) -> Array:
        """The target as an array of the prediction's shape and type, both in their intervals.

        Arguments:
            target_interval: another than the loss's own

        Errors: ShapeError that compares the two shapes; DataError for a number outside its interval
        """
        if target.shape != prediction.shape:
            raise ShapeError(
                "loss.same_shape",
                loss=type(self).__name__,
                prediction=prediction.shape,
                target=target.shape,
            )
        _require_range(self, "ŷ", prediction, self.interval)
        _require_range(self, "y", target, target_interval or self.target_interval)
        return target.astype(prediction.dtype, copy=False)

    def instance_weights(self, weights: ArrayLike | None, target: Array) -> Array | None:
        """Weights as an array, one number for each row of the target.

        Errors: ShapeError for another number of them; DataError for one that is negative or not finite
        """
        if weights is None:
            return None
        w = _numbers(self, "w", weights)
        if w.shape != target.shape[:1]:
            raise ShapeError(
                "loss.instance_weights", loss=type(self).__name__, weights=w.shape, instances=len(target)
            )
        wrong = ~((w >= 0) & (w < np.inf))
        if wrong.any():
            row = int(wrong.argmax())
            raise DataError("loss.instance_weight", value=w[row], row=row)
        return w

    def _arrays(self, prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
        """Both as arrays of numbers, the prediction of real ones."""
        y_hat, y = _numbers(self, "ŷ", prediction), _numbers(self, "y", target)
        return y_hat if y_hat.dtype.kind == "f" else y_hat.astype(np.float64), y


def require_reduction(loss: Loss) -> None:
    """The reduction is one that the loss has, or an error that names those."""
    known = isinstance(loss.reduction, str) and loss.reduction in loss.reductions
    if not known:
        names = ", ".join(f'"{name}"' for name in loss.reductions)
        raise ArgumentError(
            "loss.reduction", loss=type(loss).__name__, known=names, value=repr(loss.reduction)
        )


def _numbers(loss: Loss, name: str, values: ArrayLike) -> Array:
    """An array-like as an array of real numbers."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ShapeError("loss.ragged", loss=type(loss).__name__, name=name) from None
    if array.dtype.kind not in "fiub":
        raise ShapeError("loss.numbers", loss=type(loss).__name__, name=name, got=array.dtype)
    return array


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
