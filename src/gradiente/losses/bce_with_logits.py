from dataclasses import dataclass

import numpy as np

from gradiente.losses.base import Array, Loss
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class BCEWithLogitsLoss(Loss):
    r"""Binary cross-entropy of scores (logits): the sigmoid is inside the loss.

    Equation:   J = 1/N Σ (log(1 + eᶻ) − y z),   which is −1/N Σ (y log ŷ + (1 − y) log(1 − ŷ)) with ŷ = σ(z)
    Derivative: ∂J/∂z = (ŷ − y) / N

    The network ends with a Linear layer of one neuron (or one for each yes-or-no question).

    Arguments:
        reduction: "mean", over all N numbers of the batch, or "sum"

    Shapes: z and y the same, y in [0, 1] → one number
    Errors: ShapeError where z and y differ in shape; DataError where y is outside [0, 1]

    >>> import numpy as np
    >>> loss, z, y = BCEWithLogitsLoss(), np.array([[0.0], [-1e4]]), np.array([[1.0], [1.0]])
    >>> round(loss.value(z, y), 4), loss.gradient(z, y).tolist()
    (5000.3466, [[-0.25], [-0.5]])

    Source: the lecture, "Un resultado importante"; torch.nn.BCEWithLogitsLoss
    """

    symbol = "Z"
    link = "logistic"
    target_interval = "[0, 1]"
    equation = r"L = \log(1 + e^{Z}) - y Z"
    derivative = (
        r"\frac{\partial L}{\partial Z} = \frac{\hat{y} - y}{\hat{y} \odot (1 - \hat{y})}"
        r" \odot \hat{y} \odot (1 - \hat{y}) = \hat{y} - y"
    )

    def value(self, prediction: Array, target: Array) -> float:
        z, y = prediction, self.same_shape(prediction, target)
        terms = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))  # log(1 + eᶻ) − y z, without overflow
        return float(self.reduced(np.sum(terms), y.size))

    def gradient(self, prediction: Array, target: Array) -> Array:
        y = self.same_shape(prediction, target)
        return self.reduced(self.estimate(prediction) - y, y.size)  # (ŷ − y) / N

    def estimate(self, prediction: Array) -> Array:
        """ŷ = σ(z)."""
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-prediction))

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """log(1 + e^z) and −y·z"""
        z = at.prediction[index]
        softplus = at.prediction.derived(index, "log(1+e^", float(np.logaddexp(0, z.value)), ")")
        return [term(softplus), term(MINUS, at.target[index], z)]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """(ŷ − y)"""
        return (at.difference(index),)

    def to_torch(self):
        import torch

        return torch.nn.BCEWithLogitsLoss(reduction=self.reduction)
