"""backProp's results, matched with the reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradiente.checker.judging.runs import Run
from gradiente.checker.mistakes.search import Explanation
from gradiente.checker.reference.reference import Array

SWAPPED = 0.5  # what results under each other's names cost


@dataclass(frozen=True)
class GradientMatch:
    """What backProp returned: which value is which gradient, and the mistakes that explain them.

    `kind` says how: by the "names" in the return statement, in the lecture's "order", or in another
    order that only their "shapes" show.
    """

    run: Run
    kind: str
    way: Mapping[str, Any]
    observed: Sequence[Mapping[str, Array | None]]
    explanation: Explanation
    swapped: bool

    @property
    def cost(self) -> float:
        return self.explanation.cost + SWAPPED * self.swapped
