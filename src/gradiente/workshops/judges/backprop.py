"""backProp, judged: the layout it is written in, and the mistakes that give its numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.workshops.judges.gradient_findings import findings_of, mended_finding, variants_of
from gradiente.workshops.judges.places import label
from gradiente.workshops.judges.problems import problem_finding, returned_finding
from gradiente.workshops.judges.runs import Run, furthest, runs
from gradiente.workshops.judges.session import OWN, SQUARE, Judgement, Session, step_arguments
from gradiente.workshops.mistakes.repair import Mutant, mutants
from gradiente.workshops.mistakes.search import UNKNOWN, Explanation, Search
from gradiente.workshops.reading.identify import orders, taken
from gradiente.workshops.reference.values import Array, Values
from gradiente.workshops.running.sandbox import Outcome
from gradiente.workshops.verdict import Finding

NAME = "backProp"
RETURNED = ("dW1", "db1", "dW2", "db2")  # the lecture's order
SEARCHED = 4  # how many layouts are searched for mistakes, where none is right
MUTANTS = 3  # how many changed functions that run, but are not right, are searched for what else is wrong
SWAPPED = 0.5  # what results under each other's names cost


@dataclass(frozen=True)
class Reading:
    """One way to read what came back: the gradients, taken in a way, and what explains them.

    `kind` says how they were taken: by the "names" in the return statement, in the lecture's "order", or in another
    order that only their "shapes" show.
    """

    run: Run
    kind: str
    way: Mapping[str, Any]
    observed: Sequence[Mapping[str, Array | None]]
    explanation: Explanation
    swapped: bool

    @property
    def cost(self) -> float:
        return self.explanation.cost + SWAPPED * self.swapped


def judge(session: Session) -> Judgement:
    """Call it on random steps in every layout; explain what comes back with as few mistakes as will do."""
    general = list(runs(session, NAME, session.sizes()))
    reading, fixed = best(session, general, only_right=True), False
    strange = reading is None and not any(run.finished and run.layout.usual for run in general)
    if strange and not any(run.ended for run in general):
        own = list(runs(session, NAME, OWN.get(session.workshop.name, ())))
        reading = best(session, own, only_right=True)
        fixed = reading is not None
        mended = None if reading else _mended(session, general, known=True)
        if mended is not None:
            return mended
    if reading is None:
        reading = best(session, general)
    if _doubtful(reading, general):
        for sizes in (OWN, SQUARE):
            other = best(session, list(runs(session, NAME, sizes.get(session.workshop.name, ()))))
            if other is not None and other.cost < UNKNOWN and (reading is None or other.cost < reading.cost):
                reading, fixed = other, sizes is OWN
        mended = None if reading else _mended(session, general, known=False)
        if mended is not None:
            return mended
    if reading is None:
        return _failed(session, general)
    learned(session, reading)
    session.fixed_sizes = session.fixed_sizes or fixed
    findings = _cut(session, reading) or [*findings_of(session, reading), *_manners(session, reading)]
    variants = variants_of(reading) + ((("fixed_sizes", {}),) if fixed and reading.cost == 0 else ())
    return Judgement(tuple(findings), variants)


def best(session: Session, tried: Sequence[Run], *, only_right: bool = False) -> Reading | None:
    """The reading with the fewest mistakes: first whether one is right, then, unless that is all, what is wrong."""
    found: Reading | None = None
    finished = [run for run in tried if run.finished]
    for run in finished:
        for kind, way in ways(session, run):
            reading = _read(session, run, kind, way, Search.plain)
            if reading.cost == 0:
                return reading
            if not reading.explanation.unknown and (found is None or reading.cost < found.cost):
                found = reading
    for run in [] if only_right else finished[:SEARCHED]:
        if found is not None and found.cost < 2 and not found.swapped:
            break
        for kind, way in ways(session, run)[:1]:
            reading = _read(session, run, kind, way, Search.best)
            if found is None or reading.cost < found.cost:
                found = reading
    return found


def ways(session: Session, run: Run) -> list[tuple[str, Mapping[str, Any]]]:
    """The ways to take what it returned."""
    return [*orders(run.outcomes[0].result, session.function(NAME).returned(), RETURNED)]


def _read(session: Session, run: Run, kind: str, way: Mapping[str, Any], explain: Any) -> Reading:
    observed = [taken(outcome.result, way) for outcome in run.outcomes]
    cases = [_with_changes(session, run, *pair) for pair in zip(run.cases, run.outcomes, strict=True)]
    explanation = explain(Search(cases, observed, run.layout, session.rates(NAME)))
    named = ways(session, run)[0][0] == "names" or _all_named(session)
    return Reading(run, kind, way, observed, explanation, kind == "shapes" and named)


def _with_changes(session: Session, run: Run, case: Values, outcome: Outcome) -> Values:
    """The step, with W[2] as the function left it where it changed it, and with what a wrong derivative gives."""
    for helper in ("tanhGrad", "reluGrad"):
        if session.wrong(helper) and session.uses(NAME, helper):
            for name, z in (("helper_of_a", "A1"), ("helper_of_z", "Z1")):
                found = session.call(helper, {"z": run.layout.form(z, case.numbers[z])}).result
                if isinstance(found, np.ndarray) and found.shape == run.layout.form(z, case.numbers[z]).shape:
                    case = case.having(**{name: run.layout.lecture(z, found)})
    place = session.bindings[NAME].place("w2")
    if place not in outcome.mutated or np.shape(outcome.after[place]) != run.layout.form("W2", case.W2).shape:
        return case
    after = outcome.after[place]
    return case.having(W2_after=after if run.layout.out_in else after.T)


def _all_named(session: Session) -> bool:
    """Whether the return statement has the names of all four gradients, so that another order is no choice."""
    names = session.function(NAME).returned()
    return bool(names) and all(names)


def _negative(reading: Reading) -> bool:
    scales = reading.explanation.scales.values()
    reversed_by_rule = any(mistake.key == "output_sign" for mistake in reading.explanation.mistakes)
    return reversed_by_rule or (bool(scales) and all(scale.sign < 0 for scale in scales))


def _doubtful(reading: Reading | None, tried: Sequence[Run]) -> bool:
    """Whether another reading may be the better one: none was found, or a strange one where the usual ones raised."""
    if reading is None:
        return not any(run.ended for run in tried)
    return reading.cost >= 2 and not any(run.finished for run in tried if run.layout.usual)


def _uses_activations(session: Session, reading: Reading) -> bool:
    """Whether it gives something else for other activations."""
    given = step_arguments(reading.run.cases[0], reading.run.layout)
    moved = {**given, "a1": 0.9 * given["a1"], "a2": 0.9 * given["a2"]}
    outcome = session.call(NAME, moved)
    if outcome.problem is not None:
        return True
    found = taken(outcome.result, reading.way)
    pairs = [(found[name], before) for name, before in reading.observed[0].items()]
    return any(b is not None and (a is None or not np.array_equal(a, b)) for a, b in pairs)


def _failed(session: Session, tried: Sequence[Run]) -> Judgement:
    """It raised, or gave no four arrays, in every layout, and no change mends it: the likeliest layout's problem."""
    finished = [run for run in tried if run.finished]
    if finished:
        found = returned_finding(session, NAME, finished[0].outcomes[0].result, RETURNED)
        return Judgement((found,), error=True)
    problem = furthest(tried)
    if session.blocked(NAME, problem):
        return Judgement((), unchecked=True)
    return Judgement((problem_finding(session, NAME, problem),), error=True)


def _mended(session: Session, general: Sequence[Run], *, known: bool) -> Judgement | None:
    """The one change that makes it right; where nothing is known yet, one that makes it run, and what is wrong then."""
    if any(run.ended for run in general):
        return None
    first: tuple[Mutant, Reading] | None = None
    running: list[tuple[Mutant, list[Run]]] = []
    for mutant in _mutants(session, general):
        tried = [run for run in runs(session, NAME, session.sizes(), mutant=mutant) if run.finished]
        reading = best(session, tried, only_right=True)
        if reading is not None and reading.cost == 0:
            first = mutant, reading
            break
        running += [(mutant, tried)] if tried else []
    for mutant, tried in [] if first or known else running[:MUTANTS]:
        reading = best(session, tried)
        if reading is not None and (first is None or reading.cost < first[1].cost):
            first = mutant, reading
    if first is None or first[1].cost >= UNKNOWN:
        return None
    mutant, reading = first
    learned(session, reading)
    found = mended_finding(session, reading, mutant.key, mutant.line)
    return Judgement((found, *findings_of(session, reading)), variants_of(reading))


def _mutants(session: Session, general: Sequence[Run]) -> Iterator[Mutant]:
    """Those of the function, and of another one of the file in which it was that it raised."""
    names = {run.outcomes[-1].problem.function for run in general if run.outcomes[-1].problem}
    for name in (NAME, *sorted(names - {NAME})):
        if name in session.submission.functions:
            yield from mutants(session.function(name))


def learned(session: Session, reading: Reading) -> None:
    """What the functions that come after may take for known."""
    session.learn(reading.run.layout, reading.run.cases[0].activation)
    session.ways[NAME] = ways(session, reading.run)[0][1] if reading.swapped else reading.way
    session.uses_activations = _uses_activations(session, reading)
    powers = [scale.power for scale in reading.explanation.scales.values()]
    session.sums = powers.count(1) > powers.count(0)
    session.downhill = not _negative(reading)


def _manners(session: Session, reading: Reading) -> Iterator[Finding]:
    """What is wrong beside the numbers: arguments that were changed, whole numbers that were cut."""
    run, binding = reading.run, session.bindings[NAME]
    changed = sorted({binding.names[place] for outcome in run.outcomes for place in outcome.mutated})
    if changed:
        yield Finding("argument_mutated", NAME, values={"names": ", ".join(changed)})
    if reading.explanation.right and not changed:
        yield from _whole_numbers(session, reading)


def _cut(session: Session, reading: Reading) -> list[Finding]:
    """It is right with whole numbers only: it makes whole numbers of what is none."""
    if reading.explanation.right or reading.swapped:
        return []
    layout = reading.run.layout
    sizes = [case.sizes for case in reading.run.cases]
    cases = session.cases(reading.run.cases[0].activation, sizes, integers=True)
    outcomes = [session.call(NAME, step_arguments(case, layout)) for case in cases]
    if any(outcome.problem is not None for outcome in outcomes):
        return []
    observed = [taken(outcome.result, reading.way) for outcome in outcomes]
    first = next((q for q in ("dW2", "db2", "dW1", "db1") if q in reading.explanation.unknown), "dW2")
    whole = Search(cases, observed, layout).plain()
    return [Finding("integer_truncation", NAME, label(first))] if whole.right else []


def _whole_numbers(session: Session, reading: Reading) -> Iterator[Finding]:
    """The same with X and y of integers, as a table has them."""
    layout, name = reading.run.layout, session.workshop.name
    sizes = reading.run.cases[0].sizes
    case = (
        session.table()
        if name == "xor"
        else session.cases(reading.run.cases[0].activation, [sizes], integers=True)[0]
    )
    outcome = session.call(NAME, step_arguments(case, layout, whole=True))
    if outcome.problem is not None:
        yield problem_finding(session, NAME, outcome.problem)
        return
    observed = taken(outcome.result, reading.way)
    unknown = Search([case], [observed], layout).plain().unknown
    if unknown:
        yield Finding("integer_truncation", NAME, label(unknown[0]))
