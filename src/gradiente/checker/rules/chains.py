"""The search for the fewest mistakes: the ways through a network, each link by its right rule or by a wrong one.

What the gradients of a layer are compared with is the matter of the subclass: the changes of parameters (search.py), or
what a function has returned.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.dataflow import KINDS, Array, Layer, Rule, Step, gradients_of, link, name_of
from gradiente.checker.rules.mistake import Mistake, WrongRule

BEAM = 5  # explanations that are followed from layer to layer
MOST = 2  # mistakes between two layers
Values = tuple[Mapping[str, Array], ...]
Fits = Callable[[int, Array], bool]


@dataclass(frozen=True)
class Made:
    """One mistake, and the link of the chain in which it was made."""

    mistake: Mistake
    wrong: WrongRule
    layer: int

    @property
    def key(self) -> str:
        return self.mistake.key

    @property
    def quantity(self) -> str:
        """The first wrong quantity: dZ2, dW1 …"""
        return name_of(self.wrong.kind, self.layer)


class Chains:
    """The chains of some steps: all ways to compute their quantities.

    Arguments:
        steps: of the backward pass, with their forward passes
        more: wrong rules beside those of the mistakes' own files
    """

    def __init__(self, steps: Sequence[Step], more: Sequence[tuple[Mistake, WrongRule]] = ()) -> None:
        self.steps = steps
        known = [(mistake, wrong) for mistake in all_mistakes() for wrong in mistake.rules]
        fitting = [pair for pair in (*known, *more) if steps[0].loss in pair[1].losses]
        self.wrong = {kind: [pair for pair in fitting if pair[1].kind == kind] for kind in KINDS}

    def paths(
        self, values: Values, kinds: tuple[str, str], layer: int, most: int
    ) -> Iterator[tuple[list[Made], Values]]:
        """Both links with exactly so many of them wrong."""
        first, second = kinds
        above = layer + 1 if first == "dA" else layer
        for one, with_first in self.links(values, first, above, wrong=most > 0):
            for two, both in self.links(with_first, second, layer, wrong=most > len(one)):
                if len(one) + len(two) == most:
                    yield [*one, *two], both

    def links(
        self, values: Values, kind: str, layer: int, *, wrong: bool, fits: Fits | None = None
    ) -> Iterator[tuple[list[Made], Values]]:
        """The chain with one link more, by the right rule, then by every wrong one."""
        right = self.linked(values, kind, layer, fits=fits)
        if right is not None:
            yield [], right
        if wrong:
            yield from self.wrong_links(values, kind, layer, fits=fits)

    def wrong_links(
        self, values: Values, kind: str, layer: int, *, fits: Fits | None = None
    ) -> Iterator[tuple[list[Made], Values]]:
        """The chain with one link more, by every wrong rule."""
        for mistake, wrong in self.wrong[kind]:
            more = self.linked(values, kind, layer, wrong.rule, fits)
            if more is not None:
                yield [Made(mistake, wrong, layer)], more

    def linked(
        self, values: Values, kind: str, layer: int, rule: Rule | None = None, fits: Fits | None = None
    ) -> Values | None:
        """The chain with one link more, by the right rule or by another; None where that gives no numbers.

        Arguments:
            fits: None, too, where it refuses the number of a step and the value there
        """
        name, more = name_of(kind, layer), []
        for place, (step, known) in enumerate(zip(self.steps, values, strict=True)):
            try:
                value = link(step, kind, layer, known, rule)
            except ValueError:
                return None
            if fits and not fits(place, value):
                return None
            more.append({**known, name: value})
        return tuple(more)


def wrong_outputs(activation: str, z: Array) -> Iterator[tuple[Made, Array]]:
    """What the mistakes make of Z in the place of g(Z), (n, m) → (n, m)."""
    nothing = np.empty((len(z), 0))
    layer = Layer(1, nothing.T, nothing, None, z, z, activation, nothing, None)
    for made, (values,) in Chains([Step((layer,), z, "cross_entropy")]).links(({},), "A", 1, wrong=True):
        yield from ((one, values["A1"]) for one in made)


class Explained(Protocol):
    """An explanation of what was observed, down to some layer."""

    @property
    def values(self) -> Values:
        """All quantities of every step as its mistakes make them."""
        ...

    @property
    def unknown(self) -> tuple[str, ...]:
        """The gradients that nothing gives."""
        ...

    @property
    def cost(self) -> float:
        """What is compared between explanations; 0 for right gradients."""
        ...


E = TypeVar("E", bound=Explained)


class ChainSearch(Chains, ABC, Generic[E]):
    """The fewest mistakes in the backward pass."""

    @abstractmethod
    def start(self) -> E:
        """What is known before the first link."""

    @abstractmethod
    def explained(
        self, known: E, values: Values, made: Sequence[Made], layer: int, limit: float = math.inf
    ) -> E | None:
        """What is known with the gradients of one layer more.

        Arguments:
            values: down to ∂J/∂Z of the layer
            made: the mistakes on the way there
            limit: what costs as much may be None
        """

    def best(self, most: int = MOST) -> E:
        """The explanation that costs least; of equals the first in the order of the mistakes.

        Below a layer whose gradients nothing gives no mistakes are looked for.

        Arguments:
            most: mistakes between two layers
        """
        known: Sequence[E] = [self.start()]
        last = len(self.steps[0].layers)
        for layer in range(last, 0, -1):
            kinds = ("target", "output") if layer == last else ("dA", "dZ")
            lost = layer < last and self._gradients(layer + 1) <= set(known[0].unknown)
            known = self._down(known, kinds, layer, 0 if lost else most) or known
        return known[0]

    def _gradients(self, layer: int) -> set[str]:
        return {name for name in gradients_of(self.steps[0]) if name[2:] == str(layer)}

    def _down(self, known: Sequence[E], kinds: tuple[str, str], layer: int, allowed: int) -> list[E]:
        """What is known one layer further down, the best first; two mistakes between layers where one will not do."""
        found: list[E] = []
        names, limit = self._gradients(layer), math.inf
        for most in range(allowed + 1):
            for one in known:
                for made, values in self.paths(one.values, kinds, layer, most):
                    explanation = self.explained(one, values, made, layer, limit)
                    if explanation is None or (made and names <= set(explanation.unknown)):
                        continue  # these mistakes explain nothing
                    found.append(explanation)
                    if layer == 1:  # where only the best counts
                        limit = min(limit, explanation.cost)
            found.sort(key=lambda explanation: explanation.cost)
            if found and found[0].cost < known[0].cost + most + 1:  # what one mistake more would cost
                break
        return found[:BEAM]
