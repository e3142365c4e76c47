"""What a cost may be instead."""

import numpy as np

from gradiente.checker.exercises.comparison import Compared
from gradiente.checker.exercises.named import Named, near
from gradiente.checker.exercises.problem import LOSS
from gradiente.checker.judging.factors import ALIKE, factor_key


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
    return [Named("cost_unknown", "J")]


def _by_factor(m: int, c: float) -> list[Named]:
    sign = [Named("cost_sign", "J")] if c < 0 else []
    if abs(abs(c) - 1) < ALIKE:
        return sign
    return [*sign, Named(factor_key(abs(c), m), "J", {"factor": f"{abs(c):.4g}"})]
