from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class PolynomialLR(Schedule):
    r"""The learning rate falls to 0 along a power of the time that is left.

    Equation:   α(t) = α₀ (1 − min(t, T) / T)ᵖ

    Arguments:
        total_iters: T ≥ 1, in epochs
        power: p ≥ 0; 1 is a straight line

    Errors: ArgumentError for a hyperparameter out of range

    >>> [PolynomialLR(total_iters=4, power=2.0).lr(0.8, t) for t in (0, 2, 4)]
    [0.8, 0.2, 0.0]

    Source: the lecture, "Degradación de la tasa de aprendizaje"; torch.optim.lr_scheduler.PolynomialLR
    """

    total_iters: int = 5
    power: float = 1.0

    examples = (
        "PolynomialLR()",
        "PolynomialLR(total_iters=80, power=2.5)",
    )
    chainable = True
    equation = r"\alpha_t = \alpha_0 \left( 1 - \frac{\min(t, T)}{T} \right)^{p}"

    def __post_init__(self) -> None:
        require_whole(1, "PolynomialLR", total_iters=self.total_iters)
        require_in("[0, inf)", "PolynomialLR", power=self.power)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return base_lr * (1 - min(t, self.total_iters) / self.total_iters) ** self.power

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.PolynomialLR(optimizer, self.total_iters, self.power)
