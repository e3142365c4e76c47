"""A training loop, judged by what the parameters do in it: the steps that are observed as it runs."""

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gradiente.checker.exercises.exercise import Exercise, Role
from gradiente.checker.exercises.pattern import names_in
from gradiente.checker.exercises.penalty import wrong_penalty
from gradiente.checker.exercises.probes import Answer, ask
from gradiente.checker.exercises.problem import BATCH, EPOCHS, LEARNING_RATE, Problem
from gradiente.checker.exercises.trained import Training, ends_with, right_ends, wrong_end
from gradiente.checker.judging.factors import ALIKE, factor_key
from gradiente.checker.judging.failures import failed
from gradiente.checker.judging.network import findings_of
from gradiente.checker.judging.network_places import update_line
from gradiente.checker.observing.data import Data
from gradiente.checker.observing.recognition import Recognition, recognize_steps, steps_in
from gradiente.checker.observing.steps import ObservedStep
from gradiente.checker.reading.submission import Submission
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.reference.layout import Layout, layouts
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.verdict import Finding

PARTS = ("forward", "gradients", "update")


def judged_loop(
    sandbox: Sandbox,
    exercise: Exercise,
    role: Role,
    submission: Submission,
    layout: Layout | None,
) -> list[Finding] | None:
    """The findings on a loop; None where it cannot be judged: where its steps are not seen.

    Arguments:
        layout: that the other roles have; None where none has told it
    """
    name, problem = exercise.label(role), exercise.problem()
    answers: dict[Layout, Answer] = {}
    found: Recognition | None = None
    ends = right_ends(exercise, problem, role)
    for one in _layouts(problem, layout):
        answers[one] = ask(sandbox, exercise, role, problem, one, observe=True)
        if any(ends_with(end, problem, one, answers[one]) for end in ends):
            return []
        found = _seen(problem, one, answers[one])
        if found is not None:
            break
    if found is None or found.data is None:
        wrong = wrong_end(exercise, problem, role, answers)
        return [_by_its_end(name, *wrong, problem)] if wrong else _failure(submission, name, answers, layout)
    last = list(answers.values())[-1].outcome
    findings = [finding for _, finding in findings_of(found, dict.fromkeys(PARTS, name))]
    if exercise.biases == "zero":
        findings = [finding for finding in findings if not _of_biases_alone(finding)]
    given = {*names_in(role.call_tree), *(names_in(ast.parse(exercise.make)) if exercise.make else ())}
    if not findings and "lr" in given:
        batch = exercise.problem(m=found.steps[0].m)
        findings += [*scale(found, batch, name, whole=problem.step.m), *_decay(found, problem, name)]
    steps = steps_in(last.events, found.data)
    if "epochs" in given and not findings:
        findings += (
            _batches(steps, problem, name) if role.kind == "minibatch" else _epochs(steps, problem, name)
        )
    if not findings and last.failure is not None:
        findings.append(failed(submission, name, last.failure))
    return findings


def _failure(
    submission: Submission, name: str, answers: Mapping[Layout, Answer], layout: Layout | None
) -> list[Finding] | None:
    """The failure of a loop whose steps were not seen, where it fails in every likely layout."""
    likely = [answer.outcome for one, answer in answers.items() if not layout or _alike(one, layout)]
    furthest = max(likely, key=lambda outcome: len(outcome.events))
    if furthest.failure is None or any(outcome.failure is None for outcome in likely):
        return None
    return [failed(submission, name, furthest.failure)]


def _of_biases_alone(finding: Finding) -> bool:
    """Whether it says no more than that b, which is 0, does not move."""
    names = str(finding.values.get("names", "W")).split(", ")
    return finding.mistake == "not_updated" and all(name.startswith("b") for name in names)


def _by_its_end(name: str, key: str, training: Training, problem: Problem) -> Finding:
    """The mistake of a loop whose steps were not seen, by the parameters with which it ends."""
    names = ", ".join(label(quantity) for quantity in problem.values if quantity[0] in "Wb")
    return Finding(
        key, name, values={"names": names, "got": training.epochs, "expected": EPOCHS, "m": problem.step.m}
    )


def _layouts(problem: Problem, known: Layout | None) -> Iterator[Layout]:
    flat = problem.numbers["k"] == 1
    usual = [layout for layout in layouts() if layout.usual and (flat or layout.target == "matrix")]
    forms = [replace(known, bias=form) for form in ("column", "row", "flat")] if known else []
    yield from dict.fromkeys([known, *forms, *usual] if known else usual)


def _alike(one: Layout, other: Layout) -> bool:
    """Whether they differ in the form of b at most, which not every role tells."""
    return replace(one, bias=other.bias) == other


def _seen(problem: Problem, layout: Layout, answer: Answer) -> Recognition | None:
    """The steps of the network of the exercise in what was observed."""
    if not answer.outcome.events:
        return None
    values = problem.values
    x, y = (np.asarray(problem.given(name, layout)) for name in "XY")
    data = Data(values["X"], values["Y"], x, y, layout.columns, labels=False)
    broken = answer.outcome.failure is not None
    found = recognize_steps(answer.outcome.events, data, problem.step.loss, cut=broken)
    if found is None or len(found.steps[0].layers) != problem.depth:
        return None
    return found


def scale(
    found: Recognition, problem: Problem, name: str, rate: float = LEARNING_RATE, whole: int = 0
) -> Iterator[Finding]:
    """The factor of all gradients together, which the rate of the step tells.

    Arguments:
        whole: the number of all instances; 0 where it is not known
    """
    if not found.explanation.base:
        return
    factor, m = found.explanation.base[0] / (-rate * problem.share), found.steps[0].m
    where = label(f"dZ{problem.depth}")
    if abs(factor - 1) < ALIKE:
        return
    key = factor_key(factor, m, [rate], others={m / whole: "full_mean"} if whole > m else {})
    names = ", ".join(f"{letter}[{layer.number}]" for layer in found.steps[0].layers for letter in "Wb")
    values = {"where": where, "factor": f"{factor:.4g}", "names": names, "m": whole}
    yield Finding(key, name, line=update_line(found), values=values)


def _decay(found: Recognition, problem: Problem, name: str) -> Iterator[Finding]:
    """The penalty as the steps have it: −α λ W beside the gradient of the loss, and nothing of b."""
    extra = {of: share for of, (key, share) in found.explanation.extra.items() if key == "weight_decay"}
    others = [of for of, (key, _) in found.explanation.extra.items() if key != "weight_decay"]
    weights = [f"dW{layer.number}" for layer in found.steps[0].layers]
    biases = {of: -share / LEARNING_RATE for of, share in extra.items() if of not in weights}
    came = {of: -extra.get(of, 0.0) / LEARNING_RATE for of in weights if of not in others}
    wrong = wrong_penalty(0.0, biases) or wrong_penalty(problem.numbers["l2"], came)
    if wrong is not None:
        mistake, (first, *_), values = wrong
        where = {"where": label(first), **values}
        yield Finding(mistake, name, label(first), update_line(found, first), where)


def _epochs(steps: Sequence[ObservedStep], problem: Problem, name: str) -> Iterator[Finding]:
    """As many steps as epochs, where every step takes all instances."""
    whole = all(len(step.passes[-1].input.instances) == problem.step.m for step in steps)
    if whole and len(steps) != EPOCHS:
        yield Finding("epochs_wrong", name, values={"got": len(steps), "expected": EPOCHS})


def _batches(steps: Sequence[ObservedStep], problem: Problem, name: str) -> Iterator[Finding]:
    """Batches of the size that was asked for, which take every instance once in every epoch."""
    m = problem.step.m
    sizes = [len(step.passes[-1].input.instances) for step in steps]
    in_epoch = math.ceil(m / BATCH)
    if min(sizes) == m:
        yield Finding("batch_ignored", name)
    elif max(sizes) != BATCH:
        yield Finding("batch_size_wrong", name, values={"got": max(sizes), "expected": BATCH})
    elif lost := _lost(steps[:in_epoch], m):
        yield Finding("batch_lost", name, values={"lost": ", ".join(map(str, lost))})
    elif len(steps) % in_epoch == 0 and len(steps) != EPOCHS * in_epoch:
        yield Finding("epochs_wrong", name, values={"got": len(steps) // in_epoch, "expected": EPOCHS})


def _lost(steps: Sequence[ObservedStep], m: int) -> list[int]:
    taken = {instance for step in steps for instance in step.passes[-1].input.instances}
    return [instance for instance in range(m) if instance not in taken]
