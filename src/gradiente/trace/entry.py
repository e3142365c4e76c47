"""One number of a step, expanded into terms."""

from dataclasses import dataclass
from typing import Any

from gradiente.terms import Closing, Index, Opening, Term
from gradiente.trace.quantity import Quantity


@dataclass(frozen=True)
class Entry:
    """A number, the terms of its sum, and two independent values: a finite difference and PyTorch's.

    `terms` and `closing` make the number: their sum, or what `closing` makes of them. `opened` is False where nothing
    is computed: X, y and the parameters. In the symbols dz is an entry of ∂J/∂Z, g of the gradient that an optimizer
    gets, m⁻ a slot before the step, ⟨ ⟩ a mean over the batch, and [ ] around a condition 1 where it holds, else 0.
    `finite_difference` is that of J, for a gradient; `torch` is PyTorch's value, where it is installed and has one.
    """

    quantity: Quantity
    index: Index
    value: float
    opening: Opening | None
    finite_difference: float | None
    torch: float | None

    @property
    def opened(self) -> bool:
        return self.opening is not None

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.opening.terms if self.opening else ()

    @property
    def closing(self) -> Closing | None:
        return self.opening.closing if self.opening else None

    @property
    def total(self) -> float | None:
        """The number once more, from its terms."""
        return self.opening.total if self.opening else None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON has it."""
        closing = self.closing
        return {
            "name": self.quantity.name,
            "index": list(self.index),
            "value": self.value,
            "opened": self.opened,
            "terms": [
                {
                    "symbol": term.symbol,
                    "value": term.value,
                    "path": term.path,
                    "factors": [
                        {
                            "symbol": factor.symbol,
                            "value": factor.value,
                            "source": factor.source,
                            "index": list(factor.index),
                        }
                        for factor in term.factors
                    ],
                }
                for term in self.terms
            ],
            "closing": closing and {"symbol": closing.symbol, "value": closing.value},
            "finite_difference": self.finite_difference,
            "torch": self.torch,
        }
