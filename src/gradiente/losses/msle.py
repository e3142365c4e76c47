from dataclasses import dataclass

import numpy as np

from gradiente.losses.base import Array, Loss, Reduction
from gradiente.losses.weights import torch_loss
from gradiente.terms import Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class MSLELoss(Loss):
    r"""The mean of the squared errors of the logarithms: errors count in proportion to the size of y.

    Equation:   J = 1/N Σ L,   L = (log(1 + ŷ) − log(1 + y))²
    Derivative: ∂L/∂ŷ = 2 (log(1 + ŷ) − log(1 + y)) / (1 + ŷ)

    Arguments:
        reduction: "mean", over all N numbers of the batch, "sum", or "none" for every L

    Shapes: ŷ and y the same, both above −1 → one number, or with "none" the same
    Errors: ShapeError where ŷ and y differ in shape; DataError where one of them is −1 or less

    >>> import numpy as np
    >>> MSLELoss().value(np.array([[np.e - 1]]), np.array([[0.0]]))
    1.0

    Source: the lecture, "Función de costo"
    """

    reduction: Reduction = "mean"

    interval = target_interval = "(-1, inf)"
    equation = r"L = \left( \log(1 + \hat{y}) - \log(1 + y) \right)^{2}"
    derivative = (
        r"\frac{\partial L}{\partial \hat{y}} = "
        r"\frac{2 \left( \log(1 + \hat{y}) - \log(1 + y) \right)}{1 + \hat{y}}"
    )

    def unreduced(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        return (np.log1p(y_hat) - np.log1p(y)) ** 2

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        y_hat, y = prediction, self.same_shape(prediction, target)
        return 2 * (np.log1p(y_hat) - np.log1p(y)) / (1 + y_hat)

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """(log(1 + ŷ) − log(1 + y))²"""
        return [term(self._difference(at, index), self._difference(at, index))]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """2·(log(1 + ŷ) − log(1 + y))·1/(1 + ŷ)"""
        over = at.prediction.derived(index, "1/(1+", 1 / (1 + at.prediction[index].value), ")")
        return Factor("2", 2.0), self._difference(at, index), over

    def _difference(self, at: LossStep, index: Index) -> Factor:
        y_hat, y = at.prediction[index], at.target[index]
        symbol = f"(log(1+{y_hat.symbol})−log(1+{y.symbol}))"
        return Factor(symbol, float(np.log1p(y_hat.value) - np.log1p(y.value)), y_hat.source, y_hat.index)

    def to_torch(self):
        import torch

        mse = torch_loss("MSELoss", self)
        return lambda prediction, target: mse(torch.log1p(prediction), torch.log1p(target))
