from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gradiente.losses.base import Array, Loss, Reduction, Shape, require_reduction
from gradiente.losses.weights import like, require_broadcast, store_weights, torch_loss, weight_factors
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term

EPSILON = float(np.float32(1e-12))  # PyTorch's constant is a float32, also where it computes in float64


@dataclass(frozen=True)
class BCELoss(Loss):
    r"""Binary cross-entropy of probabilities: the network ends with a Sigmoid.

    Equation:   J = 1/N Σ L,   L = −w (y log a + (1 − y) log(1 − a))
    Derivative: ∂L/∂a = w (a − y) / (a (1 − a))

    Followed back through a = σ(z), the denominator cancels against σ′(z) = a (1 − a) and ∂L/∂z = w (a − y):
    BCEWithLogitsLoss computes that directly, and stays exact where a rounds to 0 or 1. As in PyTorch, a
    logarithm is never below −100 here and a denominator never below 10⁻¹².

    Arguments:
        weight: w, of every number: numbers of any shape that can be broadcast to that of a; None is 1 for each
        reduction: "mean", over all N numbers of the batch whatever their weights, "sum", or "none" for every L

    Shapes: a and y the same, a in [0, 1] → one number, or with "none" the same
    Errors: ShapeError where a and y differ in shape, or w does not fit; DataError where a or y is outside [0, 1]

    >>> import numpy as np
    >>> loss, a, y = BCELoss(), np.array([[0.5], [0.25]]), np.array([[1.0], [0.0]])
    >>> round(loss.value(a, y), 4), loss.gradient(a, y).round(4).tolist()
    (0.4904, [[-1.0], [0.6667]])

    Source: the lecture, "Función de costo" and "Back-propagation"; torch.nn.BCELoss
    """

    weight: ArrayLike | None = None
    reduction: Reduction = "mean"

    symbol = "A"
    interval = "[0, 1]"
    target_interval = "[0, 1]"
    cancels = "Sigmoid"
    cancellation = r"\frac{A - y}{A \odot (1 - A)} \odot A \odot (1 - A) = A - y"
    equation = r"L = -\left( y \log A + (1 - y) \log(1 - A) \right)"
    derivative = (
        r"\frac{\partial L}{\partial A} = -\frac{y}{A} + \frac{1 - y}{1 - A} = \frac{A - y}{A (1 - A)}"
    )
    examples = (
        ("BCELoss(weight=(0.5, 2.0, 1.25))", (7, 3), "binary"),
        ("BCELoss(weight=((0.5,), (2.0,)), reduction='sum')", (2, 3), "probabilities"),
        ("BCELoss(weight=3.0, reduction='none')", (9, 1), "binary"),
    )

    def __post_init__(self) -> None:
        require_reduction(self)
        store_weights(self)

    def require_shape(self, shape: Shape) -> None:
        require_broadcast(self, shape)

    def unreduced(self, prediction: Array, target: Array) -> Array:
        a, y = prediction, self.same_shape(prediction, target)
        with np.errstate(divide="ignore"):
            log_a, log_1_a = np.maximum(np.log(a), -100), np.maximum(np.log1p(-a), -100)
        return self._weighted(-(y * log_a + (1 - y) * log_1_a))

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        a, y = prediction, self.same_shape(prediction, target)
        return self._weighted((a - y) / np.maximum(a * (1 - a), EPSILON))

    def equation_with(self, target: Array | None = None) -> str:
        if self.weight is None:
            return self.equation
        return self.equation.replace(r"-\left(", r"-w \left(")

    def derivative_with(self, target: Array | None = None) -> str:
        if self.weight is None:
            return self.derivative
        return (
            r"\frac{\partial L}{\partial A} = w \left( -\frac{y}{A} + \frac{1 - y}{1 - A} \right)"
            r" = w \frac{A - y}{A (1 - A)}"
        )

    def cancellation_with(self) -> str:
        if self.weight is None:
            return self.cancellation
        return r"w \odot \frac{A - y}{A \odot (1 - A)} \odot A \odot (1 - A) = w \odot (A - y)"

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """−w·y·log a and −w·(1 − y)·log(1 − a), no logarithm below −100"""
        a, y = at.prediction[index].value, at.target[index]
        with np.errstate(divide="ignore"):
            log_a, log_1_a = (max(float(log), -100.0) for log in (np.log(a), np.log1p(-a)))
        other = at.target.derived(index, "(1−", 1 - y.value, ")")
        w = weight_factors(self.weight, "w", index)
        return [
            term(MINUS, *w, y, at.prediction.derived(index, "log ", log_a)),
            term(MINUS, *w, other, at.prediction.derived(index, "log(1−", log_1_a, ")")),
        ]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """w·(a − y)·1/(a·(1 − a))"""
        a = at.prediction[index]
        over = 1 / max(a.value * (1 - a.value), EPSILON)
        w = weight_factors(self.weight, "w", index)
        return *w, at.difference(index), at.prediction.derived(index, "1/(", over, f"·(1−{a.symbol}))")

    def to_torch(self):
        return torch_loss("BCELoss", self)

    def _weighted(self, values: Array) -> Array:
        self.require_shape(values.shape)
        return values if self.weight is None else like(self.weight, values) * values
