from dataclasses import dataclass

from gradiente.errors import require, require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, zeros


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    r"""Stochastic gradient descent, optionally with PyTorch's momentum.

    Equation:   g = ∇J + λθ
                m = g at the first step, then m = μ m + (1 − τ) g
                θ = θ − α m   (without momentum: α g; with Nesterov: α (g + μ m))

    The lecture's momentum averages, m = β m + (1 − β) g: that is course.Momentum.

    Arguments:
        lr: α, the learning rate, ≥ 0
        momentum: μ, in [0, 1] as a rule, ≥ 0
        dampening: τ, how much of the new gradient the momentum leaves out
        weight_decay: λ ≥ 0, L2 in the gradient
        nesterov: look ahead; needs momentum above 0 and no dampening
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> SGD(lr=0.5).rule(np.array([1.0]), np.array([0.2]), {}, t=1)[0].tolist()
    [0.9]

    Source: the lecture, "Optimizadores"; torch.optim.SGD
    """

    lr: float = 1e-3
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False
    maximize: bool = False

    examples = (
        "SGD(lr=0.01)",
        "SGD(lr=0.01, momentum=0.9, weight_decay=0.05)",
        "SGD(lr=0.01, momentum=0.9, dampening=0.3)",
        "SGD(lr=0.01, momentum=0.8, nesterov=True)",
        "SGD(lr=0.001, maximize=True)",
    )
    equation = r"m = \mu m + (1 - \tau) g, \quad \theta = \theta - \alpha m"
    torch_slots = {"m": "momentum_buffer"}

    def __post_init__(self) -> None:
        require_flag("SGD", nesterov=self.nesterov, maximize=self.maximize)
        require_in("[0, inf)", "SGD", lr=self.lr, momentum=self.momentum, weight_decay=self.weight_decay)
        require_in("(-inf, inf)", "SGD", dampening=self.dampening)
        require(
            not self.nesterov or (self.momentum > 0 and self.dampening == 0),
            "sgd.nesterov",
            momentum=self.momentum,
            dampening=self.dampening,
        )

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m") if self.momentum else {}

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        mu, tau = self.momentum, self.dampening
        g = -gradient if self.maximize else gradient
        if self.weight_decay:
            g = g + self.weight_decay * theta
        if not mu:
            return theta - self.lr * g, {}
        m = g if t == 1 else mu * slots["m"] + (1 - tau) * g
        step = g + mu * m if self.nesterov else m
        return theta - self.lr * step, {"m": m}

    def to_torch(self, parameters):
        import torch

        return torch.optim.SGD(parameters, **vars(self))
