"""Which mistake a broken run has: all that can be made, how each shows, one to guess, and names to choose from."""

import hashlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import islice

import numpy as np

from gradiente.checker.judging.factors import factor_key
from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.chains import Made
from gradiente.checker.rules.dataflow import RIGHT, View, link
from gradiente.checker.rules.mistake import Mistake, WrongRule
from gradiente.errors import require
from gradiente.lab.chain import LOSS, Array, Parameters, Problem, Trained, gradient_of, stepped, trained

LEVELS = ("explodes", "stalls", "learns")
MOMENTS, EVERY = 41, 15  # moments of a run that are shown, and steps from one to the next
FORWARD = (("Z", 1), ("A", 1), ("Z", 2), ("A", 2))
LINKS = (
    *FORWARD,
    ("target", 2),
    ("output", 2),
    ("dW", 2),
    ("db", 2),
    ("dA", 2),
    ("dZ", 1),
    ("dW", 1),
    ("db", 1),
)
BEGUN = 8  # of them, by which most mistakes show what comes of them
MOST_PUT_OFF = 8  # mistakes that show another beginning, before each is tried to its end
SETTLED = 10  # steps after which a rule is tried once more, where no number is what it was at first
FEW = 7  # instances: a forward pass that only some numbers of them fit is none
KEPT = 16  # runs with a mistake: several questions ask for one
NAMES = 4  # to choose from
GROWN = 2.0  # times the first cost: it explodes
NEAR = 0.05  # accuracy below that of the right run: it learns all the same
ALIKE = 1e-9
UPHILL, ALONG, LONG, SHORT = -0.2, 0.9, 4.0, 0.2  # cosines, and lengths beside that of the right gradient


def _factor(power: int) -> Mistake:
    """The 1/m that is missing, or there twice: a factor of the right ∂J/∂Z, by the checker's table of factors."""

    def rule(q: View) -> Array:
        return RIGHT["output"](q) * float(q.m) ** power

    return Mistake(factor_key(2.0**power, 2), (WrongRule("output", rule),), plant=None)


FACTORS = (_factor(-1), _factor(1))


def level_of(right: Trained, broken: Trained) -> str:
    """How a mistake shows: the cost grows or numbers become infinite; it learns less; it learns all the same."""
    ended = len(broken.costs) < len(right.costs)
    if ended or not np.isfinite(broken.costs).all() or broken.costs[-1] > GROWN * broken.costs[0]:
        return "explodes"
    return "learns" if broken.accuracies[-1] >= right.accuracies[-1] - NEAR else "stalls"


def code_of(made: Made, number: int) -> str:
    """A name of a mistake for an address, which a student cannot read; another one with another number.

    It stays the same when mistakes are added.
    """
    return hashlib.blake2s(f"{number} {made.key} {made.quantity}".encode(), digest_size=4).hexdigest()


@dataclass(frozen=True)
class _Tried:
    """A wrong rule at a link, and the numbers that it gives in two steps of the right run."""

    made: Made
    values: tuple[Array, ...]

    def gives(self, others: Sequence[Array]) -> bool:
        """Whether those are the same numbers."""
        pairs = zip(self.values, others, strict=True)
        return all(np.allclose(a, b, ALIKE, ALIKE * np.abs(b).max()) for a, b in pairs)


class Mistakes:
    """The mistakes that can be made in a problem.

    Arguments:
        problem: what is trained
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        # The run with a mistake; the newest are kept.
        self.broken = lru_cache(KEPT)(lambda made: trained(problem, made, MOMENTS, EVERY))
        rows = list(islice(problem.rows(), SETTLED + 1))
        settled: Parameters = problem.first
        for batch in rows[:SETTLED]:
            settled = stepped(problem, settled, batch, None)
        self._rows, self._settled = rows[0], (settled, rows[SETTLED])
        self._steps = [problem.passed(problem.first, rows[0]), problem.passed(settled, rows[SETTLED])]

    @cached_property
    def right(self) -> Trained:
        """The right run."""
        return trained(self.problem, None, MOMENTS, EVERY)

    @cached_property
    def all(self) -> Sequence[Made]:
        """Every mistake at every link; of the ways in which it is made there the first, as the checker names it."""
        found = dict[tuple[str, str], Made]()
        for tried in self._tried.values():
            for one in tried:
                named = next(other.made for other in tried if other.gives(one.values))
                if named.key == one.made.key:
                    found.setdefault((named.key, named.quantity), named)
        return list(found.values())

    def coded(self, code: str, number: int) -> Made:
        """The mistake of that code.

        Errors: ArgumentError where there is none
        """
        found = next((made for made in self.all if code_of(made, number) == code), None)
        require(found is not None, "lab.mistake", code=code)
        assert found is not None
        return found

    def drawn(self, level: str, number: int) -> Made:
        """A mistake of that level, which a number draws.

        Those are tried first that look like it: to train with each of them would take seconds.
        """
        require(level in LEVELS, "lab.level", level=level)
        order = np.random.default_rng([number, LEVELS.index(level)]).permutation(len(self.all))
        likely = deque(sorted((self.all[i] for i in order), key=lambda made: self._looks(made) != level))
        put_off = set[Made]()
        while likely:
            made = likely.popleft()
            if len(put_off) < MOST_PUT_OFF and made not in put_off and not self._may_be(made, level):
                put_off.add(made)
                likely.append(made)
                continue
            if level_of(self.right, self.broken(made)) == level:
                return made
        raise AssertionError(level)

    def _may_be(self, made: Made, level: str) -> bool:
        """Whether the beginning of its run lets one expect that level: what has learned by then seldom stalls."""
        if level == "explodes":  # sooner or later
            return True
        begun = trained(self.problem, made, BEGUN, EVERY)
        ended = len(begun.costs) < BEGUN
        learned = not ended and begun.accuracies[-1] >= self.right.accuracies[BEGUN - 1] - NEAR
        return (level == "learns") == learned

    def _looks(self, made: Made) -> str:
        """How a mistake probably shows: by the direction and the length of its gradient after some steps."""
        settled, rows = self._settled
        wrong = gradient_of(self.problem.gradients(settled, rows, made))
        _, quantities = self._steps[-1]
        right = gradient_of(quantities)
        ratio = float(np.linalg.norm(wrong) / np.linalg.norm(right))
        cosine = float(wrong @ right / np.linalg.norm(right) ** 2 / ratio) if ratio else 0.0
        if cosine < UPHILL or ratio > LONG:
            return "explodes"
        return "learns" if cosine > ALONG and ratio > SHORT else "stalls"

    def names(self, made: Made, number: int) -> list[str]:
        """The keys of four mistakes, one of them the one that was made; of its link as far as that has so many."""
        place = (made.wrong.kind, made.layer)
        values = next(tried.values for tried in self._tried[place] if tried.made == made)
        same = {tried.made.key for tried in self._tried[place] if tried.gives(values)}
        generator = np.random.default_rng(number)
        here = [one.key for one in self.all if one.quantity == made.quantity]
        others = [one.key for one in self.all if one.key not in here]
        drawn = [*generator.permutation(here), *generator.permutation(others)]
        wrong = [str(key) for key in dict.fromkeys(drawn) if key not in same]
        return [str(key) for key in generator.permutation([made.key, *wrong[: NAMES - 1]])]

    @cached_property
    def _tried(self) -> Mapping[tuple[str, int], Sequence[_Tried]]:
        """Of every link the wrong rules that give other numbers than the right one, in its shape."""
        known = [(mistake, wrong) for mistake in (*all_mistakes(), *FACTORS) for wrong in mistake.rules]
        made = {
            place: [Made(mistake, wrong, place[1]) for mistake, wrong in known if wrong.kind == place[0]]
            for place in LINKS
        }
        tried = {
            place: [self._try(one) for one in ones if LOSS in one.wrong.losses]
            for place, ones in made.items()
        }
        return {place: [one for one in ones if one is not None] for place, ones in tried.items()}

    def _try(self, made: Made) -> _Tried | None:
        kind, number, problem = made.wrong.kind, made.layer, self.problem
        values, right = list[Array](), list[Array]()
        try:
            for step, quantities in self._steps:
                names = list(quantities)
                before = {name: quantities[name] for name in names[: names.index(made.quantity)]}
                value = link(step, kind, number, before, made.wrong.rule)
                right.append(quantities[made.quantity])
                values.append(np.broadcast_to(value, right[-1].shape) if kind in ("dW", "db") else value)
            if (kind, number) in FORWARD:
                for count in (FEW, len(problem.data)):
                    problem.forward(problem.first, problem.data.x.T[:, :count], problem.y[:, :count], made)
            problem.gradients(problem.first, self._rows, made)
        except ValueError:
            return None
        tried = _Tried(made, tuple(values))
        shaped = all(a.shape == b.shape for a, b in zip(values, right, strict=True))
        return tried if shaped and not tried.gives(right) else None


@cache
def mistakes_in(data: str, activation: str) -> Mistakes:
    """Those of the problem on that data set: the same for every session and question."""
    return Mistakes(Problem.of(data, activation))
