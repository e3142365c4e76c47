from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in
from gradiente.schedules.base import Schedule, whole_numbers


@dataclass(frozen=True)
class MultiStepLR(Schedule):
    r"""The learning rate falls by a factor at every milestone.

    Equation:   α(t) = α₀ γⁿ,   n the number of milestones m ≤ t

    Arguments:
        milestones: when it falls, in epochs, each ≥ 0; one that is given twice counts twice
        gamma: γ ≥ 0, the factor

    Errors: ArgumentError for a hyperparameter out of range

    >>> [MultiStepLR([2, 3], gamma=0.5).lr(0.8, t) for t in range(5)]
    [0.8, 0.8, 0.4, 0.2, 0.2]

    Source: torch.optim.lr_scheduler.MultiStepLR
    """

    milestones: Sequence[int]
    gamma: float = 0.1

    examples = (
        "MultiStepLR([30, 80])",
        "MultiStepLR([60, 5, 5], gamma=0.8)",
    )
    chainable = True
    equation = r"\alpha_t = \alpha_0 \, \gamma^{n}, \quad n = \sum_{m} [m \le t]"

    def __post_init__(self) -> None:
        milestones = whole_numbers(0, "MultiStepLR", "milestones", self.milestones)
        object.__setattr__(self, "milestones", milestones)
        require_in("[0, inf)", "MultiStepLR", gamma=self.gamma)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return base_lr * self.gamma ** sum(m <= t for m in self.milestones)

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.MultiStepLR(optimizer, self.milestones, self.gamma)
