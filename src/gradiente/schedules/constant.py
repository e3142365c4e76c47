from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class ConstantLR(Schedule):
    r"""The learning rate is smaller by a factor at first, then α₀.

    Equation:   α(t) = f α₀ for t < T,   α₀ from then on

    Arguments:
        factor: f in (0, 1]
        total_iters: T ≥ 1, in epochs

    Errors: ArgumentError for a hyperparameter out of range

    >>> [ConstantLR(factor=0.5, total_iters=2).lr(0.8, t) for t in range(4)]
    [0.4, 0.4, 0.8, 0.8]

    Source: torch.optim.lr_scheduler.ConstantLR
    """

    factor: float = 1 / 3
    total_iters: int = 5

    examples = (
        "ConstantLR()",
        "ConstantLR(factor=0.1, total_iters=20)",
    )
    chainable = True
    equation = r"\alpha_t = \alpha_0 \, f^{[t < T]}"

    def __post_init__(self) -> None:
        require_in("(0, 1]", "ConstantLR", factor=self.factor)
        require_whole(1, "ConstantLR", total_iters=self.total_iters)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return base_lr * self.factor if t < self.total_iters else base_lr

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.ConstantLR(optimizer, self.factor, self.total_iters)
