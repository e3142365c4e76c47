"""The activations that a loop gives backProp: those of the forward pass with the weights of that call, or what else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from gradiente.checker.judging.forward import explained
from gradiente.checker.judging.quantities import line_of
from gradiente.checker.judging.session import Session
from gradiente.checker.judging.training_steps import (
    PARAMETERS,
    TrainingStep,
    equal,
    forwards,
    lecture_form,
    other_width,
)
from gradiente.checker.judging.wrong_helpers import suspects
from gradiente.checker.reading.identify import flat
from gradiente.checker.reference.formulas import formula
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Array, Reference
from gradiente.checker.rules.chains import Made
from gradiente.checker.running.calls import CallOutcome, RecordedCall
from gradiente.checker.verdict import Finding

MOST_CALLS = 3  # how many wrong calls a mistake of the forward pass must explain
HELPERS = {"A1": ("tanh", "relu"), "A2": ("softmax",)}


def activation_findings(
    session: Session,
    name: str,
    case: Reference,
    layout: Layout,
    outcome: CallOutcome,
    steps: Sequence[TrainingStep],
    initial: Mapping[str, Any],
) -> Iterator[Finding]:
    """What is wrong with the activations of the calls, as far as backProp uses them."""
    if not session.facts.used_activations:
        return
    cases = [replace(case, activation=activation) for activation in session.activations()]
    calls = [part for step in steps for part in step.parts or (step,)]
    wrong = [place for place, call in enumerate(calls) if not _fits(session, cases, layout, call)]
    if not wrong:
        return
    line = session.function(name).line
    place, call = wrong[0], calls[wrong[0]]
    if exchanged(cases, layout, call):
        yield Finding("activations_exchanged", name, "A[1]", line)
    elif other_width(layout, call) or _stale(session, cases, layout, calls, place, initial):
        yield Finding("stale", name, "A[1]", line)
    elif place and _of_other_instances(session, cases, layout, call, calls[place - 1]):
        yield Finding("activations_other_instances", name, "A[1]", line)
    elif session.facts.verdicts["backProp"].status != "error":
        found = [calls[i] for i in wrong[:MOST_CALLS]]
        yield from _forward_findings(session, name, cases, layout, outcome.records, found)


def exchanged(cases: Sequence[Reference], layout: Layout, call: TrainingStep) -> bool:
    """Whether each of the two activations was given in the place of the other."""
    other = {**call.given, "a1": call.given.get("a2"), "a2": call.given.get("a1")}
    return any(
        _has(other, pair, ("a1", "a2")) for case in cases for pair in forwards(case, layout, call.given)
    )


def _fits(session: Session, cases: Sequence[Reference], layout: Layout, call: TrainingStep) -> bool:
    """Whether a call has the activations of its weights; or has weights of which nothing can be said."""
    pairs = [pair for case in cases for pair in forwards(case, layout, call.given)]
    if session.workshop.name == "xor" and session.forward_adds_biases():
        pairs = pairs[:1]
    return not pairs or any(_has(call.given, pair, session.facts.used_activations) for pair in pairs)


def _of(
    session: Session,
    cases: Sequence[Reference],
    layout: Layout,
    call: TrainingStep,
    given: Mapping[str, Any],
    *,
    own_hidden: bool = False,
) -> bool:
    """Whether a call has the activations of what was given to another.

    Arguments:
        own_hidden: but A[1] of its own weights
    """
    for case in cases:
        pairs = list(forwards(case, layout, given))
        if own_hidden:
            own = forwards(case, layout, call.given)
            pairs = [(hidden, output) for (hidden, _), (_, output) in zip(own, pairs, strict=False)]
        if any(_has(call.given, pair, session.facts.used_activations) for pair in pairs):
            return True
    return False


def _of_other_instances(
    session: Session, cases: Sequence[Reference], layout: Layout, call: TrainingStep, before: TrainingStep
) -> bool:
    """Whether a call has the activations of the instances of the call before, which are others than its own."""
    x = before.given["X"]
    return not equal(x, call.given["X"]) and _of(session, cases, layout, call, {**call.given, "X": x})


def _has(given: Mapping[str, Any], pair: tuple[Array, Array], used: Sequence[str]) -> bool:
    """Whether the activations that backProp was given are those, but for single precision on the way."""
    found: dict[str, Array] = {"a1": pair[0], "a2": pair[1]}
    return all(_near(given.get(name), found[name]) for name in used)


def _near(found: Any, wanted: Array) -> bool:
    try:
        found = np.asarray(found, float)
    except (TypeError, ValueError):
        return False
    if found.ndim == 1 and found.size == wanted.size:
        wanted = wanted.ravel()
    return found.shape == wanted.shape and np.allclose(found, wanted, rtol=1e-5, atol=1e-6)


def _stale(
    session: Session,
    cases: Sequence[Reference],
    layout: Layout,
    calls: Sequence[TrainingStep],
    place: int,
    initial: Mapping[str, Any],
) -> bool:
    """Whether an activation is that of weights that have been updated since, some of them or all."""
    call, before = calls[place], calls[:place]
    used = session.facts.used_activations
    if before and any(
        equal(call.given.get(a), old.get(a)) for a in used for old in (initial, before[-1].given)
    ):
        return True
    for old in (*before[:1], *before[-1:]):
        for chosen in product((False, True), repeat=len(PARAMETERS)):
            late = {p: old.given.get(p) for p, one in zip(PARAMETERS, chosen, strict=True) if one}
            late = {p: value for p, value in late.items() if np.any(value)}  # without b is another mistake
            if late and _of(session, cases, layout, call, {**call.given, **late}):
                return True
        hidden = {p: old.given.get(p) for p in ("w1", "b1")}
        if _of(session, cases, layout, call, {**call.given, **hidden}, own_hidden=True):
            return True
    return False


def _forward_findings(
    session: Session,
    name: str,
    cases: Sequence[Reference],
    layout: Layout,
    records: Sequence[RecordedCall],
    calls: Sequence[TrainingStep],
) -> Iterator[Finding]:
    """The mistakes of the forward pass in the loop, or in the function that makes it; else that it is wrong."""
    maker = _maker(records, calls[0])
    if maker is not None and session.wrong(maker):
        return  # it is judged by itself
    if any(session.uses(name, wrong) for wrong in session.facts.own_functions):
        return  # what it computes with is named by itself
    mistakes, unknown = _explained(cases, layout, calls)
    at = {*(step.quantity for step in mistakes), *unknown}
    used = [helper for layer, helpers in HELPERS.items() if at & {layer} for helper in helpers]
    if any(session.has(helper) and session.wrong(helper) for helper in used):
        return
    said = {found.mistake for found in session.facts.verdicts["backProp"].findings}
    if any(step.key == "activation_other" for step in mistakes) and "derivative_other" in said:
        return  # the network has that activation, forwards and backwards
    function = session.function(maker if maker and maker in session.submission.functions else name)
    if any(step.key == "activation_wrong" for step in mistakes):
        wrong = next(
            (one for one in suspects(session, function.name) if one.role.body.startswith("return")), None
        )
        if wrong is not None:
            yield wrong.finding()
            return
    places: dict[str, list[str]] = {}
    for step in mistakes:
        places.setdefault(step.key, []).append(step.quantity)
    if unknown:
        places["activations_wrong"] = list(unknown)
    for key, found in places.items():
        line = line_of(function, found[0]) or function.line
        where = ", ".join(map(label, found))
        values = {"where": where, "activation": cases[0].activation}
        yield Finding(key, name, label(found[0]), line, values, formula(cases[0], found[0], layout))


def _explained(
    cases: Sequence[Reference], layout: Layout, calls: Sequence[TrainingStep]
) -> tuple[tuple[Made, ...], tuple[str, ...]]:
    """The fewest mistakes of the forward pass that give the activations of these calls."""
    found = []
    for case in cases:
        own = [_at(case, layout, call) for call in calls]
        observed = [{a.upper(): _matrix(layout, call.given.get(a)) for a in ("a1", "a2")} for call in calls]
        found.append(explained(own, observed, layout))
        if any(seen["A1"].size and not np.ptp(seen["A1"]) for seen in observed):
            return (), ("A1", "A2")  # one number everywhere may be of anything
    mistakes, unknown = min(found, key=lambda pair: (len(pair[1]), len(pair[0])))
    return (() if "A1" in unknown else mistakes), unknown  # of a strange A[1] anything may come


def _at(case: Reference, layout: Layout, call: TrainingStep) -> Reference:
    """The step with the weights, the instances and the right activations of a call."""
    numbers = {("W" + p[1] if p[0] == "w" else p): lecture_form(layout, p, call.given[p]) for p in PARAMETERS}
    a1, a2 = next(forwards(case, layout, call.given))
    numbers["X"] = layout.to_lecture("X", _matrix(layout, call.given["X"]))
    numbers |= {"A1": layout.to_lecture("A1", a1), "A2": layout.to_lecture("A2", a2)}
    return case.replaced(**numbers)


def _matrix(layout: Layout, value: Any) -> Array:
    """Instances as a matrix, where one comes as a vector."""
    value = np.asarray(value, float)
    return value if value.ndim != 1 else value.reshape((-1, 1) if layout.columns else (1, -1))


def _maker(records: Sequence[RecordedCall], call: TrainingStep) -> str | None:
    """The function of the file that gave these activations for these weights and instances."""
    for record in records:
        arguments = _arrays((record.arguments, record.keywords))
        if record.name == "backProp" or not all(
            any(equal(given, call.given.get(w)) for given in arguments) for w in ("w1", "w2", "X")
        ):
            continue
        results = _arrays((record.result,))
        if all(any(equal(given, call.given.get(a)) for given in results) for a in ("a1", "a2")):
            return record.name
    return None


def _arrays(values: Sequence[Any]) -> list[Array]:
    """The arrays in tuples and dictionaries, however deep."""
    found: list[Array] = []
    for value in flat(tuple(values)):
        if isinstance(value, Mapping):
            found += _arrays(tuple(value.values()))
        elif isinstance(value, list):
            found += _arrays(tuple(value))
        elif isinstance(value, np.ndarray):
            found.append(value)
    return found
