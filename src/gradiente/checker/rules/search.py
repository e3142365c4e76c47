"""The fewest mistakes that give the observed changes of all parameters, to the last digit.

The changes of one step are −α times the gradients: only their directions and their lengths relative to one another
count, since α, a mean or a sum, and a factor of the loss all change every length alike.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gradiente.checker.rules.chains import ChainSearch, Fits, Made, Values
from gradiente.checker.rules.dataflow import Array, Step, gradients_of, name_of

UNKNOWN = 4.0  # what a parameter costs whose change nothing gives
REPEATED = 0.5  # a mistake that is made once more
SCALED = 1.2  # what a length costs that differs from the others'
CLOSE = 5e-6  # of the largest number of an array
ALIKE = 1e-4  # two lengths
FEW = 3  # numbers, with which two factors cannot be told apart
NOTHING = 1e-13  # what rounding leaves of 0
Changes = Mapping[str, Array]


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
        ratios: of every explained gradient, step by step, the factor by which its change is longer
    """

    made: tuple[Made, ...] = ()
    lengths: Mapping[str, float] = field(default_factory=dict)
    base: tuple[float, ...] = ()
    still: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    values: Values = ()
    ratios: Mapping[str, Sequence[float]] = field(default_factory=dict)

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
        return self.least + SCALED * (len(set(self.scaled.values())) + self.unsteady) + self.uphill

    @property
    def least(self) -> float:
        """What it costs at least, whatever is known with more gradients, by which lengths may yet become alike."""
        kinds = len({made.key for made in self.made})
        known = kinds + REPEATED * (len(self.made) - kinds) + UNKNOWN * len(self.unknown)
        return known + len(self.still)

    @property
    def right(self) -> bool:
        return self.cost == 0


class Search(ChainSearch[Explanation]):
    """The changes of some steps of one network.

    Arguments:
        steps: with their forward passes
        changes: of every step what it adds to the parameters, by the names of their gradients: dW2, db2 …; one that
            is missing is not compared
        before: what the step before the first of them added; None where there was none
    """

    def __init__(
        self, steps: Sequence[Step], changes: Sequence[Changes], before: Changes | None = None
    ) -> None:
        super().__init__(steps)
        self.changes, self.before = changes, before
        self.seen = [name for name in gradients_of(steps[0]) if name in changes[0]]
        self.still = tuple(name for name in self.seen if not any(np.any(seen[name]) for seen in changes))

    def start(self) -> Explanation:
        return Explanation(still=self.still, values=tuple({} for _ in self.steps))

    def explained(
        self, known: Explanation, values: Values, made: Sequence[Made], layer: int, limit: float = math.inf
    ) -> Explanation | None:
        """What is known with the gradients of one layer: each by its right rule or by one wrong rule more."""
        best = replace(known, values=values, made=(*known.made, *made))
        for kind in ("dW", "db"):
            if name_of(kind, layer) not in self.seen:
                continue
            if best.least >= limit:
                return None
            best = min(self._with_gradient(best, kind, layer), key=lambda explanation: explanation.cost)
        return best

    def _with_gradient(self, known: Explanation, kind: str, layer: int) -> list[Explanation]:
        """What is known with one gradient more: by its right rule, else by every wrong one, else it is unknown.

        A few numbers fit every rule: theirs must be as long as others.
        """
        name = name_of(kind, layer)
        right, still = self.linked(known.values, kind, layer), name in self.still
        found: list[Explanation] = []
        if right is not None:
            found += self._by_right_rule(known, name, right)
            if found and (known.extra or self.changes[0][name].size >= FEW):
                return found
        if not still:
            for made, values in self.wrong_links(known.values, kind, layer, fits=self._fitting(name)):
                c = self._ratios(name, [v[name] for v in values], spread=True)
                if c is not None:
                    found.append(_more(known, made, name, values, c, None))
        if any(more.cost <= known.cost + 1 for more in found):
            return found
        for made, values in () if known.made or still else self.wrong_links(known.values, kind, layer):
            c, added = self._with_extra(name, values, known.extra.values(), spread=True)
            if c is not None:
                found.append(_more(known, made, name, values, c, added))
        unknown = () if still else (name,)
        return found or [replace(known, values=right or known.values, unknown=(*known.unknown, *unknown))]

    def _by_right_rule(self, known: Explanation, name: str, values: Values) -> list[Explanation]:
        c, added = self._ratios(name, [v[name] for v in values], spread=False), None
        few = known.extra and self.changes[0][name].size < FEW  # any factor would do
        if c is not None and few and not any(_alike(c, other) for other in known.ratios.values()):
            c = None
        if c is None:
            c, added = self._with_extra(name, values, known.extra.values(), spread=False)
        return [] if c is None else [_more(known, (), name, values, c, added)]

    def _fitting(self, name: str) -> Fits:
        """Whether the change of one step may be that of a rule."""

        def fits(place: int, value: Array) -> bool:
            seen = self.changes[place][name]
            return ratio(seen, value) is not None or (_nothing(seen) and _nothing(value))

        return fits

    def _ratios(self, name: str, wanted: Sequence[Array], *, spread: bool) -> list[float] | None:
        """c of every step, with change = c · wanted; None where one has none; of nothing but rounding no c.

        Arguments:
            spread: one number, or one column, may stand for many
        """
        pairs = [(seen[name], value) for seen, value in zip(self.changes, wanted, strict=True)]
        if not spread and any(seen.shape != value.shape for seen, value in pairs):
            return None
        if all(_nothing(seen) and _nothing(value) for seen, value in pairs):
            fits = all(_fits(value, seen) for seen, value in pairs)
            return [] if fits else None
        known: list[float] = []
        for seen, value in pairs:
            c = ratio(seen, value)
            if c is None:
                return None
            known.append(c)
        return known

    def _with_extra(
        self, name: str, values: Sequence[Changes], known: Iterable[tuple[str, float]], *, spread: bool
    ) -> tuple[list[float] | None, tuple[str, float] | None]:
        """c and d, where the change is c · gradient + d · the parameter itself, or d · the change before.

        Arguments:
            known: what was found so for others: a few numbers alone leave c and d open
            spread: one number, or one column, may stand for many
        """
        letter, layer = name[1], int(name[2:])
        parameters = [getattr(step.layers[layer - 1], letter) for step in self.steps]
        before = [self.before and self.before[name], *(seen[name] for seen in self.changes)]
        for key, others in (("weight_decay", parameters), ("momentum", before)):
            usual = next((d for other, d in known if other == key), None)
            found: list[tuple[float, float]] = []
            for seen, value, other in zip(self.changes, values, others, strict=False):
                wanted = _as_wide(value[name], seen[name]) if spread else value[name]
                fitted = _fit(seen[name], wanted, other, usual)
                if fitted is None:
                    break
                found.append(fitted)
            shares = [d for _, d in found if d] or [0.0]
            if len(found) == len(self.changes) and max(shares) - min(shares) <= ALIKE * abs(shares[0]):
                return [c for c, _ in found], (key, shares[0])
        return None, None


def _more(
    known: Explanation,
    made: Sequence[Made],
    name: str,
    values: Values,
    found: Sequence[float],
    added: tuple[str, float] | None,
) -> Explanation:
    """What is known with one gradient more, and c of every step."""
    ratios = {**known.ratios, name: found} if found else known.ratios
    base, lengths = _compared(ratios)
    return replace(
        known,
        made=(*known.made, *made),
        values=values,
        ratios=ratios,
        base=base,
        lengths=lengths,
        extra={**known.extra, name: added} if added else known.extra,
    )


def _as_wide(value: Array, seen: Array) -> Array:
    return np.broadcast_to(value, seen.shape) if _fits(value, seen) else value


def _nothing(array: Array) -> bool:
    return bool(np.abs(array).max() < NOTHING)


def _fits(value: Array, seen: Array) -> bool:
    """Whether an array may stand for one of another shape: one number, or one column, for many."""
    return all(a in (1, b) for a, b in zip(value.shape, seen.shape, strict=True))


def ratio(found: Array, wanted: Array) -> float | None:
    """c with found = c · wanted; None where there is none. One number, or one column, may stand for many."""
    if found.shape != wanted.shape:
        try:
            wanted = np.broadcast_to(wanted, found.shape)
        except ValueError:
            return None
    a, b = found.ravel(), wanted.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        square, product = float(b @ b), float(a @ b)
    if not square or np.abs(b).max() < NOTHING or not np.isfinite([square, product]).all():
        return None
    c = product / square
    return c if c and np.abs(a - c * b).max() <= CLOSE * np.abs(a).max() else None


def _fit(found: Array, wanted: Array, other: Array | None, usual: float | None) -> tuple[float, float] | None:
    """c and d with found = c · wanted + d · other; None where there are none. d is `usual` where that fits."""
    if other is None:
        c = ratio(found, wanted)
        return None if c is None else (c, 0.0)
    if not found.shape == wanted.shape == other.shape:
        return None
    c = None if usual is None else ratio(found - usual * other, wanted)
    if usual is not None and c is not None:
        return c, usual
    if found.size < FEW:
        return None
    columns = np.stack([wanted.ravel(), other.ravel()], axis=1)
    c, d = np.linalg.lstsq(columns, found.ravel(), rcond=None)[0]
    error = np.abs(columns @ np.array([c, d]) - found.ravel()).max()
    largest = np.abs(found).max()
    fits = error <= CLOSE * largest and np.abs(c * wanted).max() > ALIKE * largest
    return (float(c), float(d)) if fits else None


def _compared(ratios: Mapping[str, Sequence[float]]) -> tuple[tuple[float, ...], dict[str, float]]:
    """What most gradients have in common, and every one's factor beside it; of as many those that go downhill."""
    if not ratios:
        return (), {}
    votes = Counter(
        {name: sum(_alike(ratios[other], found) for other in ratios) for name, found in ratios.items()}
    )
    most = max(votes, key=lambda name: (votes[name], ratios[name][0] < 0, name.startswith("dW")))
    base = tuple(ratios[most])
    return base, {name: found[-1] / base[-1] for name, found in ratios.items()}


def _alike(a: Sequence[float], b: Sequence[float]) -> bool:
    return all(abs(x / y - 1) < ALIKE for x, y in zip(a, b, strict=True))
