from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag, require_in
from gradiente.optimizers.base import Array, Optimizer, Slots


@dataclass(frozen=True, kw_only=True)
class Adagrad(Optimizer):
    r"""A learning rate per parameter, which falls with its accumulated squared gradients.

    Equation:   g = ∇J + λθ
                S = S + g²
                θ = θ − α / (1 + (t − 1) η) · g / (√S + ε)

    Arguments:
        lr: α, the learning rate, ≥ 0
        lr_decay: η ≥ 0, how the learning rate falls with the steps
        weight_decay: λ ≥ 0, L2 in the gradient
        initial_accumulator_value: S before the first step, ≥ 0
        eps: ε ≥ 0, outside the root
        maximize: gradient ascent instead of descent

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer = Adagrad(lr=0.5)
    >>> theta, slots = optimizer.rule(np.array([1.0]), np.array([-2.0]), {"S": np.zeros(1)}, t=1)
    >>> theta.round(6).tolist(), slots["S"].tolist()
    ([1.5], [4.0])

    Source: the lecture, "Optimizadores"; Duchi, Hazan and Singer, 2011; torch.optim.Adagrad
    """

    lr: float = 1e-2
    lr_decay: float = 0.0
    weight_decay: float = 0.0
    initial_accumulator_value: float = 0.0
    eps: float = 1e-10
    maximize: bool = False

    examples = (
        "Adagrad(lr=0.05)",
        "Adagrad(lr=0.05, lr_decay=0.05, weight_decay=0.01, initial_accumulator_value=0.3, eps=0.001)",
        "Adagrad(lr=0.001, maximize=True)",
    )
    equation = r"S = S + g^{2}, \quad \theta = \theta - \alpha \frac{g}{\sqrt{S} + \epsilon}"
    torch_slots = {"S": "sum"}

    def __post_init__(self) -> None:
        require_flag("Adagrad", maximize=self.maximize)
        require_in("[0, inf)", "Adagrad", lr=self.lr, lr_decay=self.lr_decay, eps=self.eps)
        require_in("[0, inf)", "Adagrad", weight_decay=self.weight_decay)
        require_in("[0, inf)", "Adagrad", initial_accumulator_value=self.initial_accumulator_value)

    def initial_slots(self, theta: Array) -> Slots:
        return {"S": np.full_like(theta, self.initial_accumulator_value)}

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        g = -gradient if self.maximize else gradient
        if self.weight_decay:
            g = g + self.weight_decay * theta
        alpha = self.lr / (1 + (t - 1) * self.lr_decay)
        S = slots["S"] + g * g
        return theta - alpha * g / (np.sqrt(S) + self.eps), {"S": S}

    def to_torch(self, parameters):
        import torch

        return torch.optim.Adagrad(parameters, **vars(self))
