import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gradiente.errors import require_in, require_one_of, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class ReduceLROnPlateau(Schedule):
    r"""The learning rate falls by a factor whenever the monitored value stops improving.

    Equation:   α := max(γ α, min_lr)   after more than `patience` epochs in a row without a new best

    Arguments:
        mode: "min" where smaller is better (a loss), "max" where larger is (an accuracy)
        factor: γ in (0, 1)
        patience: epochs without a new best that are let pass, ≥ 0
        threshold: by how much a value must beat the best to count, ≥ 0
        threshold_mode: "rel", as a part of the best, or "abs"
        cooldown: epochs after a fall that do not count, ≥ 0
        min_lr: the learning rate never falls below it, ≥ 0
        eps: a fall smaller than this is not made, ≥ 0

    Errors: ArgumentError for a hyperparameter out of range

    >>> ReduceLROnPlateau(patience=1, factor=0.5).lr(0.8, 4, metrics=[3.0, 2.0, 2.0, 2.5])
    0.4

    Source: the lecture, "Degradación de la tasa de aprendizaje"; torch.optim.lr_scheduler.ReduceLROnPlateau
    """

    mode: Literal["min", "max"] = "min"
    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_mode: Literal["rel", "abs"] = "rel"
    cooldown: int = 0
    min_lr: float = 0.0
    eps: float = 1e-8

    examples = (
        "ReduceLROnPlateau(patience=3)",
        "ReduceLROnPlateau(mode='max', patience=2, factor=0.5, cooldown=2, threshold_mode='abs', threshold=0.1)",
        "ReduceLROnPlateau(patience=0, threshold=0.1, min_lr=0.001)",
    )
    watches = True
    equation = r"\alpha = \max(\gamma \alpha, \alpha_{\min})"

    def __post_init__(self) -> None:
        require_in("(0, 1)", "ReduceLROnPlateau", factor=self.factor)
        require_whole(0, "ReduceLROnPlateau", patience=self.patience, cooldown=self.cooldown)
        require_in(
            "[0, inf)", "ReduceLROnPlateau", threshold=self.threshold, min_lr=self.min_lr, eps=self.eps
        )
        require_one_of(("min", "max"), "ReduceLROnPlateau", mode=self.mode)
        require_one_of(("rel", "abs"), "ReduceLROnPlateau", threshold_mode=self.threshold_mode)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        lr, bad_epochs, cooldown = base_lr, 0, 0
        best = math.inf if self.mode == "min" else -math.inf
        for value in metrics[:t]:
            if self._better(value, best):
                best, bad_epochs = value, 0
            else:
                bad_epochs += 1
            if cooldown > 0:
                cooldown, bad_epochs = cooldown - 1, 0
            if bad_epochs > self.patience:
                reduced = max(lr * self.factor, self.min_lr)
                lr = reduced if lr - reduced > self.eps else lr
                cooldown, bad_epochs = self.cooldown, 0
        return lr

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.ReduceLROnPlateau(optimizer, **vars(self))

    def _better(self, value: float, best: float) -> bool:
        relative = self.threshold_mode == "rel"
        if self.mode == "min":
            return value < (best * (1 - self.threshold) if relative else best - self.threshold)
        return value > (best * (1 + self.threshold) if relative else best + self.threshold)
