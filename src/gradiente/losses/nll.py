from dataclasses import dataclass

import numpy as np

from gradiente.errors import ShapeError
from gradiente.losses.base import Array
from gradiente.losses.class_loss import ClassLoss, RightClasses, is_soft, weighted
from gradiente.losses.weights import torch_loss
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class NLLLoss(ClassLoss):
    r"""Negative log-likelihood: minus the log-probability that the network gave the right class.

    Equation:   J = Σᵢ Lᵢ / Σᵢ w[cᵢ],   Lᵢ = −w[cᵢ] ℓᵢ[cᵢ],   with ℓ = log ŷ and cᵢ the number of row i's right class
    Derivative: ∂Lᵢ/∂ℓᵢₖ = −w[cᵢ] where k = cᵢ, else 0

    It takes log-probabilities; CrossEntropyLoss is this loss with the log-softmax put before it.

    Arguments:
        weight: w, a number for each class; None is 1 for each
        ignore_index: the class number of targets that do not count: their L and its derivative are 0
        reduction: "mean", over the weights of the targets that count, "sum", or "none" for every L

    Shapes: ℓ (batch, classes), c (batch,) of integers → one number, or with "none" (batch,); with further axes ℓ
        (batch, classes, d…) and c (batch, d…)
    Errors: ShapeError where c is not one integer for each row or position, or w not one number for each class;
        DataError for a label outside the classes

    >>> import numpy as np
    >>> log_p, c = np.log([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1])
    >>> round(NLLLoss().value(log_p, c), 4), NLLLoss().gradient(log_p, c).tolist()
    (0.4904, [[-0.5, 0.0], [0.0, -0.5]])
    >>> NLLLoss(weight=(3.0, 1.0)).gradient(log_p, c).tolist()
    [[-0.75, 0.0], [0.0, -0.25]]

    Source: the lecture, "Back-propagation" (losses of a classifier); torch.nn.NLLLoss
    """

    equation = r"L = -\log \hat{y}_{c}, \quad c \text{ the right class}"
    derivative = r"\frac{\partial L}{\partial \log \hat{y}_{k}} = -[k = c]"
    symbol = r"\log \hat{y}"
    link = "exponential"
    examples = (
        ("NLLLoss(weight=(0.5, 2.0, 1.25))", (7, 3), "classes"),
        ("NLLLoss(weight=(0.5, 2.0, 1.25), ignore_index=1, reduction='sum')", (7, 3), "classes"),
        ("NLLLoss(ignore_index=0)", (3, 4, 2), "classes"),
        ("NLLLoss(weight=(0.5, 2.0, 1.25), reduction='none')", (3, 3, 2, 2), "classes"),
    )

    def unreduced(self, prediction: Array, target: Array) -> Array:
        where, w = self._labels(prediction, target)
        return weighted(w, -prediction[where])

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        where, w = self._labels(prediction, target)
        gradient = np.zeros_like(prediction)
        gradient[where] = -1 if w is None else -w
        return gradient

    def estimate(self, prediction: Array) -> Array:
        """ŷ = e^ℓ."""
        return np.exp(prediction)

    def equation_with(self, target: Array | None = None) -> str:
        factors = self.factors_with(target)
        return self.equation.replace(r"-\log", rf"-{factors} \log") if factors else self.equation

    def derivative_with(self, target: Array | None = None) -> str:
        factors = self.factors_with(target)
        return self.derivative.replace("-[", rf"-{factors} [") if factors else self.derivative

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """−w·ℓ of the right class"""
        if not at.target_at(index)[0] or self.ignores(at, index):
            return []
        return [term(MINUS, *self.class_factors(at, index), at.prediction[index])]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """−w·[k is the right class]"""
        right = at.target.derived(at.row(index), f"[{index[1]}=", at.target_at(index)[0], "]")
        return MINUS, *self.class_factors(at, index), right

    def to_torch(self):
        return torch_loss("NLLLoss", self)

    def _labels(self, prediction: Array, target: Array) -> RightClasses:
        if is_soft(target):
            raise ShapeError("loss.nll_dtype", dtype=target.dtype)
        return self.right_classes(prediction, target)
