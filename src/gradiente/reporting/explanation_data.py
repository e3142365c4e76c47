"""Every number of a step, expanded in advance, as compact JSON for the page of `explain --html`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.trace import Entry, Factor, Quantity, Trace
from gradiente.views.trace_text import LARGEST

MOST_NUMBERS = 4000  # of a step that is shown whole
MOST_TERMS = 100  # of a number; those that follow are added up
MOST_DIFFERENCED = 10**6  # numbers between the layers, up to which finite differences take seconds

Index = tuple[int, ...]


@dataclass(frozen=True)
class Shown:
    """A quantity on the page: where in the step it is, and how much of it is shown, from the first number on."""

    place: int
    quantity: Quantity
    extent: Index

    @property
    def is_complete(self) -> bool:
        return self.extent == self.quantity.shape

    @property
    def values(self) -> np.ndarray:
        return self.quantity.value[tuple(slice(n) for n in self.extent)]

    def indices(self) -> Iterator[Index]:
        return iter(np.ndindex(*self.extent))

    def has(self, index: Index) -> bool:
        return all(i < n for i, n in zip(index, self.extent, strict=True))

    def anchor(self, index: Index) -> str:
        """The id of a number on the page."""
        return f"n{self.place}" + "".join(f".{i}" for i in index)


def shown(step: Trace) -> dict[str, Shown]:
    """Every quantity by its name: all of it, or of a large one of a large step the corner, 8 × 8.

    >>> import gradiente as gr
    >>> step = gr.trace(gr.Network([gr.Linear(3, 2)]), gr.MSELoss(), [[1.0, 2.0, 0.0]], [[1.0, 3.0]])
    >>> [(one.quantity.name, one.extent) for one in shown(step).values()][:3]
    [('X', (1, 3)), ('W[1]', (2, 3)), ('b[1]', (2,))]
    """
    everything = sum(quantity.value.size for quantity in step) <= MOST_NUMBERS
    return {
        quantity.name: Shown(
            place,
            quantity,
            quantity.shape if everything or quantity.value.size <= LARGEST**2 else _corner(quantity.shape),
        )
        for place, quantity in enumerate(step)
    }


def opened(step: Trace, parts: Mapping[str, Shown]) -> list[dict[str, Any]]:
    """The quantities of a step, each with the entries of all its shown numbers under their places, "1.0".

    An entry is [value, terms, closing, rest, finite difference, PyTorch's value]. A term is [path, factor, factor …], a
    factor [letter, place of its quantity, place in it], whose value is that entry's; or [symbol, value], followed by
    those places where it is made of a number that is shown. The closing is [symbol, value], "Σ" for a plain sum; the
    rest is [how many terms are left out, their sum], or null. Terms and closing of a number that is given are null.
    """
    differences = has_finite_differences(step)
    return [
        {
            "name": quantity.name,
            "label": quantity.label,
            "entries": {
                key(index): _entry(step.entry(quantity.name, *index, differences=differences), parts)
                for index in parts[quantity.name].indices()
            },
        }
        for quantity in step
    ]


def has_finite_differences(step: Trace) -> bool:
    """Whether the forward pass is small enough to be repeated twice for every gradient on the page."""
    return sum(one.value.size for one in step if one.role in ("input", "output")) <= MOST_DIFFERENCED


def key(index: Index) -> str:
    """A place in a quantity: "1.0", and "" for the only number of J."""
    return ".".join(map(str, index))


def _corner(shape: Index) -> Index:
    return tuple(1 if axis < len(shape) - 2 else min(n, LARGEST) for axis, n in enumerate(shape))


def _entry(entry: Entry, parts: Mapping[str, Shown]) -> list[Any]:
    witnesses = [entry.finite_difference, entry.torch]
    if not entry.opened:
        return [entry.value, None, None, None, *witnesses]
    closing = [entry.closing.symbol if entry.closing else "Σ", entry.total]
    terms = [[term.path, *(_factor(factor, parts) for factor in term.factors)] for term in _first(entry)]
    left = [term.value for term in entry.terms[len(terms) :]]
    return [entry.value, terms, closing, [len(left), float(np.sum(left))] if left else None, *witnesses]


def _first(entry: Entry) -> Any:
    """The terms that are written out: never all but one."""
    return entry.terms if len(entry.terms) <= MOST_TERMS + 1 else entry.terms[:MOST_TERMS]


def _factor(factor: Factor, parts: Mapping[str, Shown]) -> list[Any]:
    source = parts.get(factor.source or "")
    index = factor.index
    if source is None or len(index) != len(source.extent) or not source.has(index):
        return [factor.symbol, factor.value]
    where = f"[{','.join(map(str, index))}]" if index else ""
    if factor.symbol.endswith(where) and factor.value == float(source.quantity.value[index]):
        return [factor.symbol.removesuffix(where), source.place, key(index)]
    return [factor.symbol, factor.value, source.place, key(index)]
