from dataclasses import dataclass, replace

import numpy as np

from gradiente.errors import require_in
from gradiente.losses.base import Array, Loss, Reduction, require_reduction
from gradiente.losses.weights import torch_loss
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class HuberLoss(Loss):
    r"""Squared errors up to δ, absolute errors beyond: smooth at 0, and no outlier pulls harder than δ.

    Equation:   J = 1/N Σ L,   L = (ŷ − y)²/2 where |ŷ − y| ≤ δ, else δ (|ŷ − y| − δ/2)
    Derivative: ∂L/∂ŷ = ŷ − y where |ŷ − y| ≤ δ, else δ sign(ŷ − y)

    Both halves at once, with q = min(|ŷ − y|, δ): L = q (|ŷ − y| − q/2).

    Arguments:
        reduction: "mean", over all N numbers of the batch, "sum", or "none" for every L
        delta: δ > 0, the error at which the line begins

    Shapes: ŷ and y the same → one number, or with "none" the same
    Errors: ArgumentError for a δ that is not above 0; ShapeError where ŷ and y differ in shape

    >>> import numpy as np
    >>> loss, prediction, target = HuberLoss(delta=2.0), np.array([[1.0], [7.0]]), np.array([[0.0], [2.0]])
    >>> loss.value(prediction, target), loss.gradient(prediction, target).tolist()
    (4.25, [[0.5], [1.0]])

    Source: Huber, "Robust Estimation of a Location Parameter", 1964; torch.nn.HuberLoss
    """

    reduction: Reduction = "mean"
    delta: float = 1.0

    equation = (
        r"L = \begin{cases} \frac{1}{2} (\hat{y} - y)^{2} & \lvert \hat{y} - y \rvert \leq \delta \\"
        r" \delta \left( \lvert \hat{y} - y \rvert - \frac{\delta}{2} \right)"
        r" & \lvert \hat{y} - y \rvert > \delta \end{cases}"
    )
    derivative = (
        r"\frac{\partial L}{\partial \hat{y}} = \begin{cases} \hat{y} - y & \lvert \hat{y} - y \rvert \leq \delta \\"
        r" \delta \operatorname{sign}(\hat{y} - y) & \lvert \hat{y} - y \rvert > \delta \end{cases}"
    )
    examples = (
        ("HuberLoss(delta=0.3)", (7, 3), "numbers"),
        ("HuberLoss(delta=2.5, reduction='sum')", (4, 2, 3), "numbers"),
    )

    def __post_init__(self) -> None:
        require_reduction(self)
        require_in("(0, inf)", "HuberLoss", delta=self.delta)

    def unreduced(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        error = np.abs(y_hat - y)
        q = np.minimum(error, self.delta)
        return q * (error - q / 2)

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        return np.clip(y_hat - y, -self.delta, self.delta)

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """½·(ŷ − y)², or δ·|ŷ − y| − δ²/2"""
        error, delta = at.difference(index), Factor("δ", float(self.delta))
        half = Factor("½", 0.5)
        if abs(error.value) <= self.delta:
            return [term(half, error, error)]
        size = replace(error, symbol=f"|{error.symbol[1:-1]}|", value=abs(error.value))
        return [term(delta, size), term(MINUS, half, delta, delta)]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """(ŷ − y), or δ·sign(ŷ − y)"""
        error = at.difference(index)
        if abs(error.value) <= self.delta:
            return (error,)
        sign = replace(error, symbol=f"sign{error.symbol}", value=float(np.sign(error.value)))
        return Factor("δ", float(self.delta)), sign

    def to_torch(self):
        return torch_loss("HuberLoss", self)
