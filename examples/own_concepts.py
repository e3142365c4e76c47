"""A layer, a loss and an optimizer of one's own. docs/extending.md explains them.

    gradiente train moons --custom examples/own_concepts.py --hidden 16 --activation "Swish()" --loss "HingeLoss()" \
        --optimizer "Signum(lr=0.003)" --run own
"""

from dataclasses import dataclass

import numpy as np

import gradiente as gr


@gr.register
@dataclass(frozen=True)
class Swish(gr.Layer):
    """a = z σ(β z): small negative numbers pass a little."""

    beta: float = 1.0

    equation = r"A = Z \odot \sigma(\beta Z)"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} ="
        r" \delta \odot \left( \sigma(\beta Z) + \beta A \odot (1 - \sigma(\beta Z)) \right)"
    }
    symbols = {"x": "Z", "y": "A"}
    letter = "A"
    elementwise = True
    examples = (("Swish()", (7, 5)), ("Swish(beta=0.5)", (2, 3, 4)))

    def forward(self, parameters, x, context):
        s = 1 / (1 + np.exp(-self.beta * x))
        a = x * s
        return a, (s, a)

    def input_gradient(self, parameters, cache, dy):
        s, a = cache
        return dy * (s + self.beta * a * (1 - s))

    def to_torch(self):
        import torch

        beta = self.beta

        class TorchSwish(torch.nn.Module):
            def forward(self, z):
                return z * torch.sigmoid(beta * z)

        return TorchSwish()


@gr.register
@dataclass(frozen=True)
class HingeLoss(gr.Loss):
    """max(0, 1 − s z)²/2 with s = 2y − 1: what is right by a margin of 1 costs nothing."""

    reduction: str = "mean"

    equation = r"L = \frac{1}{2} \max(0, 1 - (2 y - 1) Z)^{2}"
    derivative = r"\frac{\partial L}{\partial Z} = -(2 y - 1) \max(0, 1 - (2 y - 1) Z)"
    symbol = "Z"
    target_interval = "[0, 1]"

    def unreduced(self, prediction, target):
        sign = 2 * self.same_shape(prediction, target) - 1
        return np.maximum(0, 1 - sign * prediction) ** 2 / 2

    def unreduced_gradient(self, prediction, target):
        sign = 2 * self.same_shape(prediction, target) - 1
        return -sign * np.maximum(0, 1 - sign * prediction)

    def estimate(self, prediction):
        return np.clip((prediction + 1) / 2, 0, 1)  # ½ on the border between the classes

    def to_torch(self):
        def loss(prediction, target):
            terms = (1 - (2 * target - 1) * prediction).clamp(min=0) ** 2 / 2
            return terms if self.reduction == "none" else getattr(terms, self.reduction)()

        return loss


@gr.register
@dataclass(frozen=True, kw_only=True)
class Signum(gr.Optimizer):
    """A step of the same size for every parameter, against the sign of its momentum (Bernstein et al., 2018)."""

    lr: float = 1e-3
    beta: float = 0.9
    weight_decay: float = 0.0

    equation = (
        r"m = \beta m + (1 - \beta) g, \quad"
        r" \theta = \theta - \alpha (\operatorname{sign}(m) + \lambda \theta)"
    )
    examples = ("Signum(lr=0.01)", "Signum(lr=0.01, beta=0.8, weight_decay=0.1)")

    def initial_slots(self, theta):
        return {"m": np.zeros_like(theta)}

    def rule(self, theta, gradient, slots, t):
        m = self.beta * slots["m"] + (1 - self.beta) * gradient
        return theta - self.lr * (np.sign(m) + self.weight_decay * theta), {"m": m}
