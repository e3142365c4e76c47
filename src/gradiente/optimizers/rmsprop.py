from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, zeros


@dataclass(frozen=True, kw_only=True)
class RMSprop(Optimizer):
    r"""The gradient divided by the root of its mean square, so that all parameters move at a similar rate.

    Equation:   g = ∇J + λθ
                S = β S + (1 − β) g²
                θ = θ − α g / (√S + ε)
    Centered:   ḡ = β ḡ + (1 − β) g, and √(S − ḡ²) in place of √S
    Momentum:   m = μ m + g / (√S + ε),   θ = θ − α m

    The lecture puts ε inside the root: that is course.RMSprop.

    Arguments:
        lr: the learning rate, the lecture's α, ≥ 0
        alpha: β in [0, 1), how much of the mean square is kept (PyTorch calls it alpha)
        eps: ε ≥ 0, outside the root
        weight_decay: λ ≥ 0, L2 in the gradient
        momentum: μ ≥ 0
        centered: divide by the deviation instead of the mean square
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = RMSprop(lr=0.1, alpha=0.75), np.array([1.0])
    >>> optimizer.rule(theta, np.array([-3.0]), optimizer.initial_slots(theta), t=1)[0].round(6).tolist()
    [1.2]

    Source: the lecture, "Optimizadores"; Tieleman and Hinton, 2012; torch.optim.RMSprop
    """

    lr: float = 1e-2
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False
    maximize: bool = False

    examples = (
        "RMSprop(lr=0.01)",
        "RMSprop(lr=0.01, alpha=0.8, momentum=0.9, centered=True, weight_decay=0.01, eps=0.001)",
        "RMSprop(lr=0.001, maximize=True)",
    )
    equation = (
        r"S = \beta S + (1 - \beta) g^{2}, \quad \theta = \theta - \alpha \frac{g}{\sqrt{S} + \epsilon}"
    )
    symbols = {**Optimizer.symbols, "alpha": r"\beta"}
    torch_slots = {"S": "square_avg", "g_mean": "grad_avg", "m": "momentum_buffer"}

    def __post_init__(self) -> None:
        require_flag("RMSprop", centered=self.centered, maximize=self.maximize)
        require_in("[0, inf)", "RMSprop", lr=self.lr, eps=self.eps)
        require_in("[0, inf)", "RMSprop", weight_decay=self.weight_decay, momentum=self.momentum)
        require_in("[0, 1)", "RMSprop", alpha=self.alpha)

    def initial_slots(self, theta: Array) -> Slots:
        optional = {"g_mean": self.centered, "m": bool(self.momentum)}
        return zeros(theta, "S", *(name for name, used in optional.items() if used))

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        beta, mu = self.alpha, self.momentum
        g = -gradient if self.maximize else gradient
        if self.weight_decay:
            g = g + self.weight_decay * theta
        new = {"S": beta * slots["S"] + (1 - beta) * g * g}
        mean_square = new["S"]
        if self.centered:
            new["g_mean"] = beta * slots["g_mean"] + (1 - beta) * g
            mean_square = new["S"] - new["g_mean"] * new["g_mean"]
        step = g / (np.sqrt(mean_square) + self.eps)
        if mu:
            step = new["m"] = mu * slots["m"] + step
        return theta - self.lr * step, new

    def to_torch(self, parameters):
        import torch

        return torch.optim.RMSprop(parameters, **vars(self))
