"""entrenarRedMiniBatch, judged: which instances its steps take, with which y, and how the weights move."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from gradiente.checker.judging.activations import activation_findings
from gradiente.checker.judging.failures import too_many_calls
from gradiente.checker.judging.inlined import displacement, judge_inlined
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.loop import (
    RATE,
    end_findings,
    fewest,
    other_order,
    raised,
    update_findings,
    variants,
    with_gradients,
    with_moves,
)
from gradiente.checker.judging.session import Session, step_arguments
from gradiente.checker.judging.training_steps import (
    PARAMETERS,
    TrainingStep,
    instances,
    moved,
    other_y,
    places_of,
    steps_taken,
)
from gradiente.checker.judging.update_rule import named_by_rule
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Array, Reference, Sizes
from gradiente.checker.verdict import Finding

NAME = "entrenarRedMiniBatch"
EPOCHS, BATCH = 2, 4
# The last batch is smaller than the others in the one, as large as they are in the other.
UNEVEN, EVEN = Sizes(11, 7, 6, 10), Sizes(12, 9, 5, 10)
SMALL = Sizes(7, 12, 8, 10)  # with more parameters than pairs of instances
SHARE = 3  # its batch size
TINY = 1e-6  # a learning rate so small that a whole epoch moves the weights along the gradient of its start


def judge(session: Session) -> Judgement:
    uneven, even = session.cases(session.activations()[0], _sizes(session))
    return with_gradients(
        session, lambda session: fewest(session, lambda layout: _judged(session, uneven, even, layout))
    )


def _sizes(session: Session) -> tuple[Sizes, Sizes]:
    own = session.sizes()[0] if session.facts.fixed_sizes else None
    return (replace(own, m=UNEVEN.m), replace(own, m=EVEN.m)) if own else (UNEVEN, EVEN)


def _judged(session: Session, uneven: Reference, even: Reference, layout: Layout) -> Judgement:
    initial = {**step_arguments(uneven, layout), "lr": RATE, "epocas": EPOCHS, "batch_size": BATCH}
    outcome = session.call(NAME, initial, record=("backProp", *session.helpers(NAME, "backProp")))
    if outcome.failure is not None:
        return raised(session, NAME, uneven, layout, outcome)
    if (untold := too_many_calls(session, NAME, outcome)) is not None:
        return Judgement((untold,), error=True)
    steps = steps_taken(session, NAME, outcome, layout, RATE, uneven)
    if not steps:
        return _inlined(session, uneven, layout)
    if (exchanged := other_order(session, NAME, initial, steps[0])) is not None:
        return Judgement((exchanged,))
    findings = list(_batches(session, uneven, layout, steps))
    if not findings:
        other = session.call(
            NAME,
            {**initial, **step_arguments(even, layout)},
            record=("backProp", *session.helpers(NAME, "backProp")),
        )
        findings = (
            list(_batches(session, even, layout, steps_taken(session, NAME, other, layout, RATE, even)))
            if not other.failure
            else []
        )
    counts, each = [instances(layout, step) for step in steps], max(len(steps) // EPOCHS, 1)
    moves = list(_moves(steps, layout, uneven.m, session.facts.sums))
    moves = named_by_rule(moves, steps, counts, range(0, len(steps), each))
    findings += update_findings(session, NAME, moves)
    if not any(finding.mistake == "batch_ignored" for finding in findings):
        findings += activation_findings(session, NAME, uneven, layout, outcome, steps, initial)
    last = instances(layout, steps[-1])
    findings += end_findings(session, NAME, outcome, steps[-1], moves, RATE, last, uneven.m)
    return Judgement(tuple(findings), variants(session, NAME, outcome), facts=with_moves(session, moves))


def _moves(
    steps: Sequence[TrainingStep], layout: Layout, whole: int, sums: bool
) -> Iterator[Mapping[str, str]]:
    for step, following in pairwise(steps):
        m = instances(layout, step)
        yield {
            name: moved(step, following.weights, name, RATE, m, whole, sums)
            for name in PARAMETERS
            if name in step.weights and name in following.weights
        }


def _batches(
    session: Session, case: Reference, layout: Layout, steps: Sequence[TrainingStep]
) -> Iterator[Finding]:
    """Every instance once an epoch, with its own y, no batch larger than asked for."""
    line = session.function(NAME).line
    taken = [places_of(case, layout, step) for step in steps]
    if any(places is None for places in taken):
        yield Finding("data_ignored", NAME, line=line)
        return
    batches = [places for places in taken if places is not None]
    if all(len(places) == case.m for places in batches):
        yield Finding("batch_ignored", NAME, line=line)
        return
    if any(other_y(case, layout, step, places) for step, places in zip(steps, batches, strict=True)):
        yield Finding("pairs_broken", NAME, "y", line)
    covered = list(_coverage(session, case, batches))
    largest = max(map(len, batches))
    if not covered and largest > BATCH:
        yield Finding("batch_size_wrong", NAME, line=line, values={"expected": BATCH, "got": largest})
    yield from covered


def _coverage(session: Session, case: Reference, batches: Sequence[Sequence[int]]) -> Iterator[Finding]:
    line = session.function(NAME).line
    times = Counter(place for places in batches for place in places)
    counts = [times[place] for place in range(case.m)]
    values = {"lost": counts.count(0), "repeated": sum(count > EPOCHS for count in counts)}
    if all(count == EPOCHS for count in counts):
        pairs = pairwise(map(sorted, batches))
        if (
            len(batches) > 2
            and sum(one == other for one, other in pairs) == len(batches) - len(batches) // EPOCHS
        ):
            yield Finding("epochs_in_batches", NAME, line=line)
        return
    if len(set(counts)) == 1:
        yield Finding("epochs_wrong", NAME, line=line, values={"expected": EPOCHS, "got": counts[0]})
    elif max(counts) > EPOCHS:
        yield Finding("batch_repeated", NAME, line=line, values=values)
    else:
        values["lost"] = sum(count < EPOCHS for count in counts)
        yield Finding("batch_lost", NAME, line=line, values=values)


def _inlined(session: Session, case: Reference, layout: Layout) -> Judgement:
    """Gradients computed in the loop itself: those of one batch with everything, then what an epoch is made of."""
    whole = judge_inlined(session, NAME, case, layout, RATE, {"batch_size": lambda one: one.m})
    broken = any(finding.mistake == "unknown" for finding in whole.findings)
    if whole.unchecked or (whole.findings and not broken):
        return whole
    size = replace(session.sizes()[0], m=SMALL.m) if session.facts.fixed_sizes else SMALL
    small = session.cases(session.activations()[0], (size,))[0]
    shares = _shares(session, small, layout)
    if shares is None:
        return whole
    own, others = shares
    found = ("pairs_broken", {}) if others else _share_mistake(own, small.m)
    if found is None:
        return whole if broken else Judgement((), whole.variants)
    key, values = found
    return Judgement((Finding(key, NAME, line=session.function(NAME).line, values=values),), whole.variants)


def _share_mistake(own: Array, m: int) -> tuple[str, dict[str, Any]] | None:
    """What is wrong with how much every instance counts; None where that is fair."""
    batches = -(-m // SHARE)
    if (own < 1e-3).any():
        return "batch_lost", {"lost": int((own < 1e-3).sum()), "repeated": 0}
    if np.allclose(own, 1 / m, rtol=1e-2):
        return "full_mean", {"m": m}
    if np.allclose(own, batches / m, rtol=1e-2):
        return "batch_ignored", {}
    if _fair(own, batches):
        return None
    times = round(float(own.sum()) / batches)
    if times > 1 and np.isclose(own.sum(), times * batches, rtol=1e-2) and own.min() > 0.99 * times / SHARE:
        return "epochs_wrong", {"expected": 1, "got": times}
    return "batch_repeated", {"lost": 0, "repeated": int((own > 1.01).sum()) or 1}


def _fair(own: Array, batches: int) -> bool:
    """Whether every instance counts 1, or 1 over the size of its batch."""
    shares = [1 / size for size in range(1, SHARE + 1)]
    each = all(any(np.isclose(share, wanted, rtol=1e-2) for wanted in shares) for share in own)
    return np.allclose(own, 1.0, rtol=1e-2) or (each and np.isclose(own.sum(), batches, rtol=1e-2))


def _shares(session: Session, case: Reference, layout: Layout) -> tuple[Array, bool] | None:
    """How much every instance counts in an epoch; and whether some are taken with another's y.

    With a step this small an epoch moves the weights by −α Σ cᵢ ∂Lᵢ/∂θ, and the cᵢ are the solution of a linear system.
    """
    arguments = {**step_arguments(case, layout), "lr": TINY, "epocas": 1, "batch_size": SHARE}
    outcome = session.call(NAME, arguments)
    if outcome.failure is not None:
        return None
    moved = displacement(session, NAME, outcome, case, layout, TINY)
    if moved is None or any(value is None for value in moved.values()):
        return None
    total = np.concatenate(
        [layout.to_lecture(q[1:], np.asarray(moved[q])).ravel() for q in ("dW2", "db2", "dW1", "db1")]
    )
    own = np.stack([_gradient(case, i, i) for i in range(case.m)], axis=1)
    found, *_ = np.linalg.lstsq(own, total, rcond=None)
    if np.linalg.norm(own @ found - total) < 1e-3 * np.linalg.norm(total):
        return found, False
    pairs = np.stack([_gradient(case, i, j) for i in range(case.m) for j in range(case.m)], axis=1)
    mixed, *_ = np.linalg.lstsq(pairs, total, rcond=None)
    return (found, True) if np.linalg.norm(pairs @ mixed - total) < 1e-3 * np.linalg.norm(total) else None


def _gradient(case: Reference, i: int, j: int) -> Array:
    """The gradient of instance i with the y of instance j, all parameters in one vector."""
    one = case.backward(Y=case.Y[:, [j]], **{name: case.numbers[name][:, [i]] for name in ("X", "A1", "A2")})
    return np.concatenate([one.numbers[name].ravel() for name in ("dW2", "db2", "dW1", "db1")])
