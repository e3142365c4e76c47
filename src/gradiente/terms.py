"""One number as a sum: its terms, each a product of factors, and what closes the sum where it is not plain."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray
Index = tuple[int, ...]


@dataclass(frozen=True)
class Factor:
    """A number with its symbol; `source` is the quantity that it is an entry of, `index` where it stands there."""

    symbol: str
    value: float
    source: str | None = None
    index: Index = ()


MINUS = Factor("−1", -1.0)


@dataclass(frozen=True)
class Term:
    """A product: δ[3,1]·a[3,0]. `path` tells apart the ways a gradient takes, where there are several."""

    factors: tuple[Factor, ...]
    path: str = ""

    @property
    def symbol(self) -> str:
        minus = self.factors[0] is MINUS and len(self.factors) > 1
        shown = self.factors[1:] if minus else self.factors
        return "−" * minus + "·".join(factor.symbol for factor in shown)

    @property
    def value(self) -> float:
        return math.prod(factor.value for factor in self.factors)


@dataclass(frozen=True)
class Closing:
    """What makes the number out of its terms, where that is more than adding them: σ(z[0,1]), Σ/6, max."""

    symbol: str
    value: float


@dataclass(frozen=True)
class Opening:
    """The terms of a number, and their closing operation."""

    terms: tuple[Term, ...]
    closing: Closing | None = None

    @property
    def total(self) -> float:
        """The number, from its terms."""
        return total(self.terms) if self.closing is None else self.closing.value

    @property
    def sources(self) -> tuple[str, ...]:
        """The quantities whose entries are in it, each once."""
        factors = (factor for entry in self.terms for factor in entry.factors)
        return tuple(dict.fromkeys(factor.source for factor in factors if factor.source))


def term(*factors: Factor, path: str = "") -> Term:
    return Term(factors, path)


def total(terms: Sequence[Term]) -> float:
    return float(np.sum([entry.value for entry in terms])) if terms else 0.0


def opening(terms: Sequence[Term], closing: Closing | None = None) -> Opening:
    return Opening(tuple(terms), closing)


@dataclass(frozen=True)
class Numbers:
    """An array whose entries are factors: `x[3, 0]` is a[3,0] with its value.

    `shown` makes of a place in the array the place as it is shown, where columns are the instances another one.
    """

    letter: str
    name: str | None
    values: Array
    shown: Callable[[Index], Index]

    def __getitem__(self, index: Index) -> Factor:
        where = self.shown(index)
        return Factor(f"{self.letter}{subscript(where)}", float(self.values[index]), self.name, where)

    def derived(self, index: Index, before: str, value: float, after: str = "") -> Factor:
        """A factor computed from one entry, such as (1−a[3,0]): what stands before and after it, and the value."""
        entry = self[index]
        return Factor(f"{before}{entry.symbol}{after}", value, entry.source, entry.index)


@dataclass(frozen=True)
class LayerStep:
    """A layer's part of a step, as the layer reads it to open a number: its input x, its output y, δ = ∂J/∂y."""

    cache: Any
    x: Numbers
    y: Numbers
    delta: Numbers
    parameters: Mapping[str, Numbers] = field(default_factory=dict)
    buffers: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class LossStep:
    """A loss's part of a step: the prediction, ŷ (the prediction itself where there is no other), the target.

    `divisor` is what the sum of all L is divided by, 1 where J is no mean; `weights` are those of the instances.
    """

    prediction: Numbers
    estimate: Numbers
    target: Numbers
    divisor: float
    weights: Numbers | None = None

    @property
    def labels(self) -> bool:
        """Whether the target is the number of the right class, not a row of probabilities."""
        return self.target.values.ndim < self.prediction.values.ndim

    def row(self, index: Index) -> Index:
        """The place of the label, for a place of the prediction, which has the classes along its axis 1."""
        return index[0], *index[2:]

    def weight(self, index: Index) -> tuple[Factor, ...]:
        """The weight of the instance of that place, if the instances have weights."""
        return () if self.weights is None else (self.weights[index[:1]],)

    def target_at(self, index: Index) -> tuple[float, str]:
        """y at a place of the prediction, and its symbol; of a label 1 or 0."""
        if self.labels:
            right = int(self.target.values[self.row(index)]) == index[1]
            return float(right), f"{right:d}"
        y = self.target[index]
        return y.value, y.symbol

    def difference(self, index: Index) -> Factor:
        """(ŷ − y)"""
        y_hat = self.estimate[index]
        y, symbol = self.target_at(index)
        return self.estimate.derived(index, "(", y_hat.value - y, f"−{symbol})")


def subscript(index: Index) -> str:
    """[3,1]; nothing for the only number of a scalar."""
    return f"[{','.join(map(str, index))}]" if index else ""
