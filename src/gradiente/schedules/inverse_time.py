from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import require_in
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class InverseTimeLR(Schedule):
    r"""The learning rate falls fast at first and ever more slowly afterwards.

    Equation:   α(t) = α₀ / (1 + k t)

    Arguments:
        decay_rate: k ≥ 0; at t = 1/k the learning rate is half of α₀

    Errors: ArgumentError for a hyperparameter out of range

    >>> [InverseTimeLR(decay_rate=1.0).lr(0.8, t) for t in (0, 1, 3)]
    [0.8, 0.4, 0.2]

    Source: the lecture, "Degradación de la tasa de aprendizaje"
    """

    decay_rate: float

    examples = (
        "InverseTimeLR(decay_rate=0.1)",
        "InverseTimeLR(decay_rate=2.0)",
    )
    equation = r"\alpha_t = \frac{\alpha_0}{1 + k t}"

    def __post_init__(self) -> None:
        require_in("[0, inf)", "InverseTimeLR", decay_rate=self.decay_rate)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return base_lr / (1 + self.decay_rate * t)

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + self.decay_rate * t))
