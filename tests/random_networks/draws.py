"""Random numbers as a generator of networks needs them."""

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Shape = tuple[int, ...]


class Draws:
    """Choices that follow from a seed."""

    def __init__(self, seed: int | Sequence[int]) -> None:
        self.generator = np.random.default_rng(seed)

    def one(self, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        share = None if weights is None else np.array(weights) / sum(weights)
        return choices[int(self.generator.choice(len(choices), p=share))]

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.generator.integers(low, high + 1))

    def number(self, low: float, high: float) -> float:
        """A number of four digits between the two."""
        return float(f"{self.generator.uniform(low, high):.4g}")

    def rate(self, low: float, high: float) -> float:
        """The same, every order of magnitude as likely as another."""
        return float(f"{10 ** self.generator.uniform(math.log10(low), math.log10(high)):.4g}")

    def flag(self, chance: float = 0.5) -> bool:
        return bool(self.generator.random() < chance)

    def divisor(self, n: int) -> int:
        return self.one([d for d in range(1, n + 1) if n % d == 0])

    def axis(self, shape: Shape, low: int = 1) -> int:
        """An axis of a batch of that shape, counted from the front or the back."""
        axis = self.whole(low, len(shape))
        return self.one([axis, axis - len(shape) - 1])

    def each_axis(self, rank: int, choices: Sequence[Any]) -> Any:
        """One number for all axes, or one for each."""
        return self.one(choices) if self.flag() else tuple(self.one(choices) for _ in range(rank))
