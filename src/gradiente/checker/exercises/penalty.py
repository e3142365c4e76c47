"""What is wrong with the penalty in the gradients of weights."""

from collections.abc import Mapping, Sequence
from typing import Any

from gradiente.checker.judging.factors import ALIKE
from gradiente.checker.reference.layer_formulas import label


def wrong_penalty(
    wanted: float, came: Mapping[str, float]
) -> tuple[str, Sequence[str], dict[str, Any]] | None:
    """The mistake, the gradients that have it, and what fills its words; None where λ is right in all of them.

    Arguments:
        wanted: λ
        came: the λ that each gradient has: c in c · W beside the gradient of the loss

    >>> wrong_penalty(0.1, {"dW2": 0.2, "dW1": 0.2})
    ('factor', ['dW2', 'dW1'], {'names': 'W[2], W[1]', 'where': 'λ W[2], λ W[1]', 'factor': '2'})
    >>> wrong_penalty(0.1, {"dW2": 0.1, "dW1": 0.0})
    ('penalty_not_in_gradients', ['dW1'], {'names': 'W[1]'})
    """
    wrong = [name for name, c in came.items() if abs(c - wanted) > ALIKE * max(abs(wanted), abs(c))]
    if not wrong:
        return None
    values: dict[str, Any] = {"names": ", ".join(label(name[1:]) for name in wrong)}
    if not wanted:
        return "weight_decay", wrong, values
    ratio = came[wrong[0]] / wanted
    for usual, key in ((0.0, "penalty_not_in_gradients"), (-1.0, "penalty_subtracted")):
        if abs(ratio - usual) < ALIKE:
            return key, wrong, values
    alike = all(abs(came[name] / came[wrong[0]] - 1) < ALIKE for name in wrong)
    if len(wrong) < len(came) or not alike:
        return "regularization_unlike", wrong[:1], values
    where = ", ".join(f"λ {label(name[1:])}" for name in wrong)
    return "factor", wrong, {**values, "where": where, "factor": f"{ratio:.4g}"}
