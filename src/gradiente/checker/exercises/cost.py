"""What a cost may be instead."""

from collections.abc import Sequence

import numpy as np

from gradiente.checker.exercises.comparison import Compared
from gradiente.checker.exercises.named import Named, near
from gradiente.checker.exercises.problem import LOSS
from gradiente.checker.judging.factors import ALIKE, factor_key

BASES = (1 / np.log(2), 1 / np.log(10))  # of logarithms that are not the natural one


def named_cost(one: Compared) -> list[Named]:
    """A sign, a mean or a penalty that is missing, a factor; else a number that nothing explains."""
    found = [one.canonical(place, "J") for place in range(len(one.problems))]
    values = [None if value is None else float(value) for value in found]
    losses = [problem.numbers[LOSS] for problem in one.problems]
    wanted = [float(one.expected(place, "J")) for place in range(len(one.problems))]
    m = one.problems[0].step.m
    if losses != wanted and near(values, losses):
        return [Named("penalty_not_in_cost", "J")]
    # A factor may be that of J, or of the loss alone.
    for parts in (np.zeros(len(losses)), np.subtract(wanted, losses)):
        if None in values:
            break
        ratios = (np.asarray(values, dtype=float) - parts) / (np.asarray(wanted) - parts)
        if np.ptp(ratios) <= ALIKE * abs(ratios[0]):
            return _by_factor(m, float(ratios[0]))
    return [
        Named("cost_unlike" if None not in values and _of_another_loss(one, values) else "cost_unknown", "J")
    ]


OTHERS = (
    lambda a, y: ((a - y) ** 2).sum(),
    lambda a, y: np.abs(a - y).sum(),
    lambda a, y: -(y * np.log(a)).sum(),
    lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(),
)


def _of_another_loss(one: Compared, values: Sequence[float | None]) -> bool:
    """Whether it is another loss of the same output, up to a factor that all problems have."""
    outputs = [(problem.step.layers[-1].A, problem.step.Y) for problem in one.problems]
    for loss in OTHERS:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.asarray(values, dtype=float) / [loss(a, y) for a, y in outputs]
        if np.isfinite(ratios).all() and np.ptp(ratios) <= ALIKE * abs(ratios[0]):
            return True
    return False


def _by_factor(m: int, c: float) -> list[Named]:
    sign = [Named("cost_sign", "J")] if c < 0 else []
    if abs(abs(c) - 1) < ALIKE:
        return sign
    key = factor_key(abs(c), m, others=dict.fromkeys(BASES, "cost_base"))
    return [*sign, Named(key, "J", {"factor": f"{abs(c):.4g}"})]
