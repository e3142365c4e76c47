from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class StepLR(Schedule):
    r"""The learning rate falls by a factor every so many epochs.

    Equation:   α(t) = α₀ γ^⌊t / step_size⌋

    Arguments:
        step_size: epochs between two falls, ≥ 1
        gamma: γ ≥ 0, the factor

    Errors: ArgumentError for a hyperparameter out of range

    >>> [StepLR(step_size=2, gamma=0.5).lr(0.8, t) for t in range(5)]
    [0.8, 0.8, 0.4, 0.4, 0.2]

    Source: the lecture, "Degradación de la tasa de aprendizaje"; torch.optim.lr_scheduler.StepLR
    """

    step_size: int
    gamma: float = 0.1

    examples = (
        "StepLR(step_size=10)",
        "StepLR(step_size=7, gamma=0.8)",
    )
    chainable = True
    equation = r"\alpha_t = \alpha_0 \, \gamma^{\lfloor t / s \rfloor}"

    def __post_init__(self) -> None:
        require_whole(1, "StepLR", step_size=self.step_size)
        require_in("[0, inf)", "StepLR", gamma=self.gamma)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return base_lr * self.gamma ** (t // self.step_size)

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.StepLR(optimizer, step_size=self.step_size, gamma=self.gamma)
