from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gradiente.losses.base import Array, Loss, Reduction, Shape, require_reduction
from gradiente.losses.weights import like, require_broadcast, store_weights, torch_loss, weight_factors
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class BCEWithLogitsLoss(Loss):
    r"""Binary cross-entropy of scores (logits): the sigmoid is inside the loss.

    Equation:   J = 1/N Σ L,   L = −w (p y log ŷ + (1 − y) log(1 − ŷ)) with ŷ = σ(z),
                which is w ((1 − y) z + (1 + (p − 1) y) log(1 + e⁻ᶻ))
    Derivative: ∂L/∂z = w ((1 − y) ŷ − p y (1 − ŷ)),   which without weights is ŷ − y

    The network ends with a Linear layer of one neuron, or one for each yes-or-no question (several labels at once).

    Arguments:
        weight: w, of every number: numbers of any shape that can be broadcast to that of z; None is 1 for each
        reduction: "mean", over all N numbers of the batch whatever their weights, "sum", or "none" for every L
        pos_weight: p, how much more a yes counts than a no, broadcast in the same way; None is 1

    Shapes: z and y the same, y in [0, 1] → one number, or with "none" the same
    Errors: ShapeError where z and y differ in shape, or w or p does not fit; DataError where y is outside [0, 1]

    >>> import numpy as np
    >>> loss, z, y = BCEWithLogitsLoss(), np.array([[0.0], [-1e4]]), np.array([[1.0], [1.0]])
    >>> round(loss.value(z, y), 4), loss.gradient(z, y).tolist()
    (5000.3466, [[-0.25], [-0.5]])

    Source: the lecture, "Un resultado importante"; torch.nn.BCEWithLogitsLoss
    """

    weight: ArrayLike | None = None
    reduction: Reduction = "mean"
    pos_weight: ArrayLike | None = None

    symbol = "Z"
    link = "logistic"
    target_interval = "[0, 1]"
    equation = r"L = \log(1 + e^{Z}) - y Z"
    derivative = (
        r"\frac{\partial L}{\partial Z} = \frac{\hat{y} - y}{\hat{y} \odot (1 - \hat{y})}"
        r" \odot \hat{y} \odot (1 - \hat{y}) = \hat{y} - y"
    )
    examples = (
        ("BCEWithLogitsLoss(weight=(0.5, 2.0, 1.25))", (7, 3), "binary"),
        ("BCEWithLogitsLoss(pos_weight=(0.5, 2.0, 4.0), reduction='sum')", (7, 3), "probabilities"),
        ("BCEWithLogitsLoss(weight=((0.5,), (2.0,)), pos_weight=3.0, reduction='none')", (2, 3), "binary"),
    )

    def __post_init__(self) -> None:
        require_reduction(self)
        store_weights(self)

    def require_shape(self, shape: Shape) -> None:
        require_broadcast(self, shape)

    def unreduced(self, prediction: Array, target: Array) -> Array:
        z, y = prediction, self.same_shape(prediction, target)
        self.require_shape(z.shape)
        softplus = np.log1p(np.exp(-np.abs(z))) + np.maximum(-z, 0)  # log(1 + e⁻ᶻ), without overflow
        if self.pos_weight is not None:
            softplus = (1 + (like(self.pos_weight, z) - 1) * y) * softplus
        return self._weighted((1 - y) * z + softplus)

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        y_hat, y = self.estimate(prediction), self.same_shape(prediction, target)
        self.require_shape(y.shape)
        if self.pos_weight is None:
            return self._weighted(y_hat - y)
        return self._weighted((1 - y) * y_hat - like(self.pos_weight, y) * y * (1 - y_hat))

    def estimate(self, prediction: Array) -> Array:
        """ŷ = σ(z)."""
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-prediction))

    def equation_with(self, target: Array | None = None) -> str:
        equation = self.equation
        if self.pos_weight is not None:
            equation = r"L = (1 - y) Z + \left( 1 + (p - 1) y \right) \log(1 + e^{-Z})"
        if self.weight is None:
            return equation
        return rf"L = w \left( {equation.removeprefix('L = ')} \right)"

    def derivative_with(self, target: Array | None = None) -> str:
        left, by_y_hat, result = self.derivative.split(" = ")
        if self.pos_weight is not None:
            by_y_hat = (
                r"\left( \frac{1 - y}{1 - \hat{y}} - \frac{p y}{\hat{y}} \right)"
                r" \odot \hat{y} \odot (1 - \hat{y})"
            )
            result = r"(1 - y) \hat{y} - p y (1 - \hat{y})"
        if self.weight is None:
            return f"{left} = {by_y_hat} = {result}"
        return rf"{left} = w \odot {by_y_hat} = w \odot \left( {result} \right)"

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """log(1 + e^z) and −y·z, both times w; with p, (1 − y)·z and (1 + (p − 1)·y)·log(1 + e^−z)"""
        z, y = at.prediction[index], at.target[index]
        w = weight_factors(self.weight, "w", index)
        if self.pos_weight is None:
            softplus = at.prediction.derived(index, "log(1+e^", float(np.logaddexp(0, z.value)), ")")
            return [term(*w, softplus), term(MINUS, *w, y, z)]
        (p,) = weight_factors(self.pos_weight, "p", index)
        softplus = at.prediction.derived(index, "log(1+e^−", float(np.logaddexp(0, -z.value)), ")")
        no = at.target.derived(index, "(1−", 1 - y.value, ")")
        yes = at.target.derived(index, f"(1+({p.symbol}−1)·", 1 + (p.value - 1) * y.value, ")")
        return [term(*w, no, z), term(*w, yes, softplus)]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """w·(ŷ − y); with p, w·((1 − y)·ŷ − p·y·(1 − ŷ))"""
        w = weight_factors(self.weight, "w", index)
        if self.pos_weight is None:
            return *w, at.difference(index)
        (p,) = weight_factors(self.pos_weight, "p", index)
        y_hat, y = at.estimate[index], at.target[index]
        value = (1 - y.value) * y_hat.value - p.value * y.value * (1 - y_hat.value)
        before = f"((1−{y.symbol})·"
        return *w, at.estimate.derived(index, before, value, f"−{p.symbol}·{y.symbol}·(1−{y_hat.symbol}))")

    def to_torch(self):
        return torch_loss("BCEWithLogitsLoss", self)

    def _weighted(self, values: Array) -> Array:
        return values if self.weight is None else like(self.weight, values) * values
