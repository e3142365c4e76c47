import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class CosineAnnealingWarmRestarts(Schedule):
    r"""The learning rate falls along half a cosine again and again, each time from α₀.

    Equation:   α(t) = η + (α₀ − η) (1 + cos(π s / T)) / 2
                s the time since the last restart, T the length of this fall: T₀, then k T₀, k² T₀ …

    Arguments:
        T_0: T₀ ≥ 1, the length of the first fall, in epochs
        T_mult: k ≥ 1, a whole number: how much longer each fall is than the one before
        eta_min: η ≥ 0, where every fall ends

    Errors: ArgumentError for a hyperparameter out of range

    >>> [round(CosineAnnealingWarmRestarts(2, T_mult=2).lr(0.8, t), 4) for t in range(7)]
    [0.8, 0.4, 0.8, 0.6828, 0.4, 0.1172, 0.8]

    Source: Loshchilov and Hutter, 2017; torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
    """

    T_0: int
    T_mult: int = 1
    eta_min: float = 0.0

    examples = (
        "CosineAnnealingWarmRestarts(20)",
        "CosineAnnealingWarmRestarts(7, T_mult=2, eta_min=0.001)",
    )
    equation = r"\alpha_t = \eta + (\alpha_0 - \eta) \frac{1 + \cos(\pi s_t / T_i)}{2}, \quad T_i = k^{i} T_0"

    def __post_init__(self) -> None:
        require_whole(1, "CosineAnnealingWarmRestarts", T_0=self.T_0, T_mult=self.T_mult)
        require_in("[0, inf)", "CosineAnnealingWarmRestarts", eta_min=self.eta_min)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        s, T = t, self.T_0
        if self.T_mult == 1:
            s = t % T
        while s >= T:
            s, T = s - T, T * self.T_mult
        return self.eta_min + (base_lr - self.eta_min) * (1 + math.cos(math.pi * s / T)) / 2

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.CosineAnnealingWarmRestarts(optimizer, self.T_0, self.T_mult, self.eta_min)
