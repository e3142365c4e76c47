from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, zeros


@dataclass(frozen=True, kw_only=True)
class Adadelta(Optimizer):
    r"""Adagrad over a moving window, with steps in the units of the parameter itself.

    Equation:   g = ∇J + λθ
                S = ρ S + (1 − ρ) g²
                Δ = √(D + ε) / √(S + ε) · g
                D = ρ D + (1 − ρ) Δ²
                θ = θ − α Δ

    Arguments:
        lr: α, a factor on the step, ≥ 0; 1 in the paper
        rho: ρ in [0, 1], how much of the window is kept
        eps: ε ≥ 0, inside both roots
        weight_decay: λ ≥ 0, L2 in the gradient
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = Adadelta(rho=0.75, eps=1.0), np.array([1.0])
    >>> optimizer.rule(theta, np.array([2.0]), optimizer.initial_slots(theta), t=1)[0].round(4).tolist()
    [-0.4142]

    Source: the lecture, "Optimizadores"; Zeiler, 2012; torch.optim.Adadelta
    """

    lr: float = 1.0
    rho: float = 0.9
    eps: float = 1e-6
    weight_decay: float = 0.0
    maximize: bool = False

    examples = (
        "Adadelta()",
        "Adadelta(lr=0.5, rho=0.7, eps=0.001, weight_decay=0.01)",
        "Adadelta(lr=0.001, maximize=True)",
    )
    equation = (
        r"S = \rho S + (1 - \rho) g^{2}, \quad \Delta = \frac{\sqrt{D + \epsilon}}{\sqrt{S + \epsilon}} g, \quad "
        r"D = \rho D + (1 - \rho) \Delta^{2}, \quad \theta = \theta - \alpha \Delta"
    )
    torch_slots = {"S": "square_avg", "D": "acc_delta"}

    def __post_init__(self) -> None:
        require_flag("Adadelta", maximize=self.maximize)
        require_in("[0, inf)", "Adadelta", lr=self.lr, eps=self.eps, weight_decay=self.weight_decay)
        require_in("[0, 1]", "Adadelta", rho=self.rho)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "S", "D")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        rho, eps = self.rho, self.eps
        g = -gradient if self.maximize else gradient
        if self.weight_decay:
            g = g + self.weight_decay * theta
        S = rho * slots["S"] + (1 - rho) * g * g
        delta = np.sqrt(slots["D"] + eps) / np.sqrt(S + eps) * g
        D = rho * slots["D"] + (1 - rho) * delta * delta
        return theta - self.lr * delta, {"S": S, "D": D}

    def to_torch(self, parameters):
        import torch

        return torch.optim.Adadelta(parameters, **vars(self))
