from dataclasses import dataclass

import numpy as np

from gradiente.losses.base import Array, Loss
from gradiente.terms import Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class MSELoss(Loss):
    r"""The mean of the squared errors, for regression.

    Equation:   J = 1/N Σ (ŷ − y)²
    Derivative: ∂J/∂ŷ = 2 (ŷ − y) / N

    Arguments:
        reduction: "mean", over all N numbers of the batch, or "sum"

    Shapes: ŷ and y the same → one number
    Errors: ShapeError where ŷ and y differ in shape

    >>> import numpy as np
    >>> loss, prediction, target = MSELoss(), np.array([[1.0], [4.0]]), np.array([[1.0], [2.0]])
    >>> loss.value(prediction, target), loss.gradient(prediction, target).tolist()
    (2.0, [[0.0], [2.0]])

    Source: the lecture, "Función de costo"; torch.nn.MSELoss
    """

    equation = r"L = (\hat{y} - y)^{2}"
    derivative = r"\frac{\partial L}{\partial \hat{y}} = 2 (\hat{y} - y)"

    def value(self, prediction: Array, target: Array) -> float:
        y = self.same_shape(prediction, target)
        return float(self.reduced(np.sum((prediction - y) ** 2), y.size))

    def gradient(self, prediction: Array, target: Array) -> Array:
        y = self.same_shape(prediction, target)
        return self.reduced(2 * (prediction - y), y.size)

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """(ŷ − y)²"""
        return [term(at.difference(index), at.difference(index))]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """2·(ŷ − y)"""
        return Factor("2", 2.0), at.difference(index)

    def to_torch(self):
        import torch

        return torch.nn.MSELoss(reduction=self.reduction)
