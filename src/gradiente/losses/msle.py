from dataclasses import dataclass

import numpy as np

from gradiente.errors import DataError
from gradiente.losses.base import Array, Loss


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

    equation = r"L = \left( \log(1 + \hat{y}) - \log(1 + y) \right)^{2}"
    derivative = (
        r"\frac{\partial L}{\partial \hat{y}} = "
        r"\frac{2 \left( \log(1 + \hat{y}) - \log(1 + y) \right)}{1 + \hat{y}}"
    )

    def value(self, prediction: Array, target: Array) -> float:
        y = self._above_minus_one(prediction, target)
        return float(self.reduced(np.sum((np.log1p(prediction) - np.log1p(y)) ** 2), y.size))

    def gradient(self, prediction: Array, target: Array) -> Array:
        y = self._above_minus_one(prediction, target)
        return self.reduced(2 * (np.log1p(prediction) - np.log1p(y)) / (1 + prediction), y.size)

    def to_torch(self):
        import torch

        mse = torch.nn.MSELoss(reduction=self.reduction)
        return lambda prediction, target: mse(torch.log1p(prediction), torch.log1p(target))

    def _above_minus_one(self, prediction: Array, target: Array) -> Array:
        y = self.same_shape(prediction, target)
        for name, values in (("ŷ", prediction), ("y", y)):
            if values.size and values.min() <= -1:
                raise DataError("loss.msle", name=name, value=float(values.min()))
        return y
