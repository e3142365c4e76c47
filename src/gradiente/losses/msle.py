from dataclasses import dataclass

import numpy as np

from gradiente.losses.base import Array, Loss
from gradiente.terms import Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class MSLELoss(Loss):
    r"""The mean of the squared errors of the logarithms: errors count in proportion to the size of y.

    Equation:   J = 1/N Σ (log(1 + ŷ) − log(1 + y))²
    Derivative: ∂J/∂ŷ = 2 (log(1 + ŷ) − log(1 + y)) / (1 + ŷ) / N

    Arguments:
        reduction: "mean", over all N numbers of the batch, or "sum"

    Shapes: ŷ and y the same, both above −1 → one number
    Errors: ShapeError where ŷ and y differ in shape; DataError where one of them is −1 or less

    >>> import numpy as np
    >>> MSLELoss().value(np.array([[np.e - 1]]), np.array([[0.0]]))
    1.0

    Source: the lecture, "Función de costo"
    """

    interval = target_interval = "(-1, inf)"
    equation = r"L = \left( \log(1 + \hat{y}) - \log(1 + y) \right)^{2}"
    derivative = (
        r"\frac{\partial L}{\partial \hat{y}} = "
        r"\frac{2 \left( \log(1 + \hat{y}) - \log(1 + y) \right)}{1 + \hat{y}}"
    )

    def value(self, prediction: Array, target: Array) -> float:
        y = self.same_shape(prediction, target)
        return float(self.reduced(np.sum((np.log1p(prediction) - np.log1p(y)) ** 2), y.size))

    def gradient(self, prediction: Array, target: Array) -> Array:
        y = self.same_shape(prediction, target)
        return self.reduced(2 * (np.log1p(prediction) - np.log1p(y)) / (1 + prediction), y.size)

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

        mse = torch.nn.MSELoss(reduction=self.reduction)
        return lambda prediction, target: mse(torch.log1p(prediction), torch.log1p(target))
