import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gradiente.errors import require, require_flag, require_in, require_one_of, require_whole
from gradiente.schedules.base import Schedule


@dataclass(frozen=True)
class OneCycleLR(Schedule):
    r"""The learning rate rises once to a maximum and falls to almost nothing, step by step over a whole training.

    Equation:   α(t) = e + (s − e) (1 + cos(π p)) / 2   from s to e, p the part of the way: 0 … 1
                from αₘ / d up to αₘ, until t = p₀ T − 1;   then down to αₘ / (d f), until t = T − 1
                with three_phase: down to αₘ / d until t = 2 p₀ T − 2, then to αₘ / (d f)
                with cycle_momentum: μ(t) from μ₁ down to μ₀, and back to μ₁, along the same curve

    t counts steps: give it to Scheduler(…, every="step"), or with --schedule-every step. T is the length of the
    training, epochs · ⌈training instances / batch size⌉; from t = T − 1 on α stays where it is, while PyTorch raises
    an error. The learning rate of the optimizer is not used. Its momentum (β₁ of a rule of Adam's kind) goes down as α
    goes up.

    Arguments:
        max_lr: αₘ ≥ 0, the maximum
        total_steps: T ≥ 1; None: epochs · steps_per_epoch
        epochs: ≥ 1, with steps_per_epoch
        steps_per_epoch: ≥ 1, with epochs
        pct_start: p₀ in [0, 1], the part of T in which α rises
        anneal_strategy: "cos", or "linear": straight lines
        cycle_momentum: whether the momentum is changed too, for which the optimizer needs one
        base_momentum: μ₀ in (0, 1), the momentum at the maximum of α
        max_momentum: μ₁ in (0, 1), the momentum at both ends
        div_factor: d > 0
        final_div_factor: f > 0
        three_phase: first back down to where α began, then on to its end

    Errors: ArgumentError for a hyperparameter out of range, or without a length

    >>> cycle = OneCycleLR(max_lr=1.0, total_steps=10, div_factor=4.0, final_div_factor=100.0, anneal_strategy="linear")
    >>> [round(cycle.lr(0.1, t), 4) for t in (0, 1, 2, 9, 20)]
    [0.25, 0.625, 1.0, 0.0025, 0.0025]

    Source: Smith and Topin, 2018; torch.optim.lr_scheduler.OneCycleLR
    """

    max_lr: float
    total_steps: int | None = None
    epochs: int | None = None
    steps_per_epoch: int | None = None
    pct_start: float = 0.3
    anneal_strategy: Literal["cos", "linear"] = "cos"
    cycle_momentum: bool = True
    base_momentum: float = 0.85
    max_momentum: float = 0.95
    div_factor: float = 25.0
    final_div_factor: float = 1e4
    three_phase: bool = False

    examples = (
        "OneCycleLR(0.3, total_steps=120)",
        "OneCycleLR(0.3, epochs=5, steps_per_epoch=30, pct_start=0.2, anneal_strategy='linear', three_phase=True)",
        "OneCycleLR(0.3, 150, base_momentum=0.7, max_momentum=0.99, div_factor=5.0, final_div_factor=100.0)",
        "OneCycleLR(0.3, 101, cycle_momentum=False)",
    )
    absolute = True
    equation = r"\alpha_t = e + (s - e) \frac{1 + \cos(\pi p_t)}{2}"

    def __post_init__(self) -> None:
        lengths = {name: getattr(self, name) for name in ("total_steps", "epochs", "steps_per_epoch")}
        require_whole(1, "OneCycleLR", **{name: n for name, n in lengths.items() if n is not None})
        known = self.total_steps is not None or None not in (self.epochs, self.steps_per_epoch)
        require(known, "one_cycle.length")
        require_in("[0, inf)", "OneCycleLR", max_lr=self.max_lr)
        require_in("[0, 1]", "OneCycleLR", pct_start=self.pct_start)
        require_one_of(("cos", "linear"), "OneCycleLR", anneal_strategy=self.anneal_strategy)
        require_in("(0, 1)", "OneCycleLR", base_momentum=self.base_momentum, max_momentum=self.max_momentum)
        require_in(
            "(0, inf)", "OneCycleLR", div_factor=self.div_factor, final_div_factor=self.final_div_factor
        )
        flags = {"cycle_momentum": self.cycle_momentum, "three_phase": self.three_phase}
        require_flag("OneCycleLR", **flags)

    @property
    def length(self) -> int:
        """T."""
        return self.total_steps or (self.epochs or 0) * (self.steps_per_epoch or 0)

    def lr(self, base_lr: float, t: int, metrics: Sequence[float] = ()) -> float:
        first = self.max_lr / self.div_factor
        last = first / self.final_div_factor
        return self._at(t, [first, self.max_lr, *([first] if self.three_phase else []), last])

    def momentum(self, t: int) -> float | None:
        if not self.cycle_momentum:
            return None
        low, high = self.base_momentum, self.max_momentum
        return self._at(t, [high, low, high, *([high] if self.three_phase else [])])

    def to_torch(self, optimizer):
        from torch.optim import lr_scheduler

        options: dict[str, Any] = dict(
            vars(self), pct_start=float(self.pct_start)
        )  # it refuses a whole 0 or 1
        return lr_scheduler.OneCycleLR(optimizer, **options)

    def _at(self, t: int, values: Sequence[float]) -> float:
        """What goes from one value to the next, in one phase after another."""
        rise, last = self.pct_start * self.length, self.length - 1
        ends = [rise - 1, *([2 * rise - 2] if self.three_phase else []), last]
        t, phase = min(t, last), 0
        while t > ends[phase]:
            phase += 1
        begin, end = (ends[phase - 1] if phase else 0.0), ends[phase]
        start, stop = values[phase], values[phase + 1]
        p = (t - begin) / (end - begin) if end > begin else 1.0
        if self.anneal_strategy == "linear":
            return start + (stop - start) * p
        return stop + (start - stop) * (1 + math.cos(math.pi * p)) / 2
