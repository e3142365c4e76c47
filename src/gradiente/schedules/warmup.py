from collections.abc import Sequence
from dataclasses import dataclass, replace

from gradiente.errors import require_in, require_whole
from gradiente.schedules.base import Schedule, schedule_parts, torch_sequence


@dataclass(frozen=True)
class WarmupLR(Schedule):
    r"""The learning rate rises in a straight line to α₀, then follows another schedule, whose time starts there.

    Equation:   α(t) = α₀ (s + (1 − s) t / T) for t < T,   after(t − T) from then on

    Arguments:
        total_iters: T ≥ 1, how long it warms up, in epochs
        start_factor: s in (0, 1], the factor at t = 0
        after: the schedule that follows; None stays at α₀

    Errors: ArgumentError for a hyperparameter out of range

    >>> [round(WarmupLR(total_iters=4, start_factor=0.2).lr(1.0, t), 4) for t in range(6)]
    [0.2, 0.4, 0.6, 0.8, 1.0, 1.0]

    Source: the lecture, "Degradación de la tasa de aprendizaje"; Goyal et al., 2017;
    torch.optim.lr_scheduler.LinearLR and SequentialLR
    """

    total_iters: int = 5
    start_factor: float = 0.1
    after: Schedule | None = None

    examples = (
        "WarmupLR()",
        "WarmupLR(total_iters=9, start_factor=0.2, after=CosineAnnealingLR(T_max=90))",
        "WarmupLR(after=StepLR(step_size=20, gamma=0.5))",
    )
    equation = r"\alpha_t = \alpha_0 \left( s + (1 - s) \frac{t}{T} \right), \quad t < T"

    def __post_init__(self) -> None:
        require_whole(1, "WarmupLR", total_iters=self.total_iters)
        require_in("(0, 1]", "WarmupLR", start_factor=self.start_factor)
        if self.after is not None:
            schedule_parts("WarmupLR", "after", [self.after])

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        s, T = self.start_factor, self.total_iters
        if t < T:
            return base_lr * (s + (1 - s) * t / T)
        return self.after.lr(base_lr, t - T, metrics[T:]) if self.after else base_lr

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        if self.after is None:
            return lr_scheduler.LinearLR(optimizer, self.start_factor, 1.0, self.total_iters)
        return torch_sequence(optimizer, [replace(self, after=None), self.after], [self.total_iters])
