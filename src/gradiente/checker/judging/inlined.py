"""A loop that computes its gradients itself: read from how far the weights move."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from gradiente.checker.judging.gradient_search import UNKNOWN, Explanation, GradientSearch
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session, step_arguments
from gradiente.checker.judging.training_steps import (
    PARAMETERS,
    Weights,
    equal,
    final_weights,
    lecture_form,
)
from gradiente.checker.judging.update_rule import keys_of
from gradiente.checker.reference.formulas import formula
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Array, Reference
from gradiente.checker.running.calls import CallOutcome
from gradiente.checker.verdict import Finding

LATER = 3  # epochs after which stale activations show


def judge_inlined(
    session: Session,
    name: str,
    case: Reference,
    layout: Layout,
    lr: float,
    more: Mapping[str, Any] | None = None,
) -> Judgement:
    """One epoch gives the gradient, a few the rest."""
    cases = session.cases(case.activation, session.sizes())
    moved = []
    for one in cases:
        outcome = session.call(name, arguments(one, layout, lr, 1, more))
        if outcome.failure is not None:
            return Judgement((), unchecked=True)
        found = displacement(session, name, outcome, one, layout, lr)
        if found is None:
            return Judgement(tuple(_nowhere(session, name, outcome)))
        moved.append(found)
    search = GradientSearch(cases, moved, layout, (lr, *session.rates(name)))
    explanation = search.plain()
    if not explanation.right:
        explanation = search.best()
    findings = list(_gradient_findings(session, name, cases[0], layout, explanation, lr))
    judged = [one for one in session.facts.verdicts.values() if one.status in ("wrong", "error")]
    said = {found.mistake for verdict in judged for found in verdict.findings}
    if explanation.unknown:
        findings = _by_rule(session, name, cases[0], layout, lr, more) or findings
    if said and findings and all(found.mistake in said or found.mistake == "unknown" for found in findings):
        return Judgement(
            (), (("inlined", {}),), unchecked=True
        )  # what it shares with a function that is wrong
    if not findings:
        findings = list(_later(session, name, cases[0], layout, lr, explanation, more))
        if any(found.mistake == "loop_unknown" for found in findings):
            findings = _by_rule(session, name, cases[0], layout, lr, more) or findings
    return Judgement(tuple(findings), (("inlined", {}),))


def arguments(
    case: Reference, layout: Layout, lr: float, epochs: int, more: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the loop is called with; `more` are arguments beside entrenarRed's."""
    given = {**step_arguments(case, layout), "lr": lr, "epocas": epochs}
    return given | {key: value(case) if callable(value) else value for key, value in (more or {}).items()}


def displacement(
    session: Session, name: str, outcome: CallOutcome, case: Reference, layout: Layout, lr: float
) -> dict[str, Array | None] | None:
    """−(new − old)/α, the gradients that the loop has used; None where the weights have not moved."""
    before = step_arguments(case, layout)
    for weights in final_weights(session, name, outcome):
        shapes = {p: v.shape == before[p].shape for p, v in weights.items() if isinstance(v, np.ndarray)}
        if not (shapes.get("w1") and shapes.get("w2")) or equal(weights["w1"], before["w1"]):
            continue
        found: dict[str, Array | None] = {}
        for parameter in PARAMETERS:
            value = weights.get(parameter)
            same = isinstance(value, np.ndarray) and value.shape == before[parameter].shape
            found[f"d{parameter.replace('w', 'W')}"] = (before[parameter] - value) / lr if same else None
        return found
    return None


def _nowhere(session: Session, name: str, outcome: CallOutcome) -> Iterator[Finding]:
    line = session.function(name).line
    if outcome.result is None:
        yield Finding("nothing_returned", name, line=line, values={"wanted": "w1, b1, w2, b2", "got": "None"})
    else:
        yield Finding("not_updated", name, line=line, values={"names": "w1, b1, w2, b2"})


def _gradient_findings(
    session: Session, name: str, case: Reference, layout: Layout, explanation: Explanation, lr: float
) -> Iterator[Finding]:
    function = session.function(name)
    places: dict[str, list[str]] = {}
    for made in explanation.made:
        key = made.key
        if key in ("weights_zero", "bias_zero"):
            key = "not_updated"
        if key == "output_sign" and _adds(session, name):
            key = "uphill"
        places.setdefault(key, []).append(made.quantity)
    scales = explanation.scales
    if scales and all(scale.sign < 0 for scale in scales.values()):
        places.setdefault("uphill" if _adds(session, name) else "output_sign", []).append("dZ2")
    elif negative := [quantity for quantity, scale in scales.items() if scale.sign < 0]:
        places.setdefault("uphill" if _adds(session, name) else "sign_hidden", []).extend(negative)
    for key, names in _scaled(explanation, lr):
        places.setdefault(key, []).extend(names)
    if explanation.unknown:
        places.setdefault("unknown", []).append(explanation.unknown[0])
    for key, at in places.items():
        names = ", ".join(quantity[1:].lower() for quantity in at)
        values = {"where": ", ".join(map(label, at)), "names": names}
        quantity = at[0] if at[0] != "Y" else "dZ2"
        rule = formula(case, quantity, layout, mean=key.startswith("mean_"))
        yield Finding(key, name, label(at[0]), function.line, values, rule)


def _adds(session: Session, name: str) -> bool:
    """Whether the loop adds the learning rate times something, or goes up with gradients that are known to be right."""
    if session.has("backProp") and not session.wrong("backProp"):
        return True
    rate = re.escape(session.bindings[name].own("lr"))
    return bool(re.search(rf"\+=?\s*\(?\s*{rate}\b", ast.unparse(session.function(name).node)))


def _scaled(explanation: Explanation, lr: float) -> Iterator[tuple[str, list[str]]]:
    scales = explanation.scales
    without = [q for q, scale in scales.items() if np.isclose(scale.factor, 1 / lr, rtol=1e-3)]
    twice = [q for q, scale in scales.items() if np.isclose(scale.factor, lr, rtol=1e-3)]
    if without:
        yield "lr_missing", without
    if twice:
        yield "lr_twice", twice
    sizes = [q for q, scale in scales.items() if scale.size]
    if sizes:
        yield "mean_wrong_size", sizes
    powers = {q: scale.power for q, scale in scales.items() if not scale.size}
    if len(set(powers.values())) > 1 or set(powers.values()) - {0, 1}:
        usual = 0 if 0 in powers.values() else 1
        for key, chosen in (
            ("mean_missing", [q for q, power in powers.items() if power > usual]),
            ("mean_twice", [q for q, power in powers.items() if power < min(usual, 1)]),
        ):
            if chosen:
                yield key, chosen


def _later(
    session: Session,
    name: str,
    case: Reference,
    layout: Layout,
    lr: float,
    explanation: Explanation,
    more: Mapping[str, Any] | None,
) -> Iterator[Finding]:
    """A few epochs: activations computed anew, or those of the beginning."""
    if explanation.cost >= UNKNOWN:
        return
    outcome = session.call(name, arguments(case, layout, lr, LATER, more))
    before = step_arguments(case, layout)
    sums = any(scale.power == 1 for scale in explanation.scales.values())
    biases = not explanation.absent and len(explanation.scales) == 4
    ends = {
        key: _simulated(case, lr * (case.m if sums else 1), epochs, stale, biases)
        for key, epochs, stale in (("right", LATER, False), ("stale", LATER, True))
    }
    for epochs in (LATER - 1, LATER + 1):
        ends[f"{epochs}"] = _simulated(case, lr * (case.m if sums else 1), epochs, False, biases)
    seen = [
        weights["w1"]
        for weights in final_weights(session, name, outcome)
        if isinstance(weights.get("w1"), np.ndarray) and not equal(weights["w1"], before["w1"])
    ]
    for key, w1 in ends.items():
        if any(equal(weights, layout.to_student("W1", w1)) for weights in seen):
            if key == "stale":
                yield Finding("stale", name, "A[1]", session.function(name).line)
            elif key != "right":
                values = {"expected": LATER, "got": key}
                yield Finding("epochs_wrong", name, line=session.function(name).line, values=values)
            return
    yield Finding("loop_unknown", name, line=session.function(name).line)


def _by_rule(
    session: Session,
    name: str,
    case: Reference,
    layout: Layout,
    lr: float,
    more: Mapping[str, Any] | None,
) -> list[Finding]:
    """What moves the weights beside the gradients, where these are right: read from 1, 2, 3 epochs."""
    trajectory: list[Weights] = [_parameters(case)]
    for epochs in range(1, LATER + 1):
        outcome = session.call(name, arguments(case, layout, lr, epochs, more))
        moved = displacement(session, name, outcome, case, layout, lr) if outcome.failure is None else None
        if moved is None:
            return []
        steps = {q[1:].lower(): value for q, value in moved.items() if value is not None}
        start = trajectory[0]
        trajectory.append({p: start[p] - lr * lecture_form(layout, p, value) for p, value in steps.items()})
    if any(set(weights) != set(trajectory[1]) for weights in trajectory[1:]):
        return []
    gradients = [_gradients(case, {**trajectory[0], **weights}) for weights in trajectory]
    keys = keys_of(list(trajectory[1]), trajectory, gradients, [case.m] * LATER)
    plain = {p for p in trajectory[1] if p not in keys}
    if not keys or not all(_downhill(p, trajectory, gradients) for p in plain):
        return []
    places: dict[str, list[str]] = {}
    for parameter, key in keys.items():
        for one in key.split():
            places.setdefault(one, []).append(parameter)
    line = session.function(name).line
    return [
        Finding(key, name, line=line, values={"names": ", ".join(names), "where": ", ".join(names)})
        for key, names in places.items()
    ]


def _parameters(case: Reference) -> dict[str, Array]:
    return {p: np.array(case.numbers[p.replace("w", "W")]) for p in PARAMETERS}


def _gradients(case: Reference, weights: Weights, *, stale: bool = False) -> dict[str, Array]:
    """Those of the mean over all instances, of these weights; `stale` with the activations of the beginning."""
    known = {p.replace("w", "W"): weights[p] for p in PARAMETERS}
    at = (case.replaced(**known) if stale else case.forward(**known)).backward()
    return {p: at.numbers[f"d{p.replace('w', 'W')}"] for p in PARAMETERS}


def _downhill(name: str, trajectory: Sequence[Weights], gradients: Sequence[Weights]) -> bool:
    """Whether a parameter moves along its gradients, or stays where it is."""
    moves = np.concatenate([(b[name] - a[name]).ravel() for a, b in pairwise(trajectory)])
    slopes = np.concatenate([step[name].ravel() for step in gradients[:-1]])
    scale = float(moves @ slopes) / float(slopes @ slopes)
    return not moves.any() or (scale < 0 and np.allclose(moves, scale * slopes, rtol=1e-6, atol=1e-10))


def _simulated(case: Reference, lr: float, epochs: int, stale: bool, biases: bool) -> Array:
    """W[1] after so many epochs of gradient descent."""
    weights, moving = _parameters(case), PARAMETERS if biases else ("w1", "w2")
    for _ in range(epochs):
        gradients = _gradients(case, weights, stale=stale)
        weights |= {p: weights[p] - lr * gradients[p] for p in moving}
    return weights["w1"]
