from dataclasses import dataclass, replace

import numpy as np

from gradiente.losses.base import Array, Loss, Reduction
from gradiente.losses.weights import torch_loss
from gradiente.terms import Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class L1Loss(Loss):
    r"""The mean of the absolute errors, for regression: a far-off target pulls no harder than a near one.

    Equation:   J = 1/N Σ L,   L = |ŷ − y|
    Derivative: ∂L/∂ŷ = sign(ŷ − y)

    At ŷ = y there is no derivative; here, as in PyTorch, it is 0.

    Arguments:
        reduction: "mean", over all N numbers of the batch, "sum", or "none" for every L

    Shapes: ŷ and y the same → one number, or with "none" the same
    Errors: ShapeError where ŷ and y differ in shape

    >>> import numpy as np
    >>> loss, prediction, target = L1Loss(), np.array([[1.0], [4.0]]), np.array([[1.0], [2.0]])
    >>> loss.value(prediction, target), loss.gradient(prediction, target).tolist()
    (1.0, [[0.0], [0.5]])

    Source: torch.nn.L1Loss
    """

    reduction: Reduction = "mean"

    equation = r"L = \lvert \hat{y} - y \rvert"
    derivative = r"\frac{\partial L}{\partial \hat{y}} = \operatorname{sign}(\hat{y} - y)"

    def unreduced(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        return np.abs(y_hat - y)

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        return np.sign(y_hat - y)

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """|ŷ − y|"""
        error = at.difference(index)
        return [term(replace(error, symbol=f"|{error.symbol[1:-1]}|", value=abs(error.value)))]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """sign(ŷ − y)"""
        error = at.difference(index)
        return (replace(error, symbol=f"sign{error.symbol}", value=float(np.sign(error.value))),)

    def to_torch(self):
        return torch_loss("L1Loss", self)
