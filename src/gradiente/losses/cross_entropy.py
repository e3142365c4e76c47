from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradiente.errors import require, require_in
from gradiente.losses.base import Array
from gradiente.losses.class_loss import ClassLoss, is_soft, weighted
from gradiente.losses.weights import like, torch_loss, weight_factors
from gradiente.terms import MINUS, Factor, Index, LossStep, Term, term


@dataclass(frozen=True)
class CrossEntropyLoss(ClassLoss):
    r"""Categorical cross-entropy of scores (logits): the softmax is inside the loss.

    Equation:   J = 1/m Σᵢ Lᵢ,   L = −Σₖ wₖ sₖ log ŷₖ,   with ŷ = softmax(z), log ŷ = z − log Σ eᶻ
                and s = (1 − ε) y + ε/C, the target smoothed over C classes
    Derivative: ∂L/∂zₖ = ŷₖ Σⱼ wⱼ sⱼ − wₖ sₖ,   which is ŷ − y without options for a y that sums to 1

    The network ends with a Linear layer of one neuron for each class. A target is the number of the right class, where
    y is 1, and 0 elsewhere; or a row of probabilities, or of any amounts. The lecture prints the sum without 1/m:
    reduction="sum". A class that a logit of −∞ excludes costs nothing where its y is 0.

    Arguments:
        weight: w, a number for each class; None is 1 for each
        ignore_index: the class number of targets that do not count: their L and its derivative are 0
        reduction: "mean", where m is the sum of the weights of the class numbers that count, or for probabilities the
            number of rows and positions; "sum"; or "none" for every L
        label_smoothing: ε in [0, 1], the part of every target that is distributed evenly over all classes

    Shapes: z (batch, classes), y (batch,) of integers or (batch, classes) of probabilities → one number, or with "none"
        (batch,); with further axes z (batch, classes, d…), y (batch, d…) or as z
    Errors: ArgumentError for an option out of range; ShapeError where y fits neither form, or w is not one number for
        each class; DataError for a label outside the classes

    >>> import numpy as np
    >>> loss, z, y = CrossEntropyLoss(), np.array([[0.0, 0.0], [1e4, 0.0]]), np.array([1, 0])
    >>> round(loss.value(z, y), 4), loss.gradient(z, y).tolist()
    (0.3466, [[0.25, -0.25], [0.0, 0.0]])
    >>> CrossEntropyLoss(weight=(1.0, 3.0)).gradient(z, y).tolist()
    [[0.375, -0.375], [0.0, 0.0]]

    Source: the lecture, "Un resultado importante"; Szegedy et al., 2016 (smoothing); torch.nn.CrossEntropyLoss
    """

    label_smoothing: float = 0.0

    equation = r"L = -\sum_{k} y_{k} \log \hat{y}_{k}, \quad \hat{y} = \operatorname{softmax}(Z)"
    derivative = (
        r"\frac{\partial L}{\partial Z_{k}} = -\sum_{j} \frac{y_{j}}{\hat{y}_{j}}"
        r" \, \hat{y}_{j} \left( [j = k] - \hat{y}_{k} \right)"
        r" = \hat{y}_{k} \sum_{j} y_{j} - y_{k} = \hat{y}_{k} - y_{k}"
    )
    symbol = "Z"
    link = "softmax"
    soft_targets = True
    examples = (
        ("CrossEntropyLoss(weight=(0.5, 2.0, 1.25))", (7, 3), "classes"),
        ("CrossEntropyLoss(weight=(0.5, 2.0, 1.25), label_smoothing=0.1)", (7, 3), "distributions"),
        ("CrossEntropyLoss(ignore_index=1, label_smoothing=0.2, reduction='sum')", (7, 3), "classes"),
        ("CrossEntropyLoss(weight=(0.5, 2.0, 1.25), ignore_index=1, label_smoothing=0.1)", (7, 3), "classes"),
        ("CrossEntropyLoss()", (7, 3), "amounts"),
        ("CrossEntropyLoss(weight=(0.5, 2.0, 1.25))", (3, 3, 4), "amounts"),
        ("CrossEntropyLoss(ignore_index=0)", (3, 4, 2), "classes"),
        ("CrossEntropyLoss(weight=(0.5, 2.0, 1.25), reduction='none')", (3, 3, 2, 2), "classes"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_in("[0, 1]", "CrossEntropyLoss", label_smoothing=self.label_smoothing)

    def unreduced(self, prediction: Array, target: Array) -> Array:
        if self._is_one_class(target):
            where, w = self.right_classes(prediction, target)
            z, log_sum = _log_sum(prediction)
            return weighted(w, log_sum[:, 0] - z[where])
        shares = self._shares(prediction, target)
        z, log_sum = _log_sum(prediction)
        return weighted(shares, log_sum - z).sum(axis=1)

    def unreduced_gradient(self, prediction: Array, target: Array) -> Array:
        if self._is_one_class(target):
            where, w = self.right_classes(prediction, target)
            gradient = self.estimate(prediction)
            gradient[where] -= 1  # ŷ − y
            return gradient if w is None else gradient * np.expand_dims(w, 1)
        shares = self._shares(prediction, target)
        return self.estimate(prediction) * shares.sum(axis=1, keepdims=True) - shares

    def estimate(self, prediction: Array) -> Array:
        """ŷ = softmax(z)."""
        z = _shifted(prediction)
        e = np.exp(z, out=z)
        e /= e.sum(axis=1, keepdims=True)
        return e

    def equation_with(self, target: Array | None = None) -> str:
        equation = self.equation.replace("y_{k}", self._share_with("k"))
        if ignored := self.ignored_with(target):
            equation = equation.replace(r"-\sum", rf"-{ignored} \sum")
        smoothed = (
            r", \quad s_{k} = (1 - \epsilon) y_{k} + \frac{\epsilon}{C}" if self.label_smoothing else ""
        )
        return equation + smoothed

    def derivative_with(self, target: Array | None = None) -> str:
        derivative = self.derivative
        for index in ("j", "k"):
            derivative = derivative.replace(f"y_{{{index}}}", self._share_with(index))
        left, chain = derivative.split(" = ", 1)
        *steps, difference = chain.rsplit(" = ", 2)
        sums_to_1 = target is None or not is_soft(target) or np.allclose(target.sum(axis=1), 1, 0, 1e-9)
        if self.weight is None and sums_to_1:
            steps.append(difference)
        if ignored := self.ignored_with(target):
            steps = [rf"{ignored} \left( {step} \right)" for step in steps]
        return " = ".join([left, *steps])

    def value_terms(self, at: LossStep, index: Index) -> list[Term]:
        """−w·s·log ŷ, left out where it is 0"""
        share = self._share_at(at, index)
        if share.value == 0 or self.ignores(at, index):
            return []
        z, log_sum = _log_sum(at.prediction.values[index[0]][None])
        log_y_hat = at.estimate.derived(index, "log ", float((z - log_sum)[0, *index[1:]]))
        shares = [] if self._is_one_class(at.target.values) else [share]
        return [term(MINUS, *weight_factors(self.weight, "w", index[1:2]), *shares, log_y_hat)]

    def gradient_factors(self, at: LossStep, index: Index) -> tuple[Factor, ...]:
        """w·(ŷ − y); for a target that is not one class alone, (ŷ·Σ w·s − w·s)"""
        if self._is_one_class(at.target.values):
            return *self.class_factors(at, index), at.difference(index)
        rows = at.prediction.values[index[0]][None], at.target.values[index[0]][None]
        shares = self._shares(*rows)[0, :, *index[2:]]
        whole, share = float(shares.sum()), float(shares[index[1]])
        value = at.estimate[index].value * whole - share
        return (at.estimate.derived(index, "(", value, f"·{whole:.4g}−{share:.4g})"),)

    def to_torch(self):
        return torch_loss("CrossEntropyLoss", self)

    def _is_one_class(self, target: Array) -> bool:
        """Whether all that counts in a row is its right class."""
        return not is_soft(target) and self.label_smoothing == 0

    def _shares(self, prediction: Array, target: Array) -> Array:
        """w ⊙ s, what log ŷ of every class counts for; 0 for a target that is ignored."""
        if is_soft(target):
            require(self.ignore_index < 0, "loss.soft_ignore", index=self.ignore_index)
            self.require_axes(prediction, target, prediction.shape)
            y, counted = self.same_shape(prediction, target), None
        else:
            where, _ = self.right_classes(prediction, target)
            y, counted = np.zeros_like(prediction), np.expand_dims(target != self.ignore_index, 1)
            y[where] = 1
        shares = self._smoothed(y, prediction.shape[1])
        if self.weight is not None:
            shares = shares * like(self.weight, y).reshape(-1, *(1,) * (y.ndim - 2))
        return shares if counted is None else shares * counted

    def _smoothed(self, y: Any, classes: int) -> Any:
        """s = (1 − ε) y + ε/C"""
        return (1 - self.label_smoothing) * y + self.label_smoothing / classes if self.label_smoothing else y

    def _share_with(self, index: str) -> str:
        """The LaTeX of w s of a class."""
        letters = ["w"] * (self.weight is not None) + ["s" if self.label_smoothing else "y"]
        return " ".join(f"{letter}_{{{index}}}" for letter in letters)

    def _share_at(self, at: LossStep, index: Index) -> Factor:
        """s at a place of the prediction; of a label 1 or 0, smoothed."""
        y, symbol = at.target_at(index)
        entry = at.target[at.row(index) if at.labels else index]
        classes, part = at.prediction.values.shape[1], self.label_smoothing
        if part:
            symbol = f"({1 - part:g}·{symbol}+{part:g}/{classes})"
        return replace(entry, symbol=symbol, value=float(self._smoothed(y, classes)))


def _shifted(z: Array) -> Array:
    """z less its maximum: the softmax is the same, and no exponential overflows."""
    return z - z.max(axis=1, keepdims=True)


def _log_sum(z: Array) -> tuple[Array, Array]:
    """z, shifted, and log Σ eᶻ of it: log ŷ is the one less the other."""
    z = _shifted(z)
    return z, np.log(np.exp(z).sum(axis=1, keepdims=True))
