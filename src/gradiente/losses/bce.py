from dataclasses import dataclass

import numpy as np

from gradiente.losses.base import Array, Loss
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term

EPSILON = float(np.float32(1e-12))  # PyTorch's constant is a float32, also where it computes in float64


@dataclass(frozen=True)
class BCELoss(Loss):
    r"""Binary cross-entropy of probabilities: the network ends with a Sigmoid.

    Equation:   J = −1/N Σ (y log a + (1 − y) log(1 − a))
    Derivative: ∂J/∂a = (a − y) / (a (1 − a)) / N

    Followed back through a = σ(z), the denominator cancels against σ′(z) = a (1 − a) and ∂J/∂z = (a − y) / N:
    BCEWithLogitsLoss computes that directly, and stays exact where a rounds to 0 or 1. As in PyTorch, a
    logarithm is never below −100 here and a denominator never below 10⁻¹².

    Arguments:
        reduction: "mean", over all N numbers of the batch, or "sum"

    Shapes: a and y the same, a in [0, 1] → one number
    Errors: ShapeError where a and y differ in shape; DataError where one of them is outside [0, 1]

    >>> import numpy as np
    >>> loss, a, y = BCELoss(), np.array([[0.5], [0.25]]), np.array([[1.0], [0.0]])
    >>> round(loss.value(a, y), 4), loss.gradient(a, y).round(4).tolist()
    (0.4904, [[-1.0], [0.6667]])

    Source: the lecture, "Función de costo" and "Back-propagation"; torch.nn.BCELoss
    """

    symbol = "A"
    interval = "[0, 1]"
    target_interval = "[0, 1]"
    cancels = "Sigmoid"
    cancellation = r"\frac{A - y}{A \odot (1 - A)} \odot A \odot (1 - A) = A - y"
    equation = r"L = -\left( y \log A + (1 - y) \log(1 - A) \right)"
    derivative = (
        r"\frac{\partial L}{\partial A} = -\frac{y}{A} + \frac{1 - y}{1 - A} = \frac{A - y}{A (1 - A)}"
    )

    def value(self, prediction: Array, target: Array) -> float:
        a, y = prediction, self.same_shape(prediction, target)
        with np.errstate(divide="ignore"):
            log_a, log_1_a = np.maximum(np.log(a), -100), np.maximum(np.log1p(-a), -100)
        return float(self.reduced(-np.sum(y * log_a + (1 - y) * log_1_a), y.size))

    def gradient(self, prediction: Array, target: Array) -> Array:
        a, y = prediction, self.same_shape(prediction, target)
        return self.reduced((a - y) / np.maximum(a * (1 - a), EPSILON), y.size)

    def to_torch(self):
        import torch

        return torch.nn.BCELoss(reduction=self.reduction)

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """−y·log a and −(1 − y)·log(1 − a), no logarithm below −100"""
        a, y = at.prediction[index].value, at.target[index]
        with np.errstate(divide="ignore"):
            log_a, log_1_a = (max(float(log), -100.0) for log in (np.log(a), np.log1p(-a)))
        other = at.target.derived(index, "(1−", 1 - y.value, ")")
        return [
            term(MINUS, y, at.prediction.derived(index, "log ", log_a)),
            term(MINUS, other, at.prediction.derived(index, "log(1−", log_1_a, ")")),
        ]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """(a − y)·1/(a·(1 − a))"""
        a = at.prediction[index]
        over = 1 / max(a.value * (1 - a.value), EPSILON)
        return at.difference(index), at.prediction.derived(index, "1/(", over, f"·(1−{a.symbol}))")
