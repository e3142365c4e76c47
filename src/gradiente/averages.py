"""Averages of the parameters over a training: what is validated, kept and saved in place of the newest ones."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradiente.concept import Concept
from gradiente.errors import require_in, require_whole


@dataclass(frozen=True)
class Average(metaclass=Concept):
    """θ̄, an average of the parameters θ that training passes through: θ̄ := θ̄ + w (θ − θ̄), at first θ̄ = θ.

    Facts about the average, read by generic code (the trainer, tests):

        equation       the LaTeX of the formula
        each_step      whether θ is averaged after every step, not after every epoch
        counts_again   whether running statistics are computed again for θ̄, in a pass over the training data;
                       otherwise they are those of the training
        examples       its notation with several options
    """

    equation: ClassVar[str]
    each_step: ClassVar[bool] = False
    counts_again: ClassVar[bool] = False
    examples: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def share(self, count: int) -> float:
        """w, the part of the newest θ, where `count` ≥ 1 were averaged before."""

    def takes(self, epoch: int) -> bool:
        """Whether the parameters of this epoch, counted from 1, are averaged."""
        return True


@dataclass(frozen=True)
class EMA(Average):
    r"""The exponential moving average of the parameters: after every step, a little of the new ones.

    Equation:   θ̄ := β θ̄ + (1 − β) θ,   at first θ̄ = θ

    It averages over about 1 / (1 − β) steps. Running statistics are those of the training.

    Arguments:
        decay: β, in [0, 1)

    Errors: ArgumentError for a decay out of range

    >>> round(EMA(decay=0.99).share(1), 6)
    0.01

    Source: Polyak and Juditsky, 1992; torch.optim.swa_utils.get_ema_multi_avg_fn
    """

    decay: float = 0.999

    equation = r"\bar{\theta} := \beta \bar{\theta} + (1 - \beta) \, \theta"
    each_step = True
    examples = ("EMA()", "EMA(decay=0.9)")

    def __post_init__(self) -> None:
        require_in("[0, 1)", "EMA", decay=self.decay)

    def share(self, count: int) -> float:
        return 1 - self.decay


@dataclass(frozen=True)
class SWA(Average):
    r"""Stochastic weight averaging: the mean of the parameters at the end of every epoch, from one epoch on.

    Equation:   θ̄ := θ̄ + (θ − θ̄) / (n + 1),   n how many were averaged before

    Running statistics, as of batch normalization, are computed again for θ̄: the mean over all batches of the training
    data. A learning rate that stays, or a cyclic one, keeps the averaged parameters apart.

    Arguments:
        start: the first epoch whose parameters are averaged, ≥ 1

    Errors: ArgumentError for a start below 1

    >>> SWA(start=30).share(3), SWA(start=30).takes(29)
    (0.25, False)

    Source: Izmailov et al., 2018, arXiv 1803.05407; torch.optim.swa_utils.AveragedModel
    """

    start: int

    equation = r"\bar{\theta} := \bar{\theta} + \frac{\theta - \bar{\theta}}{n + 1}"
    counts_again = True
    examples = ("SWA(start=1)", "SWA(start=3)")

    def __post_init__(self) -> None:
        require_whole(1, "SWA", start=self.start)

    def share(self, count: int) -> float:
        return 1 / (count + 1)

    def takes(self, epoch: int) -> bool:
        return epoch >= self.start


REGISTRY: dict[str, type[Average]] = {average.__name__: average for average in (EMA, SWA)}
