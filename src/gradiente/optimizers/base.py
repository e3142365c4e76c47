"""The contract of an optimizer: an element-wise rule from (θ, gradient, slots, t) to (θ, slots)."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gradiente.concept import Concept
from gradiente.errors import require, require_in

Array = np.ndarray
Slots = dict[str, Array]


@dataclass(frozen=True, kw_only=True)
class Optimizer(metaclass=Concept):
    """How a parameter moves against its gradient.

    The rule is element-wise, so the parameters of a whole network are updated as one flat array θ, and an
    engine may split it into blocks. The state of the rule is passed in and returned as `slots`,
    arrays as long as θ; t counts the steps from 1.

    Facts about the optimizer, read by generic code (a trace, parity, the torch engine, tests):

        equation        the LaTeX of the rule, in textbook form
        symbols         the LaTeX of hyperparameters; those of `betas` are numbered
        torch_slots     PyTorch's names of slots, where they are others
        keeps_momentum  whether its momentum is that of the whole training: no schedule can change it
        examples        its notation with several options: what tests and parity try

    `to_torch(parameters)` returns the equivalent class of PyTorch, if there is one; for the others the torch engine
    executes the rule.
    """

    lr: float

    equation: ClassVar[str] = ""
    symbols: ClassVar[Mapping[str, str]] = {
        "lr": r"\alpha",
        "beta": r"\beta",
        "betas": r"\beta",
        "eps": r"\epsilon",
        "momentum": r"\mu",
        "dampening": r"\tau",
        "weight_decay": r"\lambda",
        "rho": r"\rho",
        "lr_decay": r"\eta",
        "momentum_decay": r"\psi",
    }
    torch_slots: ClassVar[Mapping[str, str]] = {}
    keeps_momentum: ClassVar[bool] = False
    examples: ClassVar[Sequence[str]] = ()

    def __post_init__(self) -> None:
        require_in("[0, inf)", type(self).__name__, lr=self.lr)

    @abstractmethod
    def initial_slots(self, theta: Array) -> Slots:
        """The state before the first step."""

    @abstractmethod
    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        """One step: the new θ and the new slots."""

    def torch_state(self, t: int) -> Mapping[str, float]:
        """What PyTorch's class remembers of a parameter after t steps besides the slots and t: what follows from t."""
        return {}


def zeros(theta: Array, *names: str) -> Slots:
    """A slot of zeros for every name, each as long as θ."""
    return {name: np.zeros_like(theta) for name in names}


def require_betas(optimizer: str, betas: tuple[float, float]) -> None:
    """β₁ and β₂ are two numbers in [0, 1)."""
    pair = isinstance(betas, tuple | list) and len(betas) == 2
    require(pair, "optimizer.betas", owner=optimizer, value=repr(betas))
    require_in("[0, 1)", optimizer, beta1=betas[0], beta2=betas[1])
