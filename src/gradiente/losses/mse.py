from dataclasses import dataclass

from gradiente.losses.base import Array, Loss, Reduction
from gradiente.losses.weights import torch_loss
from gradiente.terms import Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class MSELoss(Loss):
    r"""The mean of the squared errors, for regression.

    Equation:   J = 1/N Σ L,   L = (ŷ − y)²
    Derivative: ∂L/∂ŷ = 2 (ŷ − y)

    Arguments:
        reduction: "mean", over all N numbers of the batch, "sum", or "none" for every L

    Shapes: ŷ and y the same → one number, or with "none" the same
    Errors: ShapeError where ŷ and y differ in shape

    >>> import numpy as np
    >>> loss, prediction, target = MSELoss(), np.array([[1.0], [4.0]]), np.array([[1.0], [2.0]])
    >>> loss.value(prediction, target), loss.gradient(prediction, target).tolist()
    (2.0, [[0.0], [2.0]])

    Source: the lecture, "Función de costo"; torch.nn.MSELoss
    """

    reduction: Reduction = "mean"

    equation = r"L = (\hat{y} - y)^{2}"
    derivative = r"\frac{\partial L}{\partial \hat{y}} = 2 (\hat{y} - y)"

    def unreduced(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        return (y_hat - y) ** 2

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        return 2 * (y_hat - y)

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """(ŷ − y)²"""
        return [term(at.difference(index), at.difference(index))]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """2·(ŷ − y)"""
        return Factor("2", 2.0), at.difference(index)

    def to_torch(self):
        return torch_loss("MSELoss", self)
