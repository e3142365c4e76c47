"""Biases that a network of the file's own regularizes: whether its own cost has them."""

from collections.abc import Iterator, Sequence

import numpy as np

from gradiente.checker.observing.costs import costs_in
from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.rules.dataflow import Array, Step

CLOSE = 1e-6  # of the cost


def penalized_biases(found: Recognition) -> list[str]:
    """The gradients of the biases that a penalty is added to."""
    return [
        name
        for name, (kind, d) in found.explanation.extra.items()
        if kind == "weight_decay" and d and name[1] == "b"
    ]


def left_out_by_cost(found: Recognition, biases: Sequence[str]) -> bool:
    """Whether the file's own cost has the penalty of the weights, and not that of these biases.

    The changes are c · ∂J/∂θ + d · θ, so that the penalty in J is d / c · ½ Σ θ².
    """
    explanation = found.explanation
    weights = [
        name for name, (kind, _) in explanation.extra.items() if kind == "weight_decay" and name[1] == "W"
    ]
    for one, step, c in zip(found.observed, found.steps, explanation.base, strict=False):
        costs = [
            number for _, numbers in costs_in(found.values.events[one.start : one.end]) for number in numbers
        ]
        loss = _loss(step)
        alone, both = (
            loss + sum(explanation.extra[name][1] / c / 2 * _square(step, name) for name in names)
            for names in (weights, [*weights, *biases])
        )
        if _among(alone, costs, step.m) and not _among(both, costs, step.m):
            return True
    return False


def _square(step: Step, gradient: str) -> float:
    value: Array | None = getattr(step.layers[int(gradient[2:]) - 1], gradient[1])
    return 0.0 if value is None else float((value**2).sum())


def _loss(step: Step) -> float:
    """The loss of which the step's gradients are the derivative: 1/m of the sum, of the squared error half of it."""
    a, y, last = step.layers[-1].A, step.Y, step.layers[-1].activation
    with np.errstate(all="ignore"):
        if step.loss == "squared_error":
            return float(((a - y) ** 2).sum() / 2 / step.m)
        terms = -np.where(y > 0, y * np.log(a), 0)
        if last != "softmax":
            terms = terms - np.where(y < 1, (1 - y) * np.log(1 - a), 0)
    return float(terms.sum() / step.m)


def _among(wanted: float, costs: Sequence[float], m: int) -> bool:
    """Whether a number, or the same cost without the mean or without the half, is among others."""
    return any(abs(cost - one) <= CLOSE * abs(one) for one in _forms(wanted, m) for cost in costs)


def _forms(wanted: float, m: int) -> Iterator[float]:
    yield from (wanted * factor for factor in (1, 2, m, 2 * m))
