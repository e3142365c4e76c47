from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require
from gradiente.schedules.base import Schedule, schedule_parts


@dataclass(frozen=True)
class ChainedScheduler(Schedule):
    r"""Several schedules at once, multiplied.

    Equation:   α(t) = α₀ f₁(t) f₂(t) …,   fᵢ(t) = αᵢ(t) / α₀

    Each of them must be α₀ times a factor of t alone, as are those of PyTorch that can be chained: ConstantLR,
    LinearLR, StepLR, MultiStepLR, ExponentialLR, PolynomialLR, and CosineAnnealingLR with eta_min=0, up to its T_max;
    beyond it PyTorch's chain forgets the other factors.

    Arguments:
        schedulers: the schedules, at least one

    Errors: ArgumentError for a schedule that is not α₀ times a factor

    >>> from gradiente.schedules.constant import ConstantLR
    >>> from gradiente.schedules.exponential import ExponentialLR
    >>> schedule = ChainedScheduler([ConstantLR(factor=0.5, total_iters=2), ExponentialLR(gamma=0.5)])
    >>> [schedule.lr(0.8, t) for t in range(4)]
    [0.4, 0.2, 0.2, 0.1]

    Source: torch.optim.lr_scheduler.ChainedScheduler
    """

    schedulers: Sequence[Schedule]

    examples = (
        "ChainedScheduler([ConstantLR(0.1, total_iters=20), StepLR(7, gamma=0.9)])",
        "ChainedScheduler([LinearLR(), CosineAnnealingLR(100), MultiStepLR([50])])",
    )
    chainable = True
    equation = r"\alpha_t = \alpha_0 \prod_{i} \frac{\alpha^{(i)}_t}{\alpha_0}"

    def __post_init__(self) -> None:
        parts = schedule_parts("ChainedScheduler", "schedulers", self.schedulers)
        for part in parts:
            factor = part.chainable and part.lr(0.0, 1) == 0
            require(factor, "chained.factor", part=type(part).__name__)
        object.__setattr__(self, "schedulers", parts)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        alpha = base_lr
        for part in self.schedulers:
            alpha = part.lr(alpha, t, metrics)
        return alpha

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.ChainedScheduler([part.to_torch(optimizer) for part in self.schedulers])
