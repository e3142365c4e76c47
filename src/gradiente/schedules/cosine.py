import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class CosineAnnealingLR(Schedule):
    r"""The learning rate falls along half a cosine: slowly, then fast, then slowly.

    Equation:   α(t) = η + (α₀ − η) (1 + cos(π t / T)) / 2

    After T it rises again, as in PyTorch: set T to the number of epochs.

    Arguments:
        T_max: T ≥ 1, in epochs
        eta_min: η ≥ 0, the learning rate at t = T

    Errors: ArgumentError for a hyperparameter out of range

    >>> [round(CosineAnnealingLR(T_max=4).lr(0.8, t), 4) for t in (0, 1, 2, 4)]
    [0.8, 0.6828, 0.4, 0.0]

    Source: the lecture, "Degradación de la tasa de aprendizaje"; Loshchilov and Hutter, 2017;
    torch.optim.lr_scheduler.CosineAnnealingLR
    """

    T_max: int
    eta_min: float = 0.0

    examples = (
        "CosineAnnealingLR(T_max=100)",
        "CosineAnnealingLR(T_max=30, eta_min=0.001)",
    )
    chainable = True
    equation = r"\alpha_t = \eta + (\alpha_0 - \eta) \frac{1 + \cos(\pi t / T)}{2}"

    def __post_init__(self) -> None:
        require_whole(1, "CosineAnnealingLR", T_max=self.T_max)
        require_in("[0, inf)", "CosineAnnealingLR", eta_min=self.eta_min)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return self.eta_min + (base_lr - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.CosineAnnealingLR(optimizer, self.T_max, self.eta_min)
