"""entrenarRed, judged: the steps it takes, whatever the gradients are that its backProp gives."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from gradiente.checker.judging.activations import activation_findings, exchanged
from gradiente.checker.judging.facts import Facts
from gradiente.checker.judging.failures import described, failure_finding, fatal, too_many_calls
from gradiente.checker.judging.inlined import judge_inlined
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.runs import possible
from gradiente.checker.judging.session import Session, step_arguments
from gradiente.checker.judging.stub import install, remove
from gradiente.checker.judging.training_steps import (
    GRADIENTS,
    PARAMETERS,
    TrainingStep,
    Weights,
    equal,
    final_weights,
    moved,
    other_width,
    other_y,
    places_of,
    steps_of,
    steps_taken,
)
from gradiente.checker.judging.update_rule import named_by_rule
from gradiente.checker.reading.submission import Function
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Reference
from gradiente.checker.running.calls import CallOutcome
from gradiente.checker.verdict import Finding

NAME = "entrenarRed"
EPOCHS, RATE = 4, 0.23


def judge(session: Session) -> Judgement:
    case = session.cases(session.activations()[0], session.sizes()[:1])[0]
    return with_gradients(
        session, lambda session: fewest(session, lambda layout: _judged(session, case, layout))
    )


def with_gradients(session: Session, judged: Callable[[Session], Judgement]) -> Judgement:
    """Judge a loop with the file's backProp; where that is wrong, with what stands in for it.

    A backProp that returns its gradients in an order of its own is right only where the loops take them so: where they
    do not, but would take the lecture's order, it is the order that is wrong.
    """
    if session.has("backProp") and session.wrong("backProp"):
        return _with_stand_in(session, judged)
    found = judged(session)
    if not found.findings or not session.has("backProp") or not _own_order(session):
        return found
    other = _with_stand_in(session, judged, lecture=True)
    if other.findings or other.unchecked:
        return found
    return replace(other, facts=replace(other.facts or session.facts, other_order=True))


def _with_stand_in(
    session: Session, judged: Callable[[Session], Judgement], *, lecture: bool = False
) -> Judgement:
    """The judgement while something stands in the place of backProp, whose own way to return stays known."""
    ways = {**session.facts.ways, "backProp": install(session, lecture=lecture)}
    found = judged(replace(session, facts=replace(session.facts, ways=ways), stand_in=True))
    remove(session)
    return replace(found, facts=found.facts and replace(found.facts, ways=session.facts.ways))


def _own_order(session: Session) -> bool:
    way = session.facts.ways.get("backProp")
    order = [way[quantity] for quantity in GRADIENTS] if way else []
    return bool(order) and order != sorted(order, key=str) and isinstance(order[0], int)


def fewest(session: Session, judged: Callable[[Layout], Judgement]) -> Judgement:
    """The judgement of the layout in which the loop comes furthest, with the fewest findings."""
    found = []
    for layout in loop_layouts(session):
        found.append(judged(layout))
        if found[-1].endless:
            return found[-1]
        # Nothing was read, or another layout says more; else it is what another function has said.
        told = any(one.findings for one in found)
        ended = found[-1].unchecked and (told or not found[-1].variants)
        if not found[-1].findings and not ended:
            return found[-1]
    return min(
        found, key=lambda one: (one.error or one.unchecked, -one.progress, one.error, len(one.findings))
    )


def _judged(session: Session, case: Reference, layout: Layout) -> Judgement:
    initial = step_arguments(case, layout)
    outcome = session.call(
        NAME,
        {**initial, "lr": RATE, "epocas": EPOCHS},
        record=("backProp", *session.helpers(NAME, "backProp")),
    )
    if outcome.failure is not None:
        return raised(session, NAME, case, layout, outcome)
    if (untold := too_many_calls(session, NAME, outcome)) is not None:
        calls = steps_of(session, outcome)
        if _each_an_epoch(calls, initial["X"].shape):
            values = {"expected": EPOCHS, "got": f"> {len(calls)}"}
            untold = Finding("epochs_wrong", NAME, line=session.function(NAME).line, values=values)
        return Judgement((untold,), error=True)
    steps = steps_taken(session, NAME, outcome, layout, RATE, case)
    if not steps:
        return judge_inlined(session, NAME, case, layout, RATE)
    moves = named_by_rule(list(_moves(steps, RATE, case.m, session.facts.sums)), steps, [case.m] * len(steps))
    findings = list(_findings(session, case, layout, initial, outcome, steps, moves))
    return Judgement(tuple(findings), variants(session, NAME, outcome), facts=with_moves(session, moves))


def loop_layouts(session: Session) -> list[Layout]:
    """The layouts a loop may have; backProp alone does not tell the form of b where b = 0 is agreed."""
    found = possible(session)
    if session.workshop.name != "xor" or session.facts.layout is None:
        return found
    natural = "column" if session.facts.layout.columns else "row"
    forms = dict.fromkeys((natural, "flat", "column", "row"))
    return [replace(layout, bias=form) for layout in found for form in forms]


def raised(session: Session, name: str, case: Reference, layout: Layout, outcome: CallOutcome) -> Judgement:
    """It ended badly; where nothing can be said of that, it is unchecked."""
    assert outcome.failure is not None
    found = _ended(session, name, case, layout, outcome)
    return replace(found, progress=len(outcome.records), endless=fatal(outcome.failure))


def _ended(session: Session, name: str, case: Reference, layout: Layout, outcome: CallOutcome) -> Judgement:
    """With old activations, by itself, or in what is wrong already, and then nothing can be said."""
    failure, line = outcome.failure, session.function(name).line
    assert failure is not None
    steps = steps_of(session, outcome)
    initial = step_arguments(case, layout)
    if steps and (other := other_order(session, name, initial, steps[0])) is not None:
        return Judgement((other,))
    if steps and exchanged([case], layout, steps[-1]):
        return Judgement((Finding("activations_exchanged", name, "A[1]", line),))
    if steps and not steps[-1].gradients and other_width(layout, steps[-1]):
        return Judgement((Finding("stale", name, "A[1]", line),))
    if any(len(shape) == 2 and min(shape) > 1 for shape in map(failure.shapes.get, ("b1", "b2")) if shape):
        names = ", ".join(b for b in ("b1", "b2") if min(failure.shapes.get(b, (1,))) > 1)
        values = {"names": names, "where": names}
        return Judgement((Finding("bias_broadcast", name, line=failure.line, values=values),))
    # What stands in for backProp returns one form of result of many, and leaves nothing behind in global variables.
    if session.stand_in or session.blocked(name, failure):
        return Judgement((), unchecked=True)
    found = failure_finding(session, name, failure)
    return Judgement((replace(found, line=found.line or loop_line(session.function(name))),), error=True)


def loop_line(function: Function) -> int:
    """The line of the first loop of a function; its own where it has none."""
    loops = [node.lineno for node in ast.walk(function.node) if isinstance(node, ast.While | ast.For)]
    return min(loops, default=function.line)


def variants(session: Session, name: str, outcome: CallOutcome) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    places = {session.bindings[name].place(parameter) for parameter in PARAMETERS}
    return (("in_place", {}),) if places & set(outcome.mutated) else ()


def _findings(
    session: Session,
    case: Reference,
    layout: Layout,
    initial: Mapping[str, Any],
    outcome: CallOutcome,
    steps: Sequence[TrainingStep],
    moves: Sequence[Mapping[str, str]],
) -> Iterator[Finding]:
    function = session.function(NAME)
    if (other := other_order(session, NAME, initial, steps[0])) is not None:
        yield other
        return
    if not equal(steps[0].given.get("w1"), initial["w1"]) or not equal(
        steps[0].given.get("w2"), initial["w2"]
    ):
        yield Finding("weights_ignored", NAME, line=function.line)
        return
    taken = [places_of(case, layout, step) for step in steps]
    parts = _in_parts(case, taken)
    if parts:
        values = {"size": max(map(len, parts)), "m": case.m}
        yield Finding("update_per_part", NAME, line=function.line, values=values)
    elif not all(places is not None and sorted(places) == list(range(case.m)) for places in taken):
        yield Finding("data_ignored", NAME, line=function.line)
    elif any(other_y(case, layout, step, places or ()) for step, places in zip(steps, taken, strict=True)):
        yield Finding("pairs_broken", NAME, "y", function.line)
    yield from activation_findings(session, NAME, case, layout, outcome, steps, initial)
    if parts:
        return
    yield from update_findings(session, NAME, moves)
    if len(steps) != EPOCHS:
        yield Finding(
            "epochs_wrong", NAME, line=function.line, values={"expected": EPOCHS, "got": len(steps)}
        )
        return
    yield from end_findings(session, NAME, outcome, steps[-1], moves, RATE, case.m, case.m)


def _in_parts(case: Reference, taken: Sequence[list[int] | None]) -> list[list[int]]:
    """The instances of every step, where each has a part of them, and every epoch has all; else none."""
    parts = [places for places in taken if places is not None]
    whole = sorted(place for places in parts for place in places)
    each = sorted(list(range(case.m)) * EPOCHS)
    return parts if len(parts) == len(taken) and whole == each and max(map(len, parts)) < case.m else []


def other_order(
    session: Session, name: str, initial: Mapping[str, Any], step: TrainingStep
) -> Finding | None:
    """The finding where backProp's first call has the parameters, but in another order than it takes them."""
    given = {p: step.given.get(p) for p in PARAMETERS}
    got = {
        p: next((q for q in (*PARAMETERS, "a1", "a2") if equal(value, initial[q])), None)
        for p, value in given.items()
    }
    if None in got.values() or list(got.values()) == list(PARAMETERS):
        return None
    signature = session.function("backProp").signature()
    line = call_line(session.function(name)) or session.function(name).line
    return Finding("arguments_exchanged", name, line=line, values={"signature": signature})


def call_line(function: Function) -> int | None:
    """The line of the first call of backProp in a function."""
    calls = [node for node in ast.walk(function.node) if isinstance(node, ast.Call)]
    named = [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "backProp"]
    return min(named, default=None)


def _moves(steps: Sequence[TrainingStep], lr: float, m: int, sums: bool) -> Iterator[Mapping[str, str]]:
    for step, following in pairwise(steps):
        yield {
            name: moved(step, following.weights, name, lr, m, m, sums)
            for name in PARAMETERS
            if name in step.weights and name in following.weights
        }


def _each_an_epoch(calls: Sequence[TrainingStep], shape: tuple[int, ...]) -> bool:
    """Whether every call of backProp gets all the instances, and other weights than the call before."""
    whole = all(np.shape(call.given["X"]) == shape for call in calls)
    return whole and not any(
        equal(one.given.get("w1"), other.given.get("w1")) for one, other in pairwise(calls)
    )


def _leaves(result: Any) -> list[Any]:
    values = (
        result.values() if isinstance(result, Mapping) else result if isinstance(result, tuple) else [result]
    )
    return [leaf for value in values for leaf in (_leaves(value) if isinstance(value, tuple) else [value])]


def update_findings(session: Session, name: str, moves: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    """How the parameters move, each kind of mistake once."""
    line = session.function(name).line
    kinds: dict[str, list[str]] = {}
    for parameter in PARAMETERS:
        found = [step[parameter] for step in moves if parameter in step]
        wrong = next((key for key in found if key not in ("right", "still")), None)
        if wrong is not None:
            for key in wrong.split():
                kinds.setdefault(key, []).append(parameter)
        elif found and all(key == "still" for key in found):
            kinds.setdefault("not_updated", []).append(parameter)
    agreed = session.workshop.name == "xor" and not session.adds_biases(session.function(name))  # on b = 0
    if agreed and set(kinds.get("not_updated", ())) in ({"b1", "b2"}, set()):
        kinds.pop("not_updated", None)
    if not session.facts.downhill:
        kinds.pop("uphill", None)
    for key, names in kinds.items():
        yield Finding(key, name, line=line, values={"names": ", ".join(names), "where": ", ".join(names)})


def with_moves(session: Session, moves: Sequence[Mapping[str, str]]) -> Facts:
    """What is known with how the parameters move: whether a loop adds what a backProp of −∂J gives."""
    uphill = any("uphill" in key.split() for step in moves for key in step.values())
    negative = uphill and not session.facts.downhill
    return replace(session.facts, adds_negative=session.facts.adds_negative or negative)


def end_findings(
    session: Session,
    name: str,
    outcome: CallOutcome,
    last: TrainingStep,
    moves: Sequence[Mapping[str, str]],
    lr: float,
    m: int,
    whole: int,
) -> Iterator[Finding]:
    """What came back: the weights after the last step, or something else."""
    kinds = {key for step in moves for key in step.values()}
    if kinds - {"right", "still", "uphill"} or kinds == {"still"}:
        return
    for weights in final_weights(session, name, outcome):
        if "w1" in weights and "w2" in weights and _follow(weights, last, lr, m, whole, session.facts.sums):
            return
    line = session.function(name).line
    if outcome.result is None:
        values = {"wanted": "w1, b1, w2, b2", "got": "None"}
        yield Finding("nothing_returned", name, line=line, values=values)
        return
    for weights in final_weights(session, name, outcome):
        if equal(weights.get("w1"), last.weights["w1"]) and equal(weights.get("w2"), last.weights["w2"]):
            if (
                len(moves)
                and weights.get("w1") is not None
                and session.bindings[name].place("w1") not in outcome.mutated
            ):
                yield Finding("update_lost", name, line=line)
            return
    shapes = [np.shape(value) for value in _leaves(outcome.result)]
    if not any(getattr(last.given.get("a2"), "shape", None) == shape for shape in shapes):
        values = {"wanted": "w1, b1, w2, b2", "got": described(outcome.result)}
        yield Finding("returned_otherwise", name, line=line, values=values)


def _follow(weights: Weights, last: TrainingStep, lr: float, m: int, whole: int, sums: bool) -> bool:
    """Whether these are the weights one step after the last one that was seen."""
    kinds = {
        p: moved(last, weights, p, lr, m, whole, sums)
        for p in ("w1", "w2")
        if isinstance(weights[p], np.ndarray)
    }
    return (
        len(kinds) == 2
        and set(kinds.values()) <= {"right", "uphill", "still"}
        and set(kinds.values()) != {"still"}
    )
