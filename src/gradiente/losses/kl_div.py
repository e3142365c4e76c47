from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gradiente.errors import require_flag
from gradiente.losses.base import Array, Loss, require_reduction
from gradiente.losses.instance_weights import weighted_count
from gradiente.losses.weights import torch_loss
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class KLDivLoss(Loss):
    r"""The Kullback–Leibler divergence of probabilities y from those that a network gives as logarithms.

    Equation:   J = 1/N Σ L,   L = y (log y − x),   with x = log ŷ
    Derivative: ∂L/∂x = −y

    A y of 0 costs nothing. The divergence of two distributions is the sum of L over a row, and its mean over the rows
    is reduction="batchmean"; "mean" also divides by the length of a row, as in PyTorch.

    Arguments:
        reduction: "mean", over all N numbers of the batch, "batchmean", over its rows, "sum", or "none" for every L
        log_target: the targets are log y, not y

    Shapes: x and y the same, y ≥ 0 → one number, or with "none" the same
    Errors: ArgumentError for an unknown reduction; ShapeError where x and y differ in shape; DataError for a y below 0

    >>> import numpy as np
    >>> loss, x, y = KLDivLoss(reduction="batchmean"), np.log([[0.25, 0.75]]), np.array([[0.5, 0.5]])
    >>> round(loss.value(x, y), 4), loss.gradient(x, y).tolist()
    (0.1438, [[-0.5, -0.5]])

    Source: Kullback and Leibler, "On Information and Sufficiency", 1951; torch.nn.KLDivLoss
    """

    reduction: Literal["mean", "batchmean", "sum", "none"] = "mean"
    log_target: bool = False

    symbol = r"\log \hat{y}"
    link = "exponential"
    target_interval = "[0, inf)"
    reductions = ("mean", "batchmean", "sum", "none")
    equation = r"L = y \left( \log y - \log \hat{y} \right)"
    derivative = r"\frac{\partial L}{\partial \log \hat{y}} = -y"
    examples = (
        ("KLDivLoss()", (7, 3), "distributions"),
        ("KLDivLoss(reduction='batchmean')", (7, 3), "distributions"),
        ("KLDivLoss(log_target=True)", (7, 3), "logarithms"),
        ("KLDivLoss(reduction='batchmean', log_target=True)", (4, 3, 2), "logarithms"),
    )

    def __post_init__(self) -> None:
        require_reduction(self)
        require_flag("KLDivLoss", log_target=self.log_target)

    def unreduced(self, prediction: Array, target: Array) -> Array:
        x, y = prediction, self._target(prediction, target)
        if self.log_target:
            return np.exp(y) * (y - x)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(y == 0, 0, y * (np.log(y) - x))

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        y = self._target(prediction, target)
        return -np.exp(y) if self.log_target else -y

    def count(self, target: Array, weights: Array | None = None) -> float:
        by_rows = self.reduction == "batchmean" and target.ndim
        return weighted_count(len(target) if by_rows else target.size, weights)

    def estimate(self, prediction: Array) -> Array:
        """ŷ = eˣ."""
        return np.exp(prediction)

    def equation_with(self, target: Array | None = None) -> str:
        return r"L = e^{y} \left( y - \log \hat{y} \right)" if self.log_target else self.equation

    def derivative_with(self, target: Array | None = None) -> str:
        return self.derivative.replace("-y", "-e^{y}") if self.log_target else self.derivative

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """y·log y and −y·x; with log_target, e^y·y and −e^y·x"""
        x, y = at.prediction[index], at.target[index]
        if self.log_target:
            y, log_y = at.target.derived(index, "e^", float(np.exp(y.value))), y
        elif y.value == 0:
            return []
        else:
            log_y = at.target.derived(index, "log ", float(np.log(y.value)))
        return [term(y, log_y), term(MINUS, y, x)]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """−y; with log_target, −e^y"""
        y = at.target[index]
        return MINUS, at.target.derived(index, "e^", float(np.exp(y.value))) if self.log_target else y

    def to_torch(self):
        if self.reduction != "mean":
            return torch_loss("KLDivLoss", self)
        every = torch_loss("KLDivLoss", replace(self, reduction="none"))
        return lambda prediction, target: every(prediction, target).mean()  # PyTorch warns of its own mean

    def _target(self, prediction: Array, target: Array) -> Array:
        return self.same_shape(prediction, target, "(-inf, inf)" if self.log_target else self.target_interval)
