from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, require_betas, zeros


@dataclass(frozen=True, kw_only=True)
class Adamax(Optimizer):
    r"""Adam with the largest recent gradient in place of the root of the mean square.

    Equation:   g = ∇J + λθ
                m = β₁ m + (1 − β₁) g
                u = max(β₂ u, |g| + ε)
                θ = θ − α / (1 − β₁ᵗ) · m / u

    Arguments:
        lr: α, the learning rate, ≥ 0
        betas: β₁ and β₂, each in [0, 1)
        eps: ε ≥ 0, so that u is never 0
        weight_decay: λ ≥ 0, L2 in the gradient
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = Adamax(lr=0.1), np.array([1.0, 1.0])
    >>> optimizer.rule(theta, np.array([0.003, -40.0]), optimizer.initial_slots(theta), t=1)[0].round(4).tolist()
    [0.9, 1.1]

    Source: Kingma and Ba, 2015, section 7.1; torch.optim.Adamax
    """

    lr: float = 2e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    maximize: bool = False

    examples = (
        "Adamax(lr=0.01)",
        "Adamax(lr=0.01, betas=(0.7, 0.95), eps=0.001, weight_decay=0.01)",
        "Adamax(lr=0.001, maximize=True)",
    )
    equation = (
        r"m = \beta_1 m + (1 - \beta_1) g, \quad u = \max(\beta_2 u, \left| g \right| + \epsilon), \quad "
        r"\theta = \theta - \frac{\alpha}{1 - \beta_1^{t}} \frac{m}{u}"
    )
    torch_slots = {"m": "exp_avg", "u": "exp_inf"}

    def __post_init__(self) -> None:
        require_flag("Adamax", maximize=self.maximize)
        require_in("[0, inf)", "Adamax", lr=self.lr, eps=self.eps, weight_decay=self.weight_decay)
        require_betas("Adamax", self.betas)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m", "u")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        beta1, beta2 = self.betas
        g = -gradient if self.maximize else gradient
        if self.weight_decay:
            g = g + self.weight_decay * theta
        m = beta1 * slots["m"] + (1 - beta1) * g
        u = np.maximum(beta2 * slots["u"], np.abs(g) + self.eps)
        return theta - self.lr / (1 - beta1**t) * m / u, {"m": m, "u": u}

    def to_torch(self, parameters):
        import torch

        return torch.optim.Adamax(parameters, **vars(self))
