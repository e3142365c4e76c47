from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, require_betas, zeros


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    r"""Momentum and RMSprop combined, with bias correction.

    Equation:   g = ∇J + λθ
                m = β₁ m + (1 − β₁) g
                v = β₂ v + (1 − β₂) g²
                m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
                θ = θ − α m̂ / (√v̂ + ε)
    Decoupled:  θ = θ − α λ θ first, and g = ∇J

    The lecture's form has no correction, ε inside the root and β₂ = 0.99: that is course.Adam.

    Arguments:
        lr: α, the learning rate, ≥ 0
        betas: β₁ and β₂, each in [0, 1)
        eps: ε ≥ 0, outside the root
        weight_decay: λ ≥ 0, L2 in the gradient, which passes through m and v (AdamW decouples it)
        amsgrad: divide by the largest v so far, so that a step never grows
        maximize: gradient ascent instead of descent
        decoupled_weight_decay: λ shrinks the parameters themselves; Adam is then AdamW

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = Adam(lr=0.1), np.array([1.0, 1.0])
    >>> optimizer.rule(theta, np.array([0.003, -40.0]), optimizer.initial_slots(theta), t=1)[0].round(4).tolist()
    [0.9, 1.1]

    Source: the lecture, "Optimizadores"; Kingma and Ba, 2015; torch.optim.Adam
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False
    maximize: bool = False
    decoupled_weight_decay: bool = False

    examples = (
        "Adam(lr=0.01)",
        "Adam(lr=0.01, betas=(0.7, 0.95), eps=0.001, amsgrad=True, weight_decay=0.01)",
        "Adam(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True)",
        "Adam(lr=0.001, maximize=True)",
    )
    equation = (
        r"m = \beta_1 m + (1 - \beta_1) g, \quad v = \beta_2 v + (1 - \beta_2) g^{2}, \quad "
        r"\theta = \theta - \alpha \frac{m / (1 - \beta_1^{t})}{\sqrt{v / (1 - \beta_2^{t})} + \epsilon}"
    )
    torch_slots = {"m": "exp_avg", "v": "exp_avg_sq", "v_max": "max_exp_avg_sq"}

    def __post_init__(self) -> None:
        require_flag(
            "Adam",
            amsgrad=self.amsgrad,
            maximize=self.maximize,
            decoupled_weight_decay=self.decoupled_weight_decay,
        )
        require_in("[0, inf)", "Adam", lr=self.lr, eps=self.eps, weight_decay=self.weight_decay)
        require_betas("Adam", self.betas)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m", "v", *(["v_max"] if self.amsgrad else []))

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        beta1, beta2 = self.betas
        g = -gradient if self.maximize else gradient
        if self.weight_decay and self.decoupled_weight_decay:
            theta = theta - self.lr * self.weight_decay * theta
        elif self.weight_decay:
            g = g + self.weight_decay * theta
        m = beta1 * slots["m"] + (1 - beta1) * g
        v = beta2 * slots["v"] + (1 - beta2) * g * g
        new = {"m": m, "v": v}
        if self.amsgrad:
            v = new["v_max"] = np.maximum(slots["v_max"], v)
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        return theta - self.lr * m_hat / (np.sqrt(v_hat) + self.eps), new

    def to_torch(self, parameters):
        import torch

        return torch.optim.Adam(parameters, **vars(self))
