from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gradiente.errors import require
from gradiente.schedules.base import Schedule, schedule_parts, torch_sequence, whole_numbers


@dataclass(frozen=True)
class SequentialLR(Schedule):
    r"""One schedule after another; the time of each starts where it begins, at α₀.

    Equation:   α(t) = αᵢ(t − mᵢ) for mᵢ ≤ t < mᵢ₊₁,   m₀ = 0

    Arguments:
        schedulers: the schedules, in their order
        milestones: m₁ < m₂ < …, in epochs, each ≥ 1: where the second begins, the third …

    Errors: ArgumentError for milestones that do not rise, or not one less than the schedules; for a schedule that
        sets α by its own numbers

    >>> from gradiente.schedules.step import StepLR
    >>> from gradiente.schedules.constant import ConstantLR
    >>> schedule = SequentialLR([ConstantLR(factor=0.5), StepLR(2, gamma=0.5)], milestones=[2])
    >>> [schedule.lr(0.8, t) for t in range(6)]
    [0.4, 0.4, 0.8, 0.8, 0.4, 0.4]

    Source: torch.optim.lr_scheduler.SequentialLR
    """

    schedulers: Sequence[Schedule]
    milestones: Sequence[int]

    examples = (
        "SequentialLR([ConstantLR(0.1, total_iters=9), PolynomialLR(60, power=2.0)], [9])",
        "SequentialLR([LinearLR(), CosineAnnealingLR(40, eta_min=0.001), StepLR(20)], milestones=[5, 45])",
    )
    equation = r"\alpha_t = \alpha^{(i)}_{t - m_i}, \quad m_i \le t < m_{i + 1}"

    def __post_init__(self) -> None:
        parts = schedule_parts("SequentialLR", "schedulers", self.schedulers)
        milestones = whole_numbers(1, "SequentialLR", "milestones", self.milestones)
        rising = all(first < second for first, second in pairwise(milestones))
        fitting = rising and len(milestones) == len(parts) - 1
        require(fitting, "sequential.milestones", count=len(parts) - 1, value=list(milestones))
        object.__setattr__(self, "schedulers", parts)
        object.__setattr__(self, "milestones", milestones)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        i = bisect_right(self.milestones, t)
        begin = self.milestones[i - 1] if i else 0
        return self.schedulers[i].lr(base_lr, t - begin, metrics[begin:])

    def to_torch(self, optimizer):
        return torch_sequence(optimizer, self.schedulers, self.milestones)
