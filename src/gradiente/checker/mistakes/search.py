"""The fewest mistakes that give a student's gradients, to the last digit.

Back-propagation is a chain: Y → ∂J/∂Z[2] → ∂J/∂A[1] → ∂J/∂Z[1], with ∂J/∂W and ∂J/∂b beside it. Each link is
computed by the right rule or by a wrong one of the table, from what the links before it gave; the four gradients that
a student returns are then compared with what such a chain gives. So a consequence is no second mistake, and two are
found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.checker.mistakes.table import INHERITED, ORDER, RIGHT, Mistake, Rule, mistakes_at
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.matching import Scale, compared, scale_of
from gradiente.checker.reference.reference import Array, Reference

GRADIENTS = ("dW2", "db2", "dW1", "db1")
UNKNOWN = 4.0  # what a gradient costs that nothing gives
UNUSUAL = (
    1.2  # what a scale costs that is neither mean nor sum: a rule that explains it is the better explanation
)

NOTHING = 1e-13  # what is left of 0 after rounding: over the classes ŷ − y sums to 0
Observed = Mapping[str, Array | None]


@dataclass(frozen=True)
class Explanation:
    """How a student's gradients come about: the mistakes, the scale of every gradient, those that nothing gives."""

    mistakes: tuple[Mistake, ...]
    scales: Mapping[str, Scale]
    unknown: tuple[str, ...]
    absent: tuple[str, ...]  # gradients of b that are 0 where b = 0 is agreed

    @property
    def cost(self) -> float:
        """What is compared between explanations; 0 for right gradients."""
        unusual = sum(not scale.usual for scale in self.scales.values())
        mixed = len({scale.power for scale in self.scales.values()}) > 1
        made = sum(0.01 if mistake.key == INHERITED else 1 for mistake in self.mistakes)
        return made + UNKNOWN * len(self.unknown) + UNUSUAL * min(1, unusual + mixed)

    @property
    def right(self) -> bool:
        return self.cost == 0


class Search:
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
        self.cases, self.observed, self.layout, self.rates = list(cases), list(observed), layout, rates
        self.workshop = cases[0].workshop
        self._zero_biases = self.workshop == "xor"

    def plain(self) -> Explanation:
        """Only what the right rules give."""
        chain = self.cases
        return _joined((), *(self._gradients(chain, names, ()) for names in (GRADIENTS[:2], GRADIENTS[2:])))

    def best(self) -> Explanation:
        """The explanation that costs least; of equals the first of the table."""
        best: Explanation | None = None
        for made, chain in self._links("Y", (), self.cases):
            for output, second in self._links("dZ2", made, chain):
                upper = self._gradients(second, ("dW2", "db2"))
                hopeless = output and len(upper.unknown) == 2
                if best is not None and (hopeless or len(output) + upper.cost >= best.cost):
                    continue
                for propagated, third in self._links("dA1", (), second):
                    for hidden, fourth in self._links("dZ1", propagated, third):
                        if best is not None and len(output) + len(hidden) + upper.cost >= best.cost:
                            continue
                        lower = self._gradients(fourth, ("dW1", "db1"))
                        found = _joined(output + hidden, upper, lower)
                        if best is None or found.cost < best.cost:
                            best = found
                        if best.right:
                            return best
        assert best is not None
        return best

    def _links(
        self, name: str, made: tuple[Mistake, ...], chain: Sequence[Reference]
    ) -> Iterator[tuple[tuple[Mistake, ...], list[Reference]]]:
        """The chain with its next link computed rightly, then by every wrong rule."""
        for mistake in (None, *mistakes_at(name, self.workshop, self.rates)):
            rule = mistake.rule if mistake else RIGHT[name]
            values = [_applied(rule, case) for case in chain]
            if any(value is None for value in values):
                continue
            changed = [
                case.replaced(**{name: v}) for case, v in zip(chain, values, strict=True) if v is not None
            ]
            yield ((*made, mistake) if mistake else made), changed

    def _gradients(
        self, chain: Sequence[Reference], names: Sequence[str], wrong: Sequence[Mistake] | None = None
    ) -> Explanation:
        """How the gradients of one layer come about, given what the chain has; `wrong` are the rules of the table."""
        mistakes, scales, unknown, absent = [], {}, [], []
        for name in names:
            if self._zero_biases and name.startswith("db") and self._all_zero(name):
                absent.append(name)
                continue
            candidates = []
            nothing = all(seen.get(name) is not None and not np.any(seen[name]) for seen in self.observed)
            for mistake in (None, *(mistakes_at(name, self.workshop) if wrong is None else wrong)):
                if nothing and mistake and not mistake.key.endswith("_zero"):
                    continue  # other rules give 0 only by rounding
                scale = self._scale(name, mistake.rule if mistake else RIGHT[name], chain)
                if scale is not None:
                    candidates.append((mistake, scale))
                    if scale.usual:
                        break
            if not candidates:
                unknown.append(name)
                continue
            mistake, scale = min(candidates, key=lambda pair: (pair[0] is not None) + (not pair[1].usual))
            if not self._nothing(name):
                scales[name] = scale
            if mistake is not None:
                mistakes.append(mistake)
        return Explanation(tuple(mistakes), scales, tuple(unknown), tuple(absent))

    @staticmethod
    def _shape(case: Reference, name: str) -> tuple[int, ...]:
        """The shape of the right gradient."""
        return case.numbers[name[1:]].shape

    def _nothing(self, name: str) -> bool:
        """Whether it is 0 but for rounding, so that it says nothing of 1/m."""
        arrays = [seen[name] for seen in self.observed]
        return all(array is not None and np.abs(array).max(initial=0.0) < NOTHING for array in arrays)

    def _all_zero(self, name: str) -> bool:
        arrays = [seen.get(name) for seen in self.observed]
        return all(array is None or not np.any(array) for array in arrays)

    def _scale(self, name: str, rule: Rule, chain: Sequence[Reference]) -> Scale | None:
        ratios, arrays = [], []
        for case, seen in zip(chain, self.observed, strict=True):
            found, wanted = seen.get(name), _applied(rule, case)
            if found is None or wanted is None:
                return None
            arrays.append(found)
            c = _zero_or(found, wanted)
            if c is None:
                c = compared(found, wanted, self.layout, name[1:], self._shape(case, name))
            if c is None:
                return None
            ratios.append(c)
        many = all(np.size(found) > 1 for found in arrays)
        factors = [factor for rate in self.rates if rate not in (1, 2, 0.5) for factor in (1 / rate, rate)]
        return scale_of(ratios, chain, many=many, factors=factors)


def _zero_or(found: Array, wanted: Array) -> float | None:
    """1 where both are 0 everywhere and of one size: no ratio says that."""
    nothing = all(np.abs(array).max(initial=0.0) < NOTHING for array in (found, wanted))
    return 1.0 if found.size == wanted.size and nothing else None


def _applied(rule: Callable[[Reference], Array], case: Reference) -> Array | None:
    """What a rule gives; None where its shapes do not fit together, or it gives no number."""
    with np.errstate(all="ignore"):
        try:
            value = rule(case)
        except (ValueError, AttributeError):
            return None
    return value if np.isfinite(value).all() else None


def _joined(hidden: tuple[Mistake, ...], upper: Explanation, lower: Explanation) -> Explanation:
    mistakes = sorted((*hidden, *upper.mistakes, *lower.mistakes), key=lambda entry: ORDER.index(entry.at))
    return Explanation(
        tuple(mistakes),
        {**upper.scales, **lower.scales},
        upper.unknown + lower.unknown,
        upper.absent + lower.absent,
    )
