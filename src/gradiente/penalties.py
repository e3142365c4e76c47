"""Penalties on the weights: terms of J, next to the loss."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from gradiente.concept import Concept
from gradiente.errors import require_in

Array = np.ndarray


@dataclass(frozen=True)
class Penalty(metaclass=Concept):
    """A function of the weights, added to the loss: J = loss + Σ penalty(W) over every weight.

    Biases, and the scales and shifts of normalizations, are not penalized.
    """

    strength: float

    equation: ClassVar[str]
    derivative: ClassVar[str]

    def __post_init__(self) -> None:
        require_in("[0, inf)", type(self).__name__, strength=self.strength)

    @abstractmethod
    def value(self, weight: Array) -> float:
        """The penalty of a weight."""

    @abstractmethod
    def gradient(self, weight: Array) -> Array:
        """∂penalty/∂W, in the shape of W."""

    @abstractmethod
    def to_torch(self) -> Callable[..., Any]:
        """The same penalty as a function of a tensor, for PyTorch to differentiate."""


@dataclass(frozen=True)
class L1(Penalty):
    r"""The sum of the weights' absolute values, which drives small weights to 0.

    Equation:   λ Σ |w|
    Derivative: λ sign(w),   0 at w = 0

    Arguments:
        strength: λ ≥ 0

    Shapes: any
    Errors: ArgumentError for a strength below 0

    >>> L1(0.5).value(np.array([[3.0, -4.0]])), L1(0.5).gradient(np.array([[3.0, -4.0]])).tolist()
    (3.5, [[0.5, -0.5]])

    Source: the lecture, "Overfitting"; Tibshirani, 1996
    """

    equation = r"\lambda \sum_{j} |w_j|"
    derivative = r"\lambda \operatorname{sign}(w)"

    def value(self, weight: Array) -> float:
        return self.strength * float(np.abs(weight).sum())

    def gradient(self, weight: Array) -> Array:
        return self.strength * np.sign(weight)

    def to_torch(self):
        return lambda weight: self.strength * weight.abs().sum()


@dataclass(frozen=True)
class L2(Penalty):
    r"""Half the sum of the weights' squares, which shrinks weights in proportion to their size.

    Equation:   λ/2 Σ w²
    Derivative: λ w

    With plain gradient descent this is weight decay: θ := θ − α (∂J/∂θ + λ θ) = (1 − α λ) θ − α ∂J/∂θ. With Adam it
    is not: there λ w is divided by √v like any gradient, so a weight with large gradients hardly decays.
    AdamW decouples the decay from the gradient.

    Arguments:
        strength: λ ≥ 0, the number that PyTorch's optimizers call weight_decay (and apply to biases too)

    Shapes: any
    Errors: ArgumentError for a strength below 0

    >>> L2(0.5).value(np.array([[3.0, -4.0]])), L2(0.5).gradient(np.array([[3.0, -4.0]])).tolist()
    (6.25, [[1.5, -2.0]])

    Source: the lecture, "Overfitting"; Krogh and Hertz, 1991; Loshchilov and Hutter, 2019
    """

    equation = r"\frac{\lambda}{2} \sum_{j} w_j^2"
    derivative = r"\lambda w"

    def value(self, weight: Array) -> float:
        flat = weight.reshape(-1)
        return self.strength / 2 * float(flat @ flat)

    def gradient(self, weight: Array) -> Array:
        return self.strength * weight

    def to_torch(self):
        return lambda weight: self.strength / 2 * (weight * weight).sum()


REGISTRY: dict[str, type[Penalty]] = {penalty.__name__: penalty for penalty in (L1, L2)}
