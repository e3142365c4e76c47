"""The fewest mistakes that give the observed changes of all parameters, to the last digit.

The changes of one step are −α times the gradients: only their directions and their lengths relative to one another
count, since α, a mean or a sum, and a factor of the loss all change every length alike.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.dataflow import KINDS, Array, Backward, Step, gradients_of
from gradiente.checker.rules.mistake import Mistake, WrongRule

UNKNOWN = 4.0  # what a parameter costs whose change nothing gives
SCALED = 1.2  # what a length costs that differs from the others'
CLOSE = 5e-6  # of the largest number of an array
ALIKE = 1e-4  # two lengths
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
        """The first wrong quantity: dZ2, dW1 …; what leaves a layer is the ∂J/∂A of the one before."""
        names = {"target": "Y", "output": f"dZ{self.layer}", "dA": f"dA{self.layer - 1}"}
        return names.get(self.wrong.kind, f"{self.wrong.kind}{self.layer}")


@dataclass(frozen=True)
class Explanation:
    """How the changes came about.

    Arguments:
        made: the mistakes, in the order of the backward pass
        lengths: of every explained gradient the factor by which its change is longer than most others'
        base: −α and the factors that all have, step by step
        still: the parameters that no step changes
        unknown: those whose change nothing gives
        extra: what is added to the gradients: "weight_decay", "momentum", by parameter
    """

    made: tuple[Made, ...] = ()
    lengths: Mapping[str, float] = field(default_factory=dict)
    base: tuple[float, ...] = ()
    still: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def uphill(self) -> bool:
        return bool(self.base) and self.base[0] > 0

    @property
    def scaled(self) -> dict[str, float]:
        """The gradients whose length is not that of the others."""
        return {name: factor for name, factor in self.lengths.items() if abs(factor - 1) > ALIKE}

    @property
    def cost(self) -> float:
        """What is compared between explanations; 0 for right gradients."""
        other = len(self.still) + SCALED * len(set(self.scaled.values())) + self.uphill
        return len(self.made) + UNKNOWN * len(self.unknown) + other

    @property
    def right(self) -> bool:
        return self.cost == 0


class Search:
    """The changes of some steps of one network.

    Arguments:
        steps: with their forward passes
        changes: of every step what it adds to the parameters, by the names of their gradients: dW2, db2 …
    """

    def __init__(self, steps: Sequence[Step], changes: Sequence[Changes]) -> None:
        self.steps, self.changes = steps, changes
        self.names = gradients_of(steps[0])
        self.still = tuple(name for name in self.names if not any(np.any(seen[name]) for seen in changes))
        self._wrong = {kind: list(_rules(kind, steps[0].loss)) for kind in KINDS}

    def best(self) -> Explanation:
        """The explanation that costs least; of equals the first in the order of the mistakes."""
        best = self.explained(())
        upstream = list(self._upstream())
        for count in (1, 2):
            if best.cost <= count:
                return best
            for made in combinations(upstream, count):
                if len({(one.wrong.kind, one.layer) for one in made}) == count:
                    found = self.explained(made)
                    best = found if found.cost < best.cost - 1e-9 else best
            if count == 1 and len(best.unknown) == 0:
                return best
        return best

    def _upstream(self) -> Iterator[Made]:
        """Every wrong link whose consequences go on."""
        last = len(self.steps[0].layers)
        places = [("target", last), ("output", last)]
        for layer in range(last, 1, -1):
            places += [("dA", layer), ("dZ", layer - 1)]
        for kind, layer in places:
            yield from (Made(mistake, wrong, layer) for mistake, wrong in self._wrong[kind])

    def explained(self, upstream: Sequence[Made]) -> Explanation:
        """The changes, where these links are wrong: every gradient by its right rule or by one wrong rule more."""
        chain = [_changed(step, upstream) for step in self.steps]
        try:
            values = [backward.values() for backward in chain]
        except ValueError:
            return Explanation(tuple(upstream), unknown=tuple(self.names))
        ratios: dict[str, list[float]] = {}
        made, unknown, extra = list(upstream), [], {}
        for name in self.names:
            if name in self.still:
                continue
            found = self._ratios(name, [value[name] for value in values])
            if found is None:
                found, more = self._with_extra(name, values)
                if more:
                    extra[name] = more
            if found is None:
                found, own = self._own(name, chain)
                made += [own] if own else []
            if found is None:
                unknown.append(name)
            else:
                ratios[name] = found
        base, lengths = _compared(ratios)
        made.sort(key=lambda one: (-one.layer, KINDS.index(one.wrong.kind)))
        return Explanation(tuple(made), lengths, base, self.still, tuple(unknown), extra)

    def _ratios(self, name: str, wanted: Sequence[Array]) -> list[float] | None:
        """c of every step, with change = c · wanted; None where one has none."""
        found = [ratio(seen[name], value) for seen, value in zip(self.changes, wanted, strict=True)]
        known = [c for c in found if c is not None]
        return known if len(known) == len(found) else None

    def _own(self, name: str, chain: Sequence[Backward]) -> tuple[list[float] | None, Made | None]:
        """The first wrong rule for this gradient alone that gives its changes."""
        kind, layer = name[:2], int(name[2:])
        for mistake, wrong in self._wrong[kind]:
            try:
                values = [one.replaced(kind, layer, wrong.rule).values()[name] for one in chain]
            except (ValueError, KeyError):
                continue
            found = self._ratios(name, values)
            if found is not None:
                return found, Made(mistake, wrong, layer)
        return None, None

    def _with_extra(self, name: str, values: Sequence[Changes]) -> tuple[list[float] | None, str]:
        """c, where the change is c · gradient and a part of the parameter itself, or of the change before."""
        letter, layer = name[1], int(name[2:])
        parameters = [getattr(step.layers[layer - 1], letter) for step in self.steps]
        for key, others in (("weight_decay", parameters), ("momentum", [None, *(s[name] for s in self.changes)])):
            found = []
            for seen, value, other in zip(self.changes, values, others, strict=False):
                fitted = _fit(seen[name], value[name], other)
                if fitted is None:
                    break
                found.append(fitted)
            if len(found) == len(self.steps):
                return found, key
        return None, ""


def _rules(kind: str, loss: str) -> Iterator[tuple[Mistake, WrongRule]]:
    for mistake in all_mistakes():
        yield from (
            (mistake, wrong) for wrong in mistake.rules if wrong.kind == kind and loss in wrong.losses
        )


def _changed(step: Step, made: Sequence[Made]) -> Backward:
    return Backward(step, {(one.wrong.kind, one.layer): one.wrong.rule for one in made})


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


def _fit(found: Array, wanted: Array, other: Any) -> float | None:
    """c with found = c · wanted + d · other; None where there is none."""
    if other is None:
        return ratio(found, wanted)
    if not found.shape == wanted.shape == other.shape or found.size < 3:
        return None
    columns = np.stack([wanted.ravel(), other.ravel()], axis=1)
    solution = np.linalg.lstsq(columns, found.ravel(), rcond=None)[0]
    error = np.abs(columns @ solution - found.ravel()).max()
    return float(solution[0]) if error <= CLOSE * np.abs(found).max() and solution[0] else None


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
