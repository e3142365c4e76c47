from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, require_betas, zeros


@dataclass(frozen=True, kw_only=True)
class Lion(Optimizer):
    r"""A step of the same size for every parameter, in the direction of an average of gradients.

    Equation:   c = β₁ m + (1 − β₁) g
                θ = θ − α (sign(c) + λθ)
                m = β₂ m + (1 − β₂) g

    Every parameter moves by α at every step: α is three to ten times smaller than Adam's, and λ as much larger.
    PyTorch has no Lion; the engine torch executes this rule.

    Arguments:
        lr: α, the learning rate, ≥ 0
        betas: β₁ and β₂, each in [0, 1)
        weight_decay: λ ≥ 0, decoupled from the gradient
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = Lion(lr=0.1), np.array([1.0, 1.0])
    >>> theta, slots = optimizer.rule(theta, np.array([0.003, -40.0]), optimizer.initial_slots(theta), t=1)
    >>> theta.round(6).tolist(), slots["m"].round(6).tolist()
    ([0.9, 1.1], [3e-05, -0.4])

    Source: Chen et al., 2023, "Symbolic Discovery of Optimization Algorithms"
    """

    lr: float = 1e-4
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.0
    maximize: bool = False

    examples = (
        "Lion(lr=0.001)",
        "Lion(lr=0.001, betas=(0.8, 0.95), weight_decay=0.1)",
        "Lion(lr=0.001, maximize=True)",
    )
    equation = (
        r"c = \beta_1 m + (1 - \beta_1) g, \quad "
        r"\theta = \theta - \alpha \left( \operatorname{sign}(c) + \lambda \theta \right), \quad "
        r"m = \beta_2 m + (1 - \beta_2) g"
    )

    def __post_init__(self) -> None:
        require_flag("Lion", maximize=self.maximize)
        require_in("[0, inf)", "Lion", lr=self.lr, weight_decay=self.weight_decay)
        require_betas("Lion", self.betas)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        beta1, beta2 = self.betas
        g = -gradient if self.maximize else gradient
        direction = np.sign(beta1 * slots["m"] + (1 - beta1) * g)
        if self.weight_decay:
            direction = direction + self.weight_decay * theta
        m = beta2 * slots["m"] + (1 - beta2) * g
        return theta - self.lr * direction, {"m": m}
