"""backProp's results, matched with the reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradiente.checker.judging.gradient_search import Explanation
from gradiente.checker.judging.runs import Run
from gradiente.checker.reference.reference import Array

SWAPPED = 0.5  # what results under each other's names cost


@dataclass(frozen=True)
class GradientMatch:
    """What backProp returned: which value is which gradient, and the mistakes that explain them.

    `kind` says how: by the "names" in the return statement, in the lecture's "order", or in another
    order that only their "shapes" show. `fixed` has the gradients that are divided by a fixed number instead of by m:
    which number that is, and where it comes from.
    """

    run: Run
    kind: str
    way: Mapping[str, Any]
    observed: Sequence[Mapping[str, Array | None]]
    explanation: Explanation
    swapped: bool
    fixed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def powers(self) -> list[int]:
        """How the gradients go with m: 0 for the mean, 1 for the sum; without those divided by a fixed number."""
        return [scale.power for name, scale in self.explanation.scales.items() if name not in self.fixed]

    @property
    def sums(self) -> bool:
        """Whether most of the gradients are sums over the instances."""
        return self.powers.count(1) > self.powers.count(0)

    @property
    def cost(self) -> float:
        return self.explanation.cost + SWAPPED * self.swapped
