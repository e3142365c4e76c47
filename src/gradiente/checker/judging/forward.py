"""feedForward: Z[1], A[1], Z[2], A[2], each by the right rule or a wrong one, from what the student has before it."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from gradiente.checker.judging import softmax as softmax_check
from gradiente.checker.judging.failures import failure_finding, returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.quantities import line_of
from gradiente.checker.judging.repair import Mutant, mutants
from gradiente.checker.judging.runs import Run, furthest, runs
from gradiente.checker.judging.session import SQUARE, Session, step_arguments
from gradiente.checker.reading.identify import flat, orders, quantity_named, values_of
from gradiente.checker.reference.formulas import formula
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Array, Reference, Sizes
from gradiente.checker.rules.activations import activated
from gradiente.checker.rules.chains import Chains, Made, Values
from gradiente.checker.verdict import Finding, WorkedExample

NAME = "feedForward"
RETURNED = ("A1", "A2")
UNKNOWN = 4.0


@dataclass(frozen=True)
class ForwardMatch:
    """One way to read it: the mistakes from Z[1] to A[2], and those of A[1], A[2] that nothing gives."""

    run: Run
    kind: str
    way: Mapping[str, Any]
    observed: Sequence[Mapping[str, Array | None]]
    mistakes: tuple[Made, ...]
    unknown: tuple[str, ...]
    swapped: bool = False

    @property
    def cost(self) -> float:
        return len(self.mistakes) + UNKNOWN * len(self.unknown) + 0.5 * self.swapped


def judge(session: Session) -> Judgement:
    tried = _runs(session, session.sizes())
    match = best(session, tried)
    if match is None or (match.cost >= 2 and not all(run.finished for run in tried)):
        other = best(session, _runs(session, SQUARE["mnist"]))
        if other is not None and other.cost < UNKNOWN and (match is None or other.cost < match.cost):
            match = other
        mended = _mended(session, tried) if match is None or match.cost > 1 else None
        if mended is not None:
            return mended
    if match is None:
        return _failed(session, tried)
    return _judged(session, match)


def _judged(session: Session, match: ForwardMatch) -> Judgement:
    layout = match.run.layout
    hidden_right = "A1" not in match.unknown and not any(step.quantity == "A1" for step in match.mistakes)
    activation = match.run.cases[0].activation if hidden_right else None
    wrong_output = any(step.quantity == "A2" for step in match.mistakes) or "A2" in match.unknown
    facts = replace(
        session.facts.learning(layout, activation, NAME, match.way),
        other_activation=_other_activation(match),
        softmax_fits=not wrong_output,
    )
    places: dict[str, list[str]] = {}
    for step in _mistakes_of(session, match):
        places.setdefault(_disambiguated(session, match, step), []).append(step.quantity)
    findings = [_finding(session, match, key, at) for key, at in places.items()]
    if match.swapped:
        findings.insert(0, Finding("names_swapped", NAME, values={"order": "a2, a1"}))
    findings += [_finding(session, match, "unknown", [at]) for at in _own_unknown(session, match)[:1]]
    binding = session.bindings[NAME]
    changed = sorted({binding.names[place] for outcome in match.run.outcomes for place in outcome.mutated})
    if changed:
        findings.append(Finding("argument_mutated", NAME, values={"names": ", ".join(changed)}))
    variants = [("columns" if layout.columns else "rows", {})]
    if match.run.cases[0].activation == "relu":
        variants.append(("relu", {}))
    return Judgement(tuple(findings), tuple(variants), facts=facts)


def _other_activation(match: ForwardMatch) -> str | None:
    """ "sigmoid", where the hidden layer has that instead of its own: backProp may well derive what is there."""
    if not any(step.key == "activation_other" for step in match.mistakes):
        return None
    case, observed = match.run.cases[0], match.observed[0]["A1"]
    same = observed is not None and np.allclose(
        match.run.layout.to_lecture("A1", observed), activated("sigmoid", case.Z1), rtol=1e-4
    )
    return "sigmoid" if same else None


def _mistakes_of(session: Session, match: ForwardMatch) -> list[Made]:
    """The mistakes that are not those of softmax or tanh, which it only uses."""
    return [step for step in match.mistakes if not _helper_to_blame(session, step.quantity, step.key)]


def _disambiguated(session: Session, match: ForwardMatch, step: Made) -> str:
    """softmax does not see a number that is added to all classes alike: the text says whether b is there."""
    body = "\n".join(map(ast.unparse, session.function(NAME).node.body))
    written = re.search(rf"\b{session.bindings[NAME].own(f'b{step.quantity[-1]}')}\b", body)
    above = [other.key for other in match.mistakes if other.quantity == "Z1"]
    unseen = step.key == "bias_missing" and step.quantity == "Z2" and above in ([], ["bias_broadcast"])
    return "bias_broadcast" if unseen and written else step.key


def _blamed(session: Session, helper: str, key: str) -> bool:
    """Whether a helper makes that mistake already."""
    if helper != "softmax":
        return session.wrong(helper)
    found = softmax_check.match_of(session)
    if found.axis is not None:
        return key == "softmax_axis"
    return found.key == key or not found.key


def _own_unknown(session: Session, match: ForwardMatch) -> list[str]:
    return [at for at in match.unknown if not _helper_to_blame(session, at, "")]


def _helper_to_blame(session: Session, at: str, key: str) -> bool:
    """Whether a function that it uses for that quantity makes the mistake."""
    helpers = {"A1": ("tanh", "relu"), "A2": ("softmax",)}.get(at, ())
    used = [helper for helper in helpers if session.has(helper) and session.uses(NAME, helper)]
    return any(_blamed(session, helper, key) for helper in used)


def _runs(session: Session, sizes: Sequence[Sizes], mutant: Mutant | None = None) -> list[Run]:
    return list(runs(session, NAME, sizes, arguments=_arguments, mutant=mutant))


def _arguments(case: Reference, layout: Layout) -> Mapping[str, Any]:
    return {
        name: value for name, value in step_arguments(case, layout).items() if name not in ("y", "a1", "a2")
    }


def best(session: Session, tried: Sequence[Run]) -> ForwardMatch | None:
    """The match with the fewest mistakes."""
    found: ForwardMatch | None = None
    names = session.function(NAME).returned()
    for run in tried:
        if not run.finished:
            continue
        for kind, way in _ways(run.outcomes[0].result, names):
            match = match_of(run, names, kind, way)
            if found is None or match.cost < found.cost:
                found = match
            if found.cost == 0:
                return found
    return found


def _ways(result: Any, names: Sequence[str] | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The ways to take A[1], A[2]; of more than two results, any two that have no other quantity's name."""
    yield from orders(result, names, RETURNED)
    values = flat(result)
    if not isinstance(values, tuple) or len(values) <= len(RETURNED):
        return
    named = [quantity_named(name, (*RETURNED, "Z1", "Z2")) for name in names or ()]
    means = named if len(named) == len(values) else [None] * len(values)
    for places in combinations(range(len(values)), len(RETURNED)):
        if all(means[place] in (None, wanted) for place, wanted in zip(places, RETURNED, strict=True)):
            yield "numbers", dict(zip(RETURNED, places, strict=True))


def match_of(run: Run, names: Sequence[str] | None, kind: str, way: Mapping[str, Any]) -> ForwardMatch:
    """What explains the activations, taken in a way; `names` are those in the return statement."""
    observed = [values_of(outcome.result, way) for outcome in run.outcomes]
    mistakes, unknown = explained(run.cases, observed, run.layout)
    swapped = kind == "shapes" and bool(names) and all(names or ("",))
    return ForwardMatch(run, kind, way, observed, mistakes, unknown, swapped)


def explained(
    cases: Sequence[Reference], observed: Sequence[Mapping[str, Array | None]], layout: Layout
) -> tuple[tuple[Made, ...], tuple[str, ...]]:
    """The fewest mistakes that give these A[1], A[2] of the steps; those of them that nothing gives."""
    chains, values = Chains([case.step() for case in cases]), tuple({} for _ in cases)
    mistakes, unknown = [], []
    for layer, name in ((1, "A1"), (2, "A2")):
        ways = (way for most in (0, 1, 2) for way in chains.paths(values, ("Z", "A"), layer, most))
        fitting = (way for way in ways if _gives(way[1], observed, layout, name))
        found = next(fitting, None)
        if found is not None:
            mistakes += found[0]
            values = found[1]
        else:
            unknown.append(name)
            values = tuple(
                {name: _own(case, layout, seen, name)} for case, seen in zip(cases, observed, strict=True)
            )
    return tuple(mistakes), tuple(unknown)


def _gives(values: Values, observed: Sequence[Mapping[str, Array | None]], layout: Layout, name: str) -> bool:
    pairs = zip(values, observed, strict=True)
    return all(_same(seen[name], layout.to_student(name, known[name])) for known, seen in pairs)


def _own(case: Reference, layout: Layout, seen: Mapping[str, Array | None], name: str) -> Array:
    """The student's own quantity, so that what follows is judged by itself; the right one where it has no numbers."""
    found, right = seen[name], getattr(case, name)
    if found is None or found.shape != layout.to_student(name, right).shape or not np.isfinite(found).all():
        return right
    return layout.to_lecture(name, found.astype(float))


def _same(found: Array | None, wanted: Array) -> bool:
    """Equal but for the rounding of single precision, which may have been anywhere on the way."""
    near = 1e-6 * np.abs(wanted).max(initial=0.0)
    return (
        found is not None
        and found.shape == wanted.shape
        and bool(np.isfinite(near))
        and np.allclose(found, wanted, rtol=1e-5, atol=near)
    )


def _failed(session: Session, tried: Sequence[Run]) -> Judgement:
    finished = [run for run in tried if run.finished]
    if finished:
        return Judgement(
            (returned_finding(session, NAME, finished[0].outcomes[0].result, RETURNED),), error=True
        )
    failure = furthest(tried)
    if session.blocked(NAME, failure):
        return Judgement((), unchecked=True)
    return Judgement((failure_finding(session, NAME, failure),), error=True)


def _mended(session: Session, tried: Sequence[Run]) -> Judgement | None:
    """The one change that makes it right."""
    if any(run.ended for run in tried):
        return None
    for mutant in mutants(session.function(NAME)):
        match = best(session, _runs(session, session.sizes(), mutant))
        if match is not None and match.cost == 0:
            activation = match.run.cases[0].activation
            facts = session.facts.learning(match.run.layout, activation, NAME, match.way)
            values = {"where": session.submission.statement(mutant.line)}
            return Judgement((Finding(mutant.key, NAME, line=mutant.line, values=values),), facts=facts)
    return None


def _finding(session: Session, match: ForwardMatch, key: str, places: Sequence[str]) -> Finding:
    at = places[0]
    case = match.run.cases[0]
    function = session.function(NAME)
    seen = "A1" if at.endswith("1") else "A2"
    worked = _worked(match, seen)
    return Finding(
        key,
        NAME,
        label(at),
        line_of(function, at),
        {"where": ", ".join(map(label, places)), "activation": case.activation},
        formula(case, at, match.run.layout),
        worked,
    )


def _worked(match: ForwardMatch, name: str) -> WorkedExample | None:
    """The first number of A[1] or A[2] that is wrong, with the sum that its z is."""
    case, layout, found = (match.run.cases[0], match.run.layout, match.observed[0][name])
    right = getattr(case, name)
    whole = layout.to_student(name, right)
    got = found if found is not None and found.shape == whole.shape else None
    index = (0, 0)
    for place in np.ndindex(*right.shape):
        if got is None or not np.isclose(got[layout.place(name, place)], right[place], rtol=1e-5):
            index = place
            break
    layer = name[1]
    entry = case.trace.entry(f"Z[{layer}]", *index, differences=False, torch=False)
    terms = tuple(
        (t.symbol, " · ".join(f"{f.value:.4g}" for f in t.factors), f"{t.value + 0.0:.6g}")
        for t in entry.terms[:8]
    )
    more = "… " if len(entry.terms) > 8 else ""
    closing = f"{more}Σ = z = {entry.value:.6g};  {label(name)} = {right[index]:.6g}"
    value = None if got is None else float(got[layout.place(name, index)])
    return WorkedExample(label(name), index, terms, closing, float(right[index]), value, whole=whole)
