from dataclasses import dataclass

import numpy as np

from gradiente.losses.base import Array, Loss
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class CrossEntropyLoss(Loss):
    r"""Categorical cross-entropy of scores (logits): the softmax is inside the loss.

    Equation:   J = −1/m Σᵢ Σₖ yᵢₖ log ŷᵢₖ,   with ŷ = softmax(z) and log ŷ = z − log Σ eᶻ
    Derivative: ∂J/∂z = (ŷ − y) / m

    The network ends with a Linear layer of one neuron for each class. A target is the number of the right
    class, or a row of probabilities that sum to 1. The lecture prints the sum without 1/m: reduction="sum".

    Arguments:
        reduction: "mean", over the m rows of the batch, or "sum"

    Shapes: z (batch, classes), y (batch,) of integers or (batch, classes) of probabilities → one number
    Errors: ShapeError where y fits neither form; DataError for a label outside the classes

    >>> import numpy as np
    >>> loss, z, y = CrossEntropyLoss(), np.array([[0.0, 0.0], [1e4, 0.0]]), np.array([1, 0])
    >>> round(loss.value(z, y), 4), loss.gradient(z, y).tolist()
    (0.3466, [[0.25, -0.25], [0.0, 0.0]])

    Source: the lecture, "Un resultado importante"; torch.nn.CrossEntropyLoss
    """

    equation = r"L = -\sum_{k} y_{k} \log \hat{y}_{k}, \quad \hat{y} = \operatorname{softmax}(Z)"
    derivative = (
        r"\frac{\partial L}{\partial Z_{k}} = -\sum_{j} \frac{y_{j}}{\hat{y}_{j}}"
        r" \, \hat{y}_{j} \left( [j = k] - \hat{y}_{k} \right)"
        r" = \hat{y}_{k} \sum_{j} y_{j} - y_{k} = \hat{y}_{k} - y_{k}"
    )
    symbol = "Z"
    link = "softmax"
    is_multiclass = soft_targets = True

    def value(self, prediction: Array, target: Array) -> float:
        y = self._one_hot(prediction, target)
        z = prediction - prediction.max(axis=1, keepdims=True)
        log_y_hat = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return float(self.reduced(-np.sum(y * log_y_hat), len(y)))

    def gradient(self, prediction: Array, target: Array) -> Array:
        y = self._one_hot(prediction, target)
        return self.reduced(self.estimate(prediction) - y, len(y))  # (ŷ − y) / m

    def estimate(self, prediction: Array) -> Array:
        """ŷ = softmax(z)."""
        e = np.exp(prediction - prediction.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """−y·log ŷ, left out where y is 0"""
        i, _ = index
        if at.target_at(index)[0] == 0:
            return []
        row = at.prediction.values[i]
        log = at.prediction.values[index] - row.max() - np.log(np.sum(np.exp(row - row.max())))
        factor = at.estimate.derived(index, "log ", float(log))
        return [term(MINUS, factor) if at.labels else term(MINUS, at.target[index], factor)]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """(ŷ − y)"""
        return (at.difference(index),)

    def to_torch(self):
        import torch

        return torch.nn.CrossEntropyLoss(reduction=self.reduction)

    def _one_hot(self, prediction: Array, target: Array) -> Array:
        target = np.asarray(target)
        if target.dtype.kind not in "iu" and prediction.ndim == 2:
            return self.same_shape(prediction, target)
        y = np.zeros_like(prediction)
        y[np.arange(len(y)), self.class_numbers(prediction, target)] = 1
        return y
