from dataclasses import dataclass

import numpy as np

from gradiente.errors import ShapeError
from gradiente.losses.base import Array, Loss
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class NLLLoss(Loss):
    r"""Negative log-likelihood: minus the log-probability that the network gave the right class.

    Equation:   J = −1/m Σᵢ ℓᵢ[yᵢ],   with ℓ = log ŷ and yᵢ the number of row i's right class
    Derivative: ∂J/∂ℓᵢₖ = −1/m where k = yᵢ, else 0

    It takes log-probabilities; CrossEntropyLoss is this loss with the log-softmax put before it.

    Arguments:
        reduction: "mean", over the m rows of the batch, or "sum"

    Shapes: ℓ (batch, classes), y (batch,) of integers → one number
    Errors: ShapeError where y is not one integer for each row; DataError for a label outside the classes

    >>> import numpy as np
    >>> loss, log_p, y = NLLLoss(), np.log([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1])
    >>> round(loss.value(log_p, y), 4), loss.gradient(log_p, y).tolist()
    (0.4904, [[-0.5, 0.0], [0.0, -0.5]])

    Source: the lecture, "Back-propagation" (losses of a classifier); torch.nn.NLLLoss
    """

    equation = r"L = -\log \hat{y}_{c}, \quad c \text{ the right class}"
    derivative = r"\frac{\partial L}{\partial \log \hat{y}_{k}} = -[k = c]"
    symbol = r"\log \hat{y}"
    link = "exponential"
    is_multiclass = True

    def value(self, prediction: Array, target: Array) -> float:
        y = self._labels(prediction, target)
        return float(self.reduced(-np.sum(prediction[np.arange(len(y)), y]), len(y)))

    def gradient(self, prediction: Array, target: Array) -> Array:
        y = self._labels(prediction, target)
        gradient = np.zeros_like(prediction)
        gradient[np.arange(len(y)), y] = -1
        return self.reduced(gradient, len(y))

    def estimate(self, prediction: Array) -> Array:
        """ŷ = e^ℓ."""
        return np.exp(prediction)

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """−ℓ of the right class"""
        return [term(MINUS, at.prediction[index])] if at.target_at(index)[0] else []

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """−[k is the right class]"""
        i, k = index
        return MINUS, at.target.derived((i,), f"[{k}=", at.target_at(index)[0], "]")

    def to_torch(self):
        import torch

        return torch.nn.NLLLoss(reduction=self.reduction)

    def _labels(self, prediction: Array, target: Array) -> Array:
        target = np.asarray(target)
        if target.dtype.kind not in "iu":
            raise ShapeError("loss.nll_dtype", dtype=target.dtype)
        return self.class_numbers(prediction, target)
