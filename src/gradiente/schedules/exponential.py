from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class ExponentialLR(Schedule):
    r"""The learning rate falls by the same factor after every epoch.

    Equation:   α(t) = α₀ γᵗ

    Arguments:
        gamma: γ ≥ 0, the factor

    Errors: ArgumentError for a hyperparameter out of range

    >>> [ExponentialLR(gamma=0.5).lr(0.8, t) for t in range(4)]
    [0.8, 0.4, 0.2, 0.1]

    Source: the lecture, "Degradación de la tasa de aprendizaje"; torch.optim.lr_scheduler.ExponentialLR
    """

    gamma: float

    examples = ("ExponentialLR(gamma=0.95)",)
    chainable = True
    equation = r"\alpha_t = \alpha_0 \, \gamma^{t}"

    def __post_init__(self) -> None:
        require_in("[0, inf)", "ExponentialLR", gamma=self.gamma)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return base_lr * self.gamma**t

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.ExponentialLR(optimizer, gamma=self.gamma)
