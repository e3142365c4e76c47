"""The fewest mistakes that give the gradients a function of the workshops returns, to the last digit."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.matching import Scale, compared, scale_of
from gradiente.checker.reference.reference import Array, Reference
from gradiente.checker.rules.chains import ChainSearch, Made, Values
from gradiente.checker.rules.dataflow import name_of
from gradiente.checker.rules.mistakes import weights_updated

GRADIENTS = ("dW2", "db2", "dW1", "db1")
UNKNOWN = 4.0  # what a gradient costs that nothing gives
# What a scale costs that is neither mean nor sum: a rule that explains it is the better explanation.
UNUSUAL = 1.2
NOTHING = 1e-13  # what is left of 0 after rounding: over the classes ŷ − y sums to 0
Observed = Mapping[str, Array | None]


@dataclass(frozen=True)
class Explanation:
    """How a student's gradients come about.

    Arguments:
        made: the mistakes, in the order of the backward pass
        scales: of every gradient that something gives
        unknown: the gradients that nothing gives
        absent: those of b that are 0 where b = 0 is agreed
        values: all quantities of every step as these mistakes make them
    """

    made: tuple[Made, ...] = ()
    scales: Mapping[str, Scale] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    values: Values = ()

    @property
    def cost(self) -> float:
        """What is compared between explanations; 0 for right gradients."""
        unusual = any(not scale.usual for scale in self.scales.values())
        mixed = len({scale.power for scale in self.scales.values()}) > 1
        return len(self.made) + UNKNOWN * len(self.unknown) + UNUSUAL * (unusual or mixed)

    @property
    def right(self) -> bool:
        return self.cost == 0


class GradientSearch(ChainSearch[Explanation]):
    """One student's gradients of a few random steps, in one layout.

    Arguments:
        cases: the steps
        rates: learning rates with which W[2] may have been updated too early
        observed: the gradients that the student's function gave for each, in the student's form
    """

    def __init__(
        self,
        cases: Sequence[Reference],
        observed: Sequence[Observed],
        layout: Layout,
        rates: Sequence[float] = (),
    ) -> None:
        updated = [
            (weights_updated.MISTAKE, wrong) for rate in rates for wrong in weights_updated.updated_by(rate)
        ]
        super().__init__([case.step() for case in cases], updated)
        self.cases, self.observed, self.layout = cases, observed, layout
        self._factors = [f for rate in rates if rate not in (1, 2, 0.5) for f in (1 / rate, rate)]
        self._zero_biases = cases[0].workshop == "xor"

    def start(self) -> Explanation:
        return Explanation(values=tuple({} for _ in self.cases))

    def plain(self) -> Explanation:
        """Only what the right rules give."""
        known = Explanation(values=tuple(case.numbers for case in self.cases))
        for layer in (2, 1):
            for kind in ("dW", "db"):
                known = self._with_gradient(known, kind, layer, wrong=False)
        return known

    def explained(
        self, known: Explanation, values: Values, made: Sequence[Made], layer: int, limit: float = math.inf
    ) -> Explanation | None:
        """What is known with the gradients of one layer: each by its right rule or by one wrong rule more."""
        more = replace(known, made=(*known.made, *made), values=values)
        for kind in ("dW", "db"):
            if more.cost >= limit:
                return None
            more = self._with_gradient(more, kind, layer, wrong=True)
        return more

    def _with_gradient(self, known: Explanation, kind: str, layer: int, *, wrong: bool) -> Explanation:
        """What is known with one gradient more."""
        name = name_of(kind, layer)
        if self._zero_biases and kind == "db" and self._is_zero(name):
            return replace(known, absent=(*known.absent, name))
        found = self._found(known.values, kind, layer, wrong=wrong)
        if found is None:
            _, values = next(self.links(known.values, kind, layer, wrong=False), ((), known.values))
            return replace(known, unknown=(*known.unknown, name), values=values)
        made, values, scale = found
        more = replace(known, made=(*known.made, *made), values=values)
        nothing = self._is_zero(name, NOTHING)  # which says nothing of 1/m
        return more if nothing else replace(more, scales={**known.scales, name: scale})

    def _found(
        self, values: Values, kind: str, layer: int, *, wrong: bool
    ) -> tuple[list[Made], Values, Scale] | None:
        """By which rule a gradient comes about: the right one in any scale, else the first wrong one in a usual one."""
        name = name_of(kind, layer)
        zero, found = self._is_zero(name), None

        def fits(place: int, value: Array) -> bool:
            return self._ratio(name, place, value) is not None

        for made, with_it in self.links(values, kind, layer, wrong=wrong, fits=fits):
            if zero and made and not made[0].key.endswith("_zero"):
                continue  # other rules give 0 only by rounding
            scale = self._scale(name, [v[name] for v in with_it])
            if scale is not None and (found is None or scale.usual):
                found = made, with_it, scale
            if found is not None and (found[2].usual or not found[0]):
                return found
        return found

    def _is_zero(self, name: str, nothing: float = 0.0) -> bool:
        """Whether it is 0, but for `nothing`, in every step that has it."""
        arrays = [seen.get(name) for seen in self.observed]
        return all(array is None or np.abs(array).max(initial=0.0) <= nothing for array in arrays)

    def _scale(self, name: str, wanted: Sequence[Array]) -> Scale | None:
        """The one scale by which all the arrays that were observed are those of a rule."""
        ratios = [self._ratio(name, place, value) for place, value in enumerate(wanted)]
        found = [c for c in ratios if c is not None]
        if len(found) < len(ratios):
            return None
        many = all(array.size > 1 for seen in self.observed if (array := seen[name]) is not None)
        return scale_of(found, self.cases, many=many, factors=self._factors)

    def _ratio(self, name: str, place: int, wanted: Array) -> float | None:
        """That of the array that was observed in one step to a rule's."""
        found = self.observed[place].get(name)
        if found is None:
            return None
        c = _zero_or(found, wanted)
        if c is not None:
            return c
        return compared(found, wanted, self.layout, name[1:], self.cases[place].numbers[name[1:]].shape)


def _zero_or(found: Array, wanted: Array) -> float | None:
    """1 where both are 0 everywhere and of one size: no ratio says that."""
    nothing = all(np.abs(array).max(initial=0.0) < NOTHING for array in (found, wanted))
    return 1.0 if found.size == wanted.size and nothing else None
