from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass
from typing import Literal

from gradiente.errors import require, require_flag, require_in, require_one_of, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class CyclicLR(Schedule):
    r"""The learning rate rises and falls in straight lines between two bounds, usually step by step.

    Equation:   α(t) = a + (b − a) h(t) s(t)
                h rises from 0 to 1 in U and falls back to 0 in D, over and over
                s(t) = 1 (triangular),   ½^⌊t / (U + D)⌋ (triangular2),   γᵗ (exp_range)
                with cycle_momentum: μ(t) = μ₁ − (μ₁ − μ₀) h(t) s(t)

    The learning rate of the optimizer is not used. Its momentum (β₁ of a rule of Adam's kind) goes down as α goes up.

    Arguments:
        base_lr: a ≥ 0, the lower bound
        max_lr: b ≥ 0, the upper bound
        step_size_up: U ≥ 1, in steps, or epochs
        step_size_down: D ≥ 1; None: U
        mode: "triangular"; "triangular2", each cycle half as high as the one before; "exp_range", shrinking by γ
        gamma: γ ≥ 0, of exp_range
        scale_fn, scale_mode: of PyTorch's options only None and "cycle"; LambdaLR takes any formula
        cycle_momentum: whether the momentum is changed too, for which the optimizer needs one
        base_momentum: μ₀ in (0, 1), the momentum at the upper bound of α
        max_momentum: μ₁ in (0, 1), the momentum at the lower bound of α

    Errors: ArgumentError for a hyperparameter out of range

    >>> [CyclicLR(0.0, 0.75, step_size_up=1, step_size_down=3).lr(0.1, t) for t in range(5)]
    [0.0, 0.75, 0.5, 0.25, 0.0]

    Source: Smith, 2017; torch.optim.lr_scheduler.CyclicLR
    """

    base_lr: float
    max_lr: float
    step_size_up: int = 2000
    step_size_down: int | None = None
    mode: Literal["triangular", "triangular2", "exp_range"] = "triangular"
    gamma: float = 1.0
    scale_fn: InitVar[Callable[[float], float] | None] = None
    scale_mode: InitVar[str] = "cycle"
    cycle_momentum: bool = True
    base_momentum: float = 0.8
    max_momentum: float = 0.9

    examples = (
        "CyclicLR(0.01, 0.3, step_size_up=15)",
        "CyclicLR(0.01, 0.3, 7, step_size_down=12, mode='triangular2', base_momentum=0.7, max_momentum=0.99)",
        "CyclicLR(0.1, 0.3, 10, mode='exp_range', gamma=0.95, cycle_momentum=False)",
    )
    absolute = True
    equation = r"\alpha_t = a + (b - a) \, h_t \, s_t"

    def __post_init__(self, scale_fn: Callable[[float], float] | None, scale_mode: str) -> None:
        require(scale_fn is None and scale_mode == "cycle", "cyclic.scale")
        require_in("[0, inf)", "CyclicLR", base_lr=self.base_lr, max_lr=self.max_lr, gamma=self.gamma)
        require_whole(1, "CyclicLR", step_size_up=self.step_size_up, step_size_down=self._down)
        require_one_of(("triangular", "triangular2", "exp_range"), "CyclicLR", mode=self.mode)
        require_flag("CyclicLR", cycle_momentum=self.cycle_momentum)
        require_in("(0, 1)", "CyclicLR", base_momentum=self.base_momentum, max_momentum=self.max_momentum)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        return self.base_lr + (self.max_lr - self.base_lr) * self._height(t)

    def momentum(self, t: int) -> float | None:
        if not self.cycle_momentum:
            return None
        return self.max_momentum - (self.max_momentum - self.base_momentum) * self._height(t)

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        return lr_scheduler.CyclicLR(optimizer, **vars(self))

    @property
    def _down(self) -> int:
        return self.step_size_up if self.step_size_down is None else self.step_size_down

    def _height(self, t: int) -> float:
        """h(t) s(t)."""
        up, length = self.step_size_up, self.step_size_up + self._down
        cycle, place = divmod(t, length)
        h = place / up if place <= up else (length - place) / self._down
        if self.mode == "triangular":
            return h
        return h * (0.5**cycle if self.mode == "triangular2" else self.gamma**t)
