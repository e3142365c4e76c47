"""The fewest mistakes that give the observed changes of all parameters, to the last digit.

The changes of one step are −α times the gradients: only their directions and their lengths relative to one another
count, since α, a mean or a sum, and a factor of the loss all change every length alike.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.dataflow import KINDS, Array, Step, gradients_of, link, name_of
from gradiente.checker.rules.mistake import Mistake, WrongRule

UNKNOWN = 4.0  # what a parameter costs whose change nothing gives
SCALED = 1.2  # what a length costs that differs from the others'
BEAM = 5  # explanations that are followed from layer to layer
CLOSE = 5e-6  # of the largest number of an array
ALIKE = 1e-4  # two lengths
FEW = 3  # numbers, with which two factors cannot be told apart
NOTHING = 1e-13  # what rounding leaves of 0
Changes = Mapping[str, Array]


@dataclass(frozen=True)
class Made:
    """One mistake, and the link of the chain in which it was made."""

    mistake: Mistake
    wrong: WrongRule
    layer: int

    @property
    def quantity(self) -> str:
        """The first wrong quantity: dZ2, dW1 …"""
        return name_of(self.wrong.kind, self.layer)


@dataclass(frozen=True)
class Explanation:
    """How the changes came about.

    Arguments:
        made: the mistakes, in the order of the backward pass
        lengths: of every explained gradient the factor by which its change is longer than most others'
        base: −α and the factors that all have, step by step
        still: the parameters that no step changes
        unknown: those whose change nothing gives
        extra: what is added to the gradients, by their names: "weight_decay" or "momentum", and how much of it
        values: all quantities of every step as these mistakes make them
    """

    made: tuple[Made, ...] = ()
    lengths: Mapping[str, float] = field(default_factory=dict)
    base: tuple[float, ...] = ()
    still: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    values: tuple[Changes, ...] = ()

    @property
    def uphill(self) -> bool:
        return bool(self.base) and self.base[0] > 0

    @property
    def unsteady(self) -> bool:
        """Whether the steps differ in what all gradients have in common, as if α changed."""
        return any(abs(c / self.base[0] - 1) > ALIKE for c in self.base)

    @property
    def scaled(self) -> dict[str, float]:
        """The gradients whose length is not that of the others."""
        return {name: factor for name, factor in self.lengths.items() if abs(factor - 1) > ALIKE}

    @property
    def cost(self) -> float:
        """What is compared between explanations; 0 for right gradients."""
        other = len(self.still) + SCALED * (len(set(self.scaled.values())) + self.unsteady) + self.uphill
        return len(self.made) + UNKNOWN * len(self.unknown) + other

    @property
    def right(self) -> bool:
        return self.cost == 0


@dataclass(frozen=True)
class State:
    """The backward passes of all steps down to some layer, with these mistakes, and how that explains the changes."""

    values: tuple[Changes, ...]
    explanation: Explanation
    ratios: Mapping[str, list[float]] = field(default_factory=dict)


class Search:
    """The changes of some steps of one network.

    Arguments:
        steps: with their forward passes
        changes: of every step what it adds to the parameters, by the names of their gradients: dW2, db2 …
        before: what the step before the first of them added; None where there was none
    """

    def __init__(
        self, steps: Sequence[Step], changes: Sequence[Changes], before: Changes | None = None
    ) -> None:
        self.steps, self.changes, self.before = steps, changes, before
        names = gradients_of(steps[0])
        self.still = tuple(name for name in names if not any(np.any(seen[name]) for seen in changes))
        self._wrong = {kind: list(_rules(kind, steps[0].loss)) for kind in KINDS}

    def best(self, most: int = 2) -> Explanation:
        """The explanation that costs least; of equals the first in the order of the mistakes.

        Arguments:
            most: mistakes between two layers
        """
        states: Sequence[State] = [State(tuple({} for _ in self.steps), Explanation(still=self.still))]
        last = len(self.steps[0].layers)
        for layer in range(last, 0, -1):
            kinds = ("target", "output") if layer == last else ("dA", "dZ")
            states = self._down(states, kinds, layer, most) or states
        return states[0].explanation

    def _down(self, states: Sequence[State], kinds: tuple[str, str], layer: int, allowed: int) -> list[State]:
        """The states one layer further down, the best first; two mistakes between layers where one will not do."""
        found: list[State] = []
        for most in range(allowed + 1):
            for state in states:
                for made, values in self._paths(state, kinds, layer, most):
                    found.append(self._explained(State(values, state.explanation, state.ratios), made, layer))
            found.sort(key=lambda state: state.explanation.cost)
            before = states[0].explanation.cost
            if found and found[0].explanation.cost <= before + most:
                break
        return found[:BEAM]

    def _paths(
        self, state: State, kinds: tuple[str, str], layer: int, most: int
    ) -> Iterator[tuple[list[Made], tuple[Changes, ...]]]:
        """Both links with exactly so many of them wrong."""
        first, second = kinds
        above = layer + 1 if first == "dA" else layer
        for one, values in self._links(state.values, first, above, wrong=most > 0):
            for two, both in self._links(values, second, layer, wrong=most > len(one)):
                if len(one) + len(two) == most:
                    yield [*one, *two], both

    def _links(
        self, values: tuple[Changes, ...], kind: str, layer: int, *, wrong: bool
    ) -> Iterator[tuple[list[Made], tuple[Changes, ...]]]:
        """The chain with one link more, by the right rule, then by every wrong one."""
        for entry in (None, *(self._wrong[kind] if wrong else ())):
            rule = entry[1].rule if entry else None
            try:
                new = [
                    link(step, kind, layer, known, rule)
                    for step, known in zip(self.steps, values, strict=True)
                ]
            except ValueError:
                continue
            name = name_of(kind, layer)
            more = tuple({**known, name: value} for known, value in zip(values, new, strict=True))
            yield ([Made(*entry, layer)] if entry else []), more

    def _explained(self, state: State, made: Sequence[Made], layer: int) -> State:
        """The state with the gradients of one layer: each by its right rule or by one wrong rule more."""
        known = state.explanation
        more, unknown, extra = [*made], list(known.unknown), dict(known.extra)
        values, ratios = state.values, dict(state.ratios)
        for kind in ("dW", "db") if self.steps[0].layers[layer - 1].b is not None else ("dW",):
            name = name_of(kind, layer)
            found, right = None, values
            for one, with_it in self._links(values, kind, layer, wrong=name not in self.still):
                right = right if one else with_it
                found = self._ratios(name, [v[name] for v in with_it], spread=bool(one))
                few = not one and extra and self.changes[0][name].size < FEW  # any factor would do
                if found and few and not any(_alike(found, other) for other in ratios.values()):
                    found = None
                if found is None and not one:
                    found, added = self._with_extra(name, with_it, extra.values())
                    extra |= {name: added} if added else {}
                if found is not None:
                    more, values, ratios[name] = [*more, *one], with_it, found
                    break
            else:
                values = right
                unknown += [] if name in self.still else [name]
        base, lengths = _compared(ratios)
        all_made = (*known.made, *more)
        explained = Explanation(all_made, lengths, base, self.still, tuple(unknown), extra, values)
        return State(values, explained, ratios)

    def _ratios(self, name: str, wanted: Sequence[Array], *, spread: bool) -> list[float] | None:
        """c of every step, with change = c · wanted; None where one has none.

        Arguments:
            spread: one number, or one column, may stand for many
        """
        found = []
        for seen, value in zip(self.changes, wanted, strict=True):
            if not spread and seen[name].shape != value.shape:
                return None
            found.append(ratio(seen[name], value))
        known = [c for c in found if c is not None]
        return known if len(known) == len(found) else None

    def _with_extra(
        self, name: str, values: Sequence[Changes], known: Iterable[tuple[str, float]]
    ) -> tuple[list[float] | None, tuple[str, float] | None]:
        """c and d, where the change is c · gradient + d · the parameter itself, or d · the change before.

        Arguments:
            known: what was found so for others: a few numbers alone leave c and d open
        """
        letter, layer = name[1], int(name[2:])
        parameters = [getattr(step.layers[layer - 1], letter) for step in self.steps]
        before = [self.before and self.before[name], *(seen[name] for seen in self.changes)]
        for key, others in (("weight_decay", parameters), ("momentum", before)):
            usual = next((d for other, d in known if other == key), None)
            fitted = [
                _fit(seen[name], value[name], other, usual)
                for seen, value, other in zip(self.changes, values, others, strict=False)
            ]
            found = [pair for pair in fitted if pair is not None]
            shares = [d for _, d in found if d] or [0.0]
            if len(found) == len(fitted) and max(shares) - min(shares) <= ALIKE * abs(shares[0]):
                return [c for c, _ in found], (key, shares[0])
        return None, None


def _rules(kind: str, loss: str) -> Iterator[tuple[Mistake, WrongRule]]:
    for mistake in all_mistakes():
        yield from (
            (mistake, wrong) for wrong in mistake.rules if wrong.kind == kind and loss in wrong.losses
        )


def ratio(found: Array, wanted: Array) -> float | None:
    """c with found = c · wanted; None where there is none. One number, or one column, may stand for many.

    0 of nothing but rounding is 1 times it.
    """
    try:
        wanted = np.broadcast_to(wanted, found.shape)
    except ValueError:
        return None
    a, b = found.ravel(), wanted.ravel()
    square = float(b @ b)
    if not square or np.abs(b).max() < NOTHING:
        return None
    c = float(a @ b) / square
    return c if c and np.abs(a - c * b).max() <= CLOSE * np.abs(a).max() else None


def _fit(found: Array, wanted: Array, other: Array | None, usual: float | None) -> tuple[float, float] | None:
    """c and d with found = c · wanted + d · other; None where there are none. d is `usual` where it cannot be found."""
    if other is None:
        c = ratio(found, wanted)
        return None if c is None else (c, 0.0)
    if not found.shape == wanted.shape == other.shape:
        return None
    if found.size < FEW:
        c = None if usual is None else ratio(found - usual * other, wanted)
        return None if c is None or usual is None else (c, usual)
    columns = np.stack([wanted.ravel(), other.ravel()], axis=1)
    c, d = np.linalg.lstsq(columns, found.ravel(), rcond=None)[0]
    error = np.abs(columns @ np.array([c, d]) - found.ravel()).max()
    largest = np.abs(found).max()
    fits = error <= CLOSE * largest and np.abs(c * wanted).max() > ALIKE * largest
    return (float(c), float(d)) if fits else None


def _compared(ratios: Mapping[str, Sequence[float]]) -> tuple[tuple[float, ...], dict[str, float]]:
    """What most gradients have in common, and every one's factor beside it; of as many the larger."""
    if not ratios:
        return (), {}
    votes = Counter(
        {name: sum(_alike(ratios[other], found) for other in ratios) for name, found in ratios.items()}
    )
    most = max(votes, key=lambda name: (votes[name], name.startswith("dW")))
    base = tuple(ratios[most])
    return base, {name: found[-1] / base[-1] for name, found in ratios.items()}


def _alike(a: Sequence[float], b: Sequence[float]) -> bool:
    return all(abs(x / y - 1) < ALIKE for x, y in zip(a, b, strict=True))
