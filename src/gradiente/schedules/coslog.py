import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class CosLogLR(Schedule):
    r"""The learning rate rises and falls n times, each cycle twice as long as the one before, from 0 to 0.

    Equation:   α(t) = α₀ (1 − cos(2π log₂(1 + (2ⁿ − 1) t / T))) / 2

    The early, short cycles leave a plateau quickly; the last takes half of the training. With n = 4 it is the "coslog4"
    of RealMLP, counted in steps. After T it stays at 0.

    Arguments:
        T_max: T ≥ 1, the epochs or steps of the whole training
        num_cycles: n ≥ 1

    Errors: ArgumentError for a hyperparameter out of range

    >>> [round(CosLogLR(T_max=15).lr(0.8, t), 4) for t in (0, 1, 2, 3, 5, 15)]
    [0.0, 0.0, 0.7443, 0.0, 0.7443, 0.0]

    Source: Holzmüller et al., "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data", 2024
    """

    T_max: int
    num_cycles: int = 4

    examples = (
        "CosLogLR(T_max=100)",
        "CosLogLR(T_max=60, num_cycles=2)",
    )
    equation = r"\alpha_t = \alpha_0 \frac{1 - \cos\left( 2 \pi \log_2\left( 1 + (2^n - 1) \, t / T \right) \right)}{2}"

    def __post_init__(self) -> None:
        require_whole(1, "CosLogLR", T_max=self.T_max, num_cycles=self.num_cycles)

    def factor(self, t: int) -> float:
        """α(t) / α₀."""
        done = min(t / self.T_max, 1)
        cycle = math.log2(1 + (2**self.num_cycles - 1) * done)
        return (1 - math.cos(2 * math.pi * cycle)) / 2

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return base_lr * self.factor(t)

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.LambdaLR(optimizer, self.factor)
