"""backProp, judged: the layout it is written in, and the mistakes that give its numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradiente.checker.judging.bias_shape import misshapen
from gradiente.checker.judging.facts import Facts
from gradiente.checker.judging.failures import failure_finding, returned_finding
from gradiente.checker.judging.fixed_count import fixed_count
from gradiente.checker.judging.gradient_findings import findings_of, mended_finding, variants_of
from gradiente.checker.judging.gradient_match import GradientMatch
from gradiente.checker.judging.gradient_search import UNKNOWN, Explanation, GradientSearch
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.own_cost import own_cost
from gradiente.checker.judging.repair import Mutant, mutants
from gradiente.checker.judging.runs import Run, furthest, runs
from gradiente.checker.judging.session import OWN, SQUARE, Session, step_arguments
from gradiente.checker.judging.wrong_helpers import Suspect, suspects
from gradiente.checker.reading.identify import orders, values_of
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.reference.reference import Reference
from gradiente.checker.rules.chains import MOST
from gradiente.checker.running.calls import CallOutcome
from gradiente.checker.verdict import Finding

NAME = "backProp"
RETURNED = ("dW1", "db1", "dW2", "db2")  # the lecture's order
SEARCHED = 4  # how many layouts are searched for mistakes, where none is right
MUTANTS = 3  # how many changed functions that run, but are not right, are searched for what else is wrong


def judge(session: Session) -> Judgement:
    """Call it on random steps in every layout; explain what comes back with as few mistakes as will do."""
    general = list(runs(session, NAME, session.sizes()))
    match, fixed = best(session, general, only_right=True), False
    strange = match is None and not any(run.finished and run.layout.usual for run in general)
    if strange and not any(run.ended for run in general):
        own = list(runs(session, NAME, OWN.get(session.workshop.name, ())))
        match = best(session, own, only_right=True)
        fixed = match is not None
        mended = None if match else _mended(session, general, known=True)
        if mended is not None:
            return mended
    if match is None:
        match = best(session, general)
    if _doubtful(match, general):
        for sizes in (OWN, SQUARE):
            other = best(session, list(runs(session, NAME, sizes.get(session.workshop.name, ()))))
            if other is not None and other.cost < UNKNOWN and (match is None or other.cost < match.cost):
                match, fixed = other, sizes is OWN
        mended = None if match else _mended(session, general, known=False)
        if mended is not None:
            return mended
    if match is None:
        return _failed(session, general)
    cost = own_cost(session, match) if match.cost and not match.swapped else None
    helped = None if cost else _without_wrong_helper(session, match)
    facts = learned(session, helped[0] if helped else match)
    session = replace(session, facts=replace(facts, fixed_sizes=facts.fixed_sizes or fixed))
    if helped is not None:
        return _helped(session, *helped)
    findings = [] if cost else _cut(session, match)
    if not findings:
        wrong = [] if cost else findings_of(session, match)
        findings = [*wrong, *misshapen(session, match), *_side_findings(session, match)]
    variants = variants_of(match) + ((("fixed_sizes", {}),) if fixed and match.cost == 0 else ())
    variants += (("own_cost", {"cost": cost}),) if cost else ()
    return Judgement(tuple(findings), variants, facts=session.facts)


def _helped(session: Session, match: GradientMatch, suspect: Suspect) -> Judgement:
    """What is wrong beside the helper; the helper's own mistake, where it is not judged by itself."""
    findings, name = (*findings_of(session, match), *misshapen(session, match)), suspect.function.name
    facts = session.facts
    if name not in session.workshop.functions:
        facts = replace(facts, own_functions={**facts.own_functions, name: suspect.finding()})
    return Judgement(findings, variants_of(match), facts=facts)


def best(session: Session, tried: Sequence[Run], *, only_right: bool = False) -> GradientMatch | None:
    """The match with the fewest mistakes: a right one at once; else, unless `only_right`, the cheapest."""
    found: GradientMatch | None = None
    finished = [run for run in tried if run.finished]
    for run in finished:
        for kind, way in ways(session, run):
            match = _match(session, run, kind, way, GradientSearch.plain)
            if match.cost == 0:
                return match
            if not match.explanation.unknown and (found is None or match.cost < found.cost):
                found = match
    for run in [] if only_right else finished[:SEARCHED]:
        if found is not None and found.cost < 2 and not found.swapped:
            break
        most = MOST if found is None or found.cost >= UNKNOWN else 1  # what another layout must need less
        for kind, way in ways(session, run)[:1]:
            match = _match(session, run, kind, way, lambda search, most=most: search.best(most))
            if found is None or match.cost < found.cost:
                found = match
    return found and replace(found, fixed=_fixed_counts(session, found))


def _fixed_counts(session: Session, match: GradientMatch) -> dict[str, Mapping[str, Any]]:
    """The gradients that are sums divided by a number that is in the file, and not m."""
    scales = {name: scale for name, scale in match.explanation.scales.items() if not scale.size}
    divided = {name: scale.factor for name, scale in scales.items() if scale.power == 1 and scale.factor < 1}
    counts = {factor: fixed_count(session, NAME, factor) for factor in set(divided.values())}
    return {name: found for name, factor in divided.items() if (found := counts[factor]) is not None}


def _without_wrong_helper(session: Session, match: GradientMatch) -> tuple[GradientMatch, Suspect] | None:
    """The match with the right function in the place of one that is wrong itself, where that explains a mistake."""
    if not match.explanation.unknown and not any(
        made.quantity in ("dZ2", "dZ1") for made in match.explanation.made
    ):
        return None
    sizes = [case.sizes for case in match.run.cases]
    found: tuple[GradientMatch, Suspect] | None = None
    for suspect in suspects(session):
        tried = [run for run in runs(session, NAME, sizes, mutant=suspect.mutant) if run.finished]
        other = best(session, tried, only_right=match.cost < 2)
        if other is not None and other.cost <= match.cost - 1 and (not found or other.cost < found[0].cost):
            found = other, suspect
        if other is not None and other.cost == 0:
            break
    return found


def ways(session: Session, run: Run) -> list[tuple[str, Mapping[str, Any]]]:
    """The ways to take what it returned."""
    return [*orders(run.outcomes[0].result, session.function(NAME).returned(), RETURNED)]


def _match(session: Session, run: Run, kind: str, way: Mapping[str, Any], explain: Any) -> GradientMatch:
    observed = [values_of(outcome.result, way) for outcome in run.outcomes]
    cases = [_with_changes(session, run, *pair) for pair in zip(run.cases, run.outcomes, strict=True)]
    explanation = explain(GradientSearch(cases, observed, run.layout, session.rates(NAME)))
    named = ways(session, run)[0][0] == "names" or _all_named(session)
    return GradientMatch(run, kind, way, observed, explanation, kind == "shapes" and named)


def _with_changes(session: Session, run: Run, case: Reference, outcome: CallOutcome) -> Reference:
    """The step, with W[2] as the function left it where it changed it."""
    place = session.bindings[NAME].place("w2")
    if (
        place not in outcome.mutated
        or np.shape(outcome.after[place]) != run.layout.to_student("W2", case.W2).shape
    ):
        return case
    after = outcome.after[place]
    return case.replaced(W2_after=after if run.layout.out_in else after.T)


def _all_named(session: Session) -> bool:
    """Whether the return statement has the names of all four gradients, so that another order is no choice."""
    names = session.function(NAME).returned()
    return bool(names) and all(names)


def _negative(match: GradientMatch) -> bool:
    scales = match.explanation.scales.values()
    reversed_by_rule = any(made.key == "output_sign" for made in match.explanation.made)
    return reversed_by_rule or (bool(scales) and all(scale.sign < 0 for scale in scales))


def _doubtful(match: GradientMatch | None, tried: Sequence[Run]) -> bool:
    """Whether another one may be better: none was found, or a strange one where the usual layouts raised."""
    if match is None:
        return not any(run.ended for run in tried)
    return match.cost >= 2 and not any(run.finished for run in tried if run.layout.usual)


def _used_activations(session: Session, match: GradientMatch) -> tuple[str, ...]:
    """Those of a1, a2 for others of which it gives something else."""
    given = step_arguments(match.run.cases[0], match.run.layout)
    return tuple(
        name for name in ("a1", "a2") if _depends(session, match, {**given, name: 0.9 * given[name]})
    )


def _depends(session: Session, match: GradientMatch, arguments: Mapping[str, Any]) -> bool:
    """Whether it gives something else for these arguments."""
    outcome = session.call(NAME, arguments)
    if outcome.failure is not None:
        return True
    found = values_of(outcome.result, match.way)
    pairs = [(found[name], before) for name, before in match.observed[0].items()]
    return any(b is not None and (a is None or not np.array_equal(a, b)) for a, b in pairs)


def _failed(session: Session, tried: Sequence[Run]) -> Judgement:
    """It raised, or gave no four arrays, in every layout, and no change mends it: the likeliest layout's failure."""
    finished = [run for run in tried if run.finished]
    if finished:
        found = returned_finding(session, NAME, finished[0].outcomes[0].result, RETURNED)
        return Judgement((found,), error=True)
    failure = furthest(tried)
    if session.blocked(NAME, failure):
        return Judgement((), unchecked=True)
    return Judgement((failure_finding(session, NAME, failure),), error=True)


def _mended(session: Session, general: Sequence[Run], *, known: bool) -> Judgement | None:
    """The one change that makes it right; where nothing is known yet, one that makes it run, and what is wrong then."""
    if any(run.ended for run in general):
        return None
    first: tuple[Mutant, GradientMatch] | None = None
    running: list[tuple[Mutant, list[Run]]] = []
    for mutant in _mutants(session, general):
        tried = [run for run in runs(session, NAME, session.sizes(), mutant=mutant) if run.finished]
        match = best(session, tried, only_right=True)
        if match is not None and match.cost == 0:
            first = mutant, match
            break
        running += [(mutant, tried)] if tried else []
    for mutant, tried in [] if first or known else running[:MUTANTS]:
        match = best(session, tried)
        if match is not None and (first is None or match.cost < first[1].cost):
            first = mutant, match
    if first is None or first[1].cost >= UNKNOWN:
        return None
    mutant, match = first
    session = replace(session, facts=learned(session, match))
    found = mended_finding(session, match, mutant.key, mutant.line)
    return Judgement((found, *findings_of(session, match)), variants_of(match), facts=session.facts)


def _mutants(session: Session, general: Sequence[Run]) -> Iterator[Mutant]:
    """Those of the function, and of another one of the file in which it was that it raised."""
    names = {run.outcomes[-1].failure.function for run in general if run.outcomes[-1].failure}
    for name in (NAME, *sorted(names - {NAME})):
        if name in session.submission.functions:
            yield from mutants(session.function(name))


def learned(session: Session, match: GradientMatch) -> Facts:
    """What the functions that come after may take for known."""
    way = ways(session, match.run)[0][1] if match.swapped else match.way
    return replace(
        session.facts.learning(match.run.layout, match.run.cases[0].activation, NAME, way),
        used_activations=_used_activations(session, match),
        sums=match.sums,
        downhill=not _negative(match),
    )


def _side_findings(session: Session, match: GradientMatch) -> Iterator[Finding]:
    """What is wrong besides the gradients: changed arguments, integers that are truncated."""
    run, binding = match.run, session.bindings[NAME]
    changed = sorted({binding.names[place] for outcome in run.outcomes for place in outcome.mutated})
    if changed:
        yield Finding("argument_mutated", NAME, values={"names": ", ".join(changed)})
    if match.explanation.right and not changed:
        yield from _whole_numbers(session, match)
        yield from _biases(session, match)


def _cut(session: Session, match: GradientMatch) -> list[Finding]:
    """It is right with whole numbers only: it makes whole numbers of what is none."""
    if match.explanation.right or match.swapped:
        return []
    first = next((q for q in ("dW2", "db2", "dW1", "db1") if q in match.explanation.unknown), "dW2")
    whole = _on_other_numbers(session, match, integers=True)
    return [Finding("integer_truncation", NAME, label(first))] if whole and whole.right else []


def _on_other_numbers(session: Session, match: GradientMatch, **options: bool) -> Explanation | None:
    """What the right rules explain of steps drawn in another way, as `random_reference` takes it; None if one fails."""
    layout = match.run.layout
    sizes = [case.sizes for case in match.run.cases]
    cases = session.cases(match.run.cases[0].activation, sizes, **options)
    outcomes = [session.call(NAME, step_arguments(case, layout)) for case in cases]
    if any(outcome.failure is not None for outcome in outcomes):
        return None
    return GradientSearch(
        cases, [values_of(outcome.result, match.way) for outcome in outcomes], layout
    ).plain()


def _whole_numbers(session: Session, match: GradientMatch) -> Iterator[Finding]:
    """The same with X and y of integers, as a table has them."""
    layout, name = match.run.layout, session.workshop.name
    sizes = match.run.cases[0].sizes
    case = (
        session.table()
        if name == "xor"
        else session.cases(match.run.cases[0].activation, [sizes], integers=True)[0]
    )
    outcome = session.call(NAME, step_arguments(case, layout, whole=True))
    if outcome.failure is not None:
        yield failure_finding(session, NAME, outcome.failure)
        return
    observed = values_of(outcome.result, match.way)
    unknown = GradientSearch([case], [observed], layout).plain().unknown
    if unknown:
        yield Finding("integer_truncation", NAME, label(unknown[0]))


def _biases(session: Session, match: GradientMatch) -> Iterator[Finding]:
    """In xor b = 0 is agreed on, but not where the file adds biases beside backProp.

    There ∂J/∂b is not 0, and an A[1] that is computed anew without b is another one.
    """
    if session.workshop.name != "xor" or not session.forward_adds_biases():
        return
    line = session.function(NAME).line
    explanation = _on_other_numbers(session, match, biases=True)
    if explanation and explanation.unknown:
        yield Finding("forward_without_bias", NAME, label("Z1"), line)
    elif match.explanation.absent:
        yield Finding("bias_zero", NAME, ", ".join(map(label, match.explanation.absent)), line)
