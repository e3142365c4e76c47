from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, require_betas, zeros


@dataclass(frozen=True, kw_only=True)
class NAdam(Optimizer):
    r"""Adam with Nesterov's momentum: the step looks ahead to the average that the next one will use.

    Equation:   g = ∇J + λθ
                μ(t) = β₁ (1 − ½ · 0.96^(tψ)),   P(t) = μ(1) μ(2) … μ(t)
                m = β₁ m + (1 − β₁) g
                v = β₂ v + (1 − β₂) g²
                v̂ = v / (1 − β₂ᵗ)
                θ = θ − α ( (1 − μ(t)) / (1 − P(t)) · g + μ(t+1) / (1 − P(t+1)) · m ) / (√v̂ + ε)
    Decoupled:  θ = θ − α λ θ first, and g = ∇J

    PyTorch accumulates P in single precision, so it is rounded to single precision here too. P follows from t, so β₁
    and ψ are those of the whole training.

    Arguments:
        lr: α, the learning rate, ≥ 0
        betas: β₁ and β₂, each in [0, 1)
        eps: ε ≥ 0, outside the root
        weight_decay: λ ≥ 0
        momentum_decay: ψ ≥ 0, how fast the momentum grows from β₁/2 to β₁
        decoupled_weight_decay: λ shrinks the parameters themselves, as in AdamW, instead of L2 in the gradient
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = NAdam(lr=0.1), np.array([1.0])
    >>> optimizer.rule(theta, np.array([3.0]), optimizer.initial_slots(theta), t=1)[0].round(4).tolist()
    [0.8944]

    Source: Dozat, 2016; torch.optim.NAdam
    """

    lr: float = 2e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum_decay: float = 4e-3
    decoupled_weight_decay: bool = False
    maximize: bool = False

    examples = (
        "NAdam(lr=0.01)",
        "NAdam(lr=0.01, betas=(0.7, 0.95), eps=0.001, weight_decay=0.01, momentum_decay=0.1)",
        "NAdam(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True)",
        "NAdam(lr=0.001, maximize=True)",
    )
    equation = (
        r"\mu_t = \beta_1 \left( 1 - \frac{0.96^{t \psi}}{2} \right), \quad m = \beta_1 m + (1 - \beta_1) g, \quad "
        r"v = \beta_2 v + (1 - \beta_2) g^{2}, \quad "
        r"\theta = \theta - \frac{\alpha}{\sqrt{v / (1 - \beta_2^{t})} + \epsilon} \left( "
        r"\frac{1 - \mu_t}{1 - \prod_{i=1}^{t} \mu_i} g + \frac{\mu_{t+1}}{1 - \prod_{i=1}^{t+1} \mu_i} m \right)"
    )
    torch_slots = {"m": "exp_avg", "v": "exp_avg_sq"}
    keeps_momentum = True

    def __post_init__(self) -> None:
        require_flag("NAdam", decoupled_weight_decay=self.decoupled_weight_decay, maximize=self.maximize)
        require_in("[0, inf)", "NAdam", lr=self.lr, eps=self.eps, weight_decay=self.weight_decay)
        require_in("[0, inf)", "NAdam", momentum_decay=self.momentum_decay)
        require_betas("NAdam", self.betas)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m", "v")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        beta1, beta2 = self.betas
        g = -gradient if self.maximize else gradient
        if self.weight_decay and self.decoupled_weight_decay:
            theta = theta - self.lr * self.weight_decay * theta
        elif self.weight_decay:
            g = g + self.weight_decay * theta
        mu, mu_next = (beta1 * (1 - 0.96 ** (i * self.momentum_decay) / 2) for i in (t, t + 1))
        P = momentum_product(float(beta1), float(self.momentum_decay), int(t))
        m = beta1 * slots["m"] + (1 - beta1) * g
        v = beta2 * slots["v"] + (1 - beta2) * g * g
        ahead = (1 - mu) / (1 - P) * g + mu_next / (1 - P * mu_next) * m
        return theta - self.lr * ahead / (np.sqrt(v / (1 - beta2**t)) + self.eps), {"m": m, "v": v}

    def to_torch(self, parameters):
        import torch

        return torch.optim.NAdam(parameters, **vars(self))

    def torch_state(self, t: int) -> Mapping[str, float]:
        return {"mu_product": momentum_product(self.betas[0], self.momentum_decay, t)}


def momentum_product(beta1: float, psi: float, t: int) -> float:
    """P(t) = μ(1) μ(2) … μ(t); 0 as soon as 1 − P(t) is 1.

    >>> [round(momentum_product(0.9, 0.004, t), 4) for t in (1, 2, 3)]
    [0.4501, 0.2026, 0.0912]
    """
    if beta1**t < 1e-20:
        return 0.0
    return float(_products(beta1, psi, 1 << t.bit_length())[t - 1])


@lru_cache(maxsize=64)
def _products(beta1: float, psi: float, count: int) -> Array:
    """P(1) … P(count)."""
    mu = beta1 * (1 - 0.96 ** (np.arange(1, count + 1) * psi) / 2)
    return np.multiply.accumulate(mu.astype(np.float32))
