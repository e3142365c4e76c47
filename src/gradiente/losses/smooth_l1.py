from dataclasses import dataclass, replace

import numpy as np

from gradiente.errors import require_in
from gradiente.losses.base import Array, Loss, Reduction, require_reduction
from gradiente.losses.weights import torch_loss
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class SmoothL1Loss(Loss):
    r"""Absolute errors, rounded off below β: the slope goes from −1 to 1 without a jump.

    Equation:   J = 1/N Σ L,   L = (ŷ − y)²/(2β) where |ŷ − y| < β, else |ŷ − y| − β/2
    Derivative: ∂L/∂ŷ = (ŷ − y)/β where |ŷ − y| < β, else sign(ŷ − y)

    It is HuberLoss with δ = β, divided by β. Both halves at once, with q = min(|ŷ − y|, β): L = q (|ŷ − y| − q/2)/β.

    Arguments:
        reduction: "mean", over all N numbers of the batch, "sum", or "none" for every L
        beta: β ≥ 0, the error at which the line begins; 0 is L1Loss

    Shapes: ŷ and y the same → one number, or with "none" the same
    Errors: ArgumentError for a β below 0; ShapeError where ŷ and y differ in shape

    >>> import numpy as np
    >>> loss, prediction, target = SmoothL1Loss(beta=2.0), np.array([[1.0], [7.0]]), np.array([[0.0], [2.0]])
    >>> loss.value(prediction, target), loss.gradient(prediction, target).tolist()
    (2.125, [[0.25], [0.5]])

    Source: Girshick, "Fast R-CNN", 2015; torch.nn.SmoothL1Loss
    """

    reduction: Reduction = "mean"
    beta: float = 1.0

    equation = (
        r"L = \begin{cases} \frac{1}{2 \beta} (\hat{y} - y)^{2} & \lvert \hat{y} - y \rvert < \beta \\"
        r" \lvert \hat{y} - y \rvert - \frac{\beta}{2} & \lvert \hat{y} - y \rvert \geq \beta \end{cases}"
    )
    derivative = (
        r"\frac{\partial L}{\partial \hat{y}} = \begin{cases}"
        r" \frac{1}{\beta} (\hat{y} - y) & \lvert \hat{y} - y \rvert < \beta \\"
        r" \operatorname{sign}(\hat{y} - y) & \lvert \hat{y} - y \rvert \geq \beta \end{cases}"
    )
    examples = (
        ("SmoothL1Loss(beta=0.3)", (7, 3), "numbers"),
        ("SmoothL1Loss(beta=0)", (7, 3), "numbers"),
        ("SmoothL1Loss(beta=2.5, reduction='sum')", (4, 2, 3), "numbers"),
    )

    def __post_init__(self) -> None:
        require_reduction(self)
        require_in("[0, inf)", "SmoothL1Loss", beta=self.beta)

    def unreduced(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        error = np.abs(y_hat - y)
        if self.beta == 0:
            return error
        q = np.minimum(error, self.beta)
        return q * (error - q / 2) / self.beta

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        if self.beta == 0:
            return np.sign(y_hat - y)
        return np.clip(y_hat - y, -self.beta, self.beta) / self.beta

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """1/(2β)·(ŷ − y)², or |ŷ − y| − β/2"""
        error = at.difference(index)
        if abs(error.value) < self.beta:
            return [term(Factor("1/(2β)", 1 / (2 * self.beta)), error, error)]
        size = replace(error, symbol=f"|{error.symbol[1:-1]}|", value=abs(error.value))
        return [term(size), term(MINUS, Factor("½", 0.5), Factor("β", float(self.beta)))]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """1/β·(ŷ − y), or sign(ŷ − y)"""
        error = at.difference(index)
        if abs(error.value) < self.beta:
            return Factor("1/β", 1 / self.beta), error
        return (replace(error, symbol=f"sign{error.symbol}", value=float(np.sign(error.value))),)

    def to_torch(self):
        return torch_loss("SmoothL1Loss", self)
