from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, require_betas, zeros


@dataclass(frozen=True, kw_only=True)
class RAdam(Optimizer):
    r"""Adam that divides by √v only once v is known well enough, and the more carefully the less it is known.

    Equation:   g = ∇J + λθ
                m = β₁ m + (1 − β₁) g
                v = β₂ v + (1 − β₂) g²
                m̂ = m / (1 − β₁ᵗ)
                ρ∞ = 2 / (1 − β₂) − 1,   ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)
                r = √( (ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ) )
                θ = θ − α r m̂ √(1 − β₂ᵗ) / (√v + ε)   where ρ > 5
                θ = θ − α m̂                            before
    Decoupled:  θ = θ − α λ θ first, and g = ∇J

    ρ is how many gradients v averages; with β₂ = 0.999 it exceeds 5 from the sixth step on.

    Arguments:
        lr: α, the learning rate, ≥ 0
        betas: β₁ and β₂, each in [0, 1)
        eps: ε ≥ 0, outside the root
        weight_decay: λ ≥ 0
        decoupled_weight_decay: λ shrinks the parameters themselves, as in AdamW, instead of L2 in the gradient
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = RAdam(lr=0.1), np.array([1.0])
    >>> optimizer.rule(theta, np.array([3.0]), optimizer.initial_slots(theta), t=1)[0].round(4).tolist()
    [0.7]

    Source: Liu et al., 2020; torch.optim.RAdam
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    decoupled_weight_decay: bool = False
    maximize: bool = False

    examples = (
        "RAdam(lr=0.01)",
        "RAdam(lr=0.01, betas=(0.7, 0.95), eps=0.001, weight_decay=0.01)",
        "RAdam(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True)",
        "RAdam(lr=0.001, maximize=True)",
    )
    equation = (
        r"m = \beta_1 m + (1 - \beta_1) g, \quad v = \beta_2 v + (1 - \beta_2) g^{2}, \quad "
        r"\rho_{\infty} = \frac{2}{1 - \beta_2} - 1, \quad "
        r"\rho_t = \rho_{\infty} - \frac{2 t \beta_2^{t}}{1 - \beta_2^{t}}, \quad "
        r"r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2) \rho_{\infty}}"
        r"{(\rho_{\infty} - 4)(\rho_{\infty} - 2) \rho_t}}, \quad "
        r"\theta = \theta - \alpha r_t \frac{m}{1 - \beta_1^{t}} \frac{\sqrt{1 - \beta_2^{t}}}{\sqrt{v} + \epsilon}"
    )
    torch_slots = {"m": "exp_avg", "v": "exp_avg_sq"}

    def __post_init__(self) -> None:
        require_flag("RAdam", decoupled_weight_decay=self.decoupled_weight_decay, maximize=self.maximize)
        require_in("[0, inf)", "RAdam", lr=self.lr, eps=self.eps, weight_decay=self.weight_decay)
        require_betas("RAdam", self.betas)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m", "v")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        beta1, beta2 = self.betas
        g = -gradient if self.maximize else gradient
        if self.weight_decay and self.decoupled_weight_decay:
            theta = theta - self.lr * self.weight_decay * theta
        elif self.weight_decay:
            g = g + self.weight_decay * theta
        m = beta1 * slots["m"] + (1 - beta1) * g
        v = beta2 * slots["v"] + (1 - beta2) * g * g
        step = m / (1 - beta1**t)
        if r := rectification(float(beta2), int(t)):
            step = r * step * (1 - beta2**t) ** 0.5 / (np.sqrt(v) + self.eps)
        return theta - self.lr * step, {"m": m, "v": v}

    def to_torch(self, parameters):
        import torch

        return torch.optim.RAdam(parameters, **vars(self))


def rectification(beta2: float, t: int) -> float:
    """r at step t; 0 where ρ ≤ 5, and √v is not divided by.

    >>> [round(rectification(0.999, t), 4) for t in (5, 6, 100, 100_000)]
    [0.0, 0.0258, 0.2153, 1.0]
    """
    rho_inf = 2 / (1 - beta2) - 1
    rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
    if rho <= 5:
        return 0.0
    return ((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)) ** 0.5
