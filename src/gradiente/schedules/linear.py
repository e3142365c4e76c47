from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class LinearLR(Schedule):
    r"""The learning rate goes in a straight line from one factor of α₀ to another, and stays there.

    Equation:   α(t) = α₀ (s + (e − s) min(t, T) / T)

    By default it warms up, from a third of α₀; start_factor=1, end_factor=0 is linear decay.

    Arguments:
        start_factor: s in (0, 1], the factor at t = 0
        end_factor: e in [0, 1], the factor from t = T on
        total_iters: T ≥ 1, in epochs

    Errors: ArgumentError for a hyperparameter out of range

    >>> decay = LinearLR(start_factor=1.0, end_factor=0.0, total_iters=4)
    >>> [decay.lr(0.8, t) for t in (0, 1, 2, 4, 9)]
    [0.8, 0.6000000000000001, 0.4, 0.0, 0.0]

    Source: the lecture, "Degradación de la tasa de aprendizaje"; torch.optim.lr_scheduler.LinearLR
    """

    start_factor: float = 1 / 3
    end_factor: float = 1.0
    total_iters: int = 5

    examples = (
        "LinearLR()",
        "LinearLR(start_factor=1.0, end_factor=0.0, total_iters=60)",
    )
    chainable = True
    equation = r"\alpha_t = \alpha_0 \left( s + (e - s) \frac{\min(t, T)}{T} \right)"

    def __post_init__(self) -> None:
        require_in("(0, 1]", "LinearLR", start_factor=self.start_factor)
        require_in("[0, 1]", "LinearLR", end_factor=self.end_factor)
        require_whole(1, "LinearLR", total_iters=self.total_iters)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        s, e, T = self.start_factor, self.end_factor, self.total_iters
        return base_lr * (s + (e - s) * min(t, T) / T)

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.LinearLR(optimizer, self.start_factor, self.end_factor, self.total_iters)
