from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gradiente.errors import ArgumentError, require, require_in
from gradiente.schedules.base import Schedule
from gradiente.schedules.formula import formula


@dataclass(frozen=True)
class LambdaLR(Schedule):
    r"""The learning rate by a formula of one's own.

    Equation:   α(t) = α₀ λ(t)

    A formula is text, so that it can be written in a command or a file, and is kept with a training:
    LambdaLR("0.95 ** t"). It has t, numbers and pi, + − * / // % **, min, max, sqrt, exp, log, sin, cos, abs, floor,
    comparisons, and `a if t < 5 else b`. A Python function does as well, in Python alone.

    Arguments:
        lr_lambda: λ, a formula of t or a function of t, with values ≥ 0

    Errors: ArgumentError for a formula that cannot be read, or without a value at some t

    >>> [LambdaLR("1 / sqrt(1 + t)").lr(0.5, t) for t in (0, 3)]
    [0.5, 0.25]
    >>> LambdaLR(lambda t: 0.5 if t < 2 else 0.25).lr(0.8, 2)
    0.2

    Source: torch.optim.lr_scheduler.LambdaLR
    """

    lr_lambda: str | Callable[[int], float]

    examples = (
        "LambdaLR('0.95 ** t')",
        "LambdaLR('min((t + 1) / 10, 1 / sqrt(1 + t)) if t < 50 else 0.1 * (1 + cos(pi * t / 50)) / 2')",
    )
    equation = r"\alpha_t = \alpha_0 \, \lambda(t)"

    def __post_init__(self) -> None:
        known = isinstance(self.lr_lambda, str) or callable(self.lr_lambda)
        require(known, "lambda.kind", value=repr(self.lr_lambda))
        if isinstance(self.lr_lambda, str):
            self.factor(0)

    def factor(self, t: int) -> float:
        """λ(t)."""
        if isinstance(self.lr_lambda, str):
            try:
                value = formula(self.lr_lambda)(t)
            except (ArithmeticError, ValueError) as error:
                if isinstance(error, ArgumentError):
                    raise
                raise ArgumentError("lambda.undefined", source=self.lr_lambda, t=t, reason=error) from None
        else:
            value = self.lr_lambda(t)
        require_in("[0, inf)", "LambdaLR", **{f"lr_lambda({t})": value})
        return float(value)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return base_lr * self.factor(t)

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.LambdaLR(optimizer, self.factor)
