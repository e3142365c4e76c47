"""The rule by which a parameter moves, where it is not −α · ∂J/∂θ: momentum, sums that are kept, weight decay."""

from collections.abc import Collection, Mapping, Sequence
from itertools import product

import numpy as np

from gradiente.checker.judging.training_steps import PARAMETERS, TrainingStep, Weights
from gradiente.checker.reference.reference import Array

ENOUGH = 9  # how many numbers must have moved for a fit to say something
MODELS = (("before",), ("decay",), ("before", "decay"))


def named_by_rule(
    moves: Sequence[Mapping[str, str]],
    steps: Sequence[TrainingStep],
    counts: Sequence[int],
    starts: Collection[int] = (),
) -> list[Mapping[str, str]]:
    """The moves, with the keys of the rule in the place of "update_wrong", where there is one.

    Arguments:
        counts: instances of each step
        starts: the first steps of the epochs, at which what is kept may be set back to 0
    """
    wrong = [p for p in PARAMETERS if any(step.get(p) == "update_wrong" for step in moves)]
    trajectory = [step.weights for step in steps]
    gradients = [step.gradients if step.true is None else step.true for step in steps]
    keys = keys_of(wrong, trajectory, gradients, counts, starts)
    return [{p: keys.get(p, key) for p, key in step.items()} for step in moves]


def keys_of(
    names: Sequence[str],
    trajectory: Sequence[Weights],
    gradients: Sequence[Weights],
    counts: Sequence[int],
    starts: Collection[int] = (),
) -> dict[str, str]:
    """The keys of what Δₜ = β Δₜ₋₁ − γ ∂J/∂θ − λ θ has beside γ, by parameter.

    A parameter of few numbers fits anything: it takes over a rule that is that of another one.
    """
    weighted = [[1.0] * len(counts), [float(m) for m in counts], [1.0 / max(m, 1) for m in counts]]
    for weights, back in product(weighted, dict.fromkeys((frozenset((0,)), frozenset(starts) | {0}))):
        columns = {p: _columns(p, trajectory, gradients, weights, back) for p in names}
        rules = {p: rule for p, found in columns.items() if found and (rule := _fitted(*found)) is not None}
        for p, found in columns.items():
            if found and p not in rules:
                taken = (rule for rule in list(rules.values()) if _fits(*found, rule))
                if (rule := next(taken, None)) is not None:
                    rules[p] = rule
        keys = {p: key for p, rule in rules.items() if (key := _key(*rule))}
        if keys:
            return keys
    return {}


def _columns(
    name: str,
    trajectory: Sequence[Weights],
    gradients: Sequence[Weights],
    weights: Sequence[float],
    starts: Collection[int],
) -> tuple[Array, Array] | None:
    """Δₜ of all steps in one vector, and beside it Δₜ₋₁, ∂J/∂θ and θ; None where some of them are not known."""
    values = [step.get(name) for step in trajectory]
    found = [step.get(name) for step in gradients[: len(values) - 1]]
    arrays = [value for value in (*values, *found) if value is not None]
    known = len(arrays) == len(values) + len(found) and len(found) == len(values) - 1
    if not known or len(found) < 2 or len({np.shape(value) for value in arrays}) > 1:
        return None
    places = np.stack(arrays[: len(values)])
    slopes = np.stack(arrays[len(values) :]) * np.reshape(
        weights[: len(found)], (-1, *[1] * (places.ndim - 1))
    )
    moves = np.diff(places, axis=0)
    before = np.concatenate([np.zeros_like(moves[:1]), moves[:-1]])
    before[[place for place in starts if place < len(before)]] = 0
    return moves.ravel(), np.stack([before.ravel(), slopes.ravel(), places[:-1].ravel()], axis=1)


def _fitted(moves: Array, columns: Array) -> tuple[float, float, float] | None:
    """β, −γ, −λ of the plainest rule that gives the moves."""
    if moves.size < ENOUGH or not np.isfinite(columns).all():
        return None
    for model in MODELS:
        chosen = [1, *([0] if "before" in model else []), *([2] if "decay" in model else [])]
        rule = np.zeros(3)
        rule[chosen] = np.linalg.lstsq(columns[:, chosen], moves, rcond=None)[0]
        if _fits(moves, columns, rule):
            return float(rule[0]), float(rule[1]), float(rule[2])
    return None


def _fits(moves: Array, columns: Array, rule: Sequence[float] | Array) -> bool:
    near = 1e-4 if moves.dtype == np.float32 else 1e-6
    return bool(np.linalg.norm(columns @ np.asarray(rule) - moves) <= near * np.linalg.norm(moves))


def _key(beta: float, step: float, decay: float) -> str:
    """The keys of a rule that goes down and has something beside the gradient; none of a stranger one."""
    kept = abs(beta) > 1e-4
    if step >= 0 or beta < -1e-4 or beta > 1 + 1e-4 or decay > 1e-12:
        return ""
    before = ("gradients_accumulate" if beta > 1 - 1e-4 else "momentum_unasked") if kept else ""
    return " ".join(key for key in (before, "weight_decay" if decay < -1e-12 else "") if key)
