from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, require_betas, zeros


@dataclass(frozen=True, kw_only=True)
class AdamW(Optimizer):
    r"""Adam with decoupled weight decay: every parameter shrinks at the same rate.

    Equation:   θ = θ − α λ θ
                m = β₁ m + (1 − β₁) g
                v = β₂ v + (1 − β₂) g²
                m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ)
                θ = θ − α m̂ / (√v̂ + ε)

    Arguments:
        lr: α, the learning rate, ≥ 0
        betas: β₁ and β₂, each in [0, 1)
        eps: ε ≥ 0, outside the root
        weight_decay: λ ≥ 0, the decoupled decay
        amsgrad: divide by the largest v so far, so that a step never grows
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = AdamW(lr=0.1, weight_decay=0.5), np.array([1.0])
    >>> optimizer.rule(theta, np.array([3.0]), optimizer.initial_slots(theta), t=1)[0].round(4).tolist()
    [0.85]

    Source: Loshchilov and Hutter, 2019; torch.optim.AdamW
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 1e-2
    amsgrad: bool = False
    maximize: bool = False

    examples = (
        "AdamW(lr=0.01)",
        "AdamW(lr=0.01, betas=(0.7, 0.95), eps=0.001, weight_decay=0.1, amsgrad=True)",
        "AdamW(lr=0.001, maximize=True)",
    )
    equation = (
        r"\theta = \theta - \alpha \lambda \theta, \quad m = \beta_1 m + (1 - \beta_1) g, \quad "
        r"v = \beta_2 v + (1 - \beta_2) g^{2}, \quad "
        r"\theta = \theta - \alpha \frac{m / (1 - \beta_1^{t})}{\sqrt{v / (1 - \beta_2^{t})} + \epsilon}"
    )
    torch_slots = {"m": "exp_avg", "v": "exp_avg_sq", "v_max": "max_exp_avg_sq"}

    def __post_init__(self) -> None:
        require_flag("AdamW", amsgrad=self.amsgrad, maximize=self.maximize)
        require_in("[0, inf)", "AdamW", lr=self.lr, eps=self.eps, weight_decay=self.weight_decay)
        require_betas("AdamW", self.betas)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m", "v", *(["v_max"] if self.amsgrad else []))

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        beta1, beta2 = self.betas
        g = -gradient if self.maximize else gradient
        theta = theta - self.lr * self.weight_decay * theta
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

        return torch.optim.AdamW(parameters, **vars(self))
