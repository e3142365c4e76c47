"""How many vectors there are, apply and pass, and what the others ask for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .building import CONCEPTS
from .vector import Outcome


@dataclass
class Row:
    """The vectors of one operator, or of all of them."""

    name: str
    vectors: int = 0
    applicable: int = 0
    passed: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        self.vectors += 1
        if outcome.missing:
            self.missing[outcome.missing] += 1
        else:
            self.applicable += 1
            self.passed += not outcome.failure


def rows(outcomes: Iterable[Outcome]) -> list[Row]:
    """A row for every operator whose concept is there, by name."""
    found: dict[str, Row] = {}
    for outcome in outcomes:
        if outcome.vector.concept in CONCEPTS:
            found.setdefault(outcome.vector.operator, Row(outcome.vector.operator)).add(outcome)
    return [found[name] for name in sorted(found, key=str.casefold)]


def total(name: str, parts: Iterable[Row]) -> Row:
    """One row for all of them; its missing options are by operator."""
    whole = Row(name)
    for part in parts:
        whole.vectors += part.vectors
        whole.applicable += part.applicable
        whole.passed += part.passed
        whole.missing.update({f"{part.name}: {option}": n for option, n in part.missing.items()})
    return whole


def other_concepts(outcomes: Iterable[Outcome]) -> Counter[str]:
    """The concepts that are not there, with their vectors."""
    return Counter(o.vector.concept for o in outcomes if o.vector.concept not in CONCEPTS)
