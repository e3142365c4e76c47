"""The optimizers as the lecture writes them, where it differs from PyTorch.

Every rule is the lecture's formula, with its β, α and ε. The names are the lecture's too:
`gr.course.Adam` is the slide's, `gr.Adam` is PyTorch's.
"""

from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_in
from gradiente.optimizers.base import Array, Optimizer, Slots, require_betas, zeros


@dataclass(frozen=True, kw_only=True)
class Momentum(Optimizer):
    r"""The exponentially weighted average of the gradients in place of the gradient.

    Equation:   m := β m + (1 − β) g
                θ := θ − α m

    PyTorch's SGD(momentum=β) adds instead of averaging, m := β m + g: with α (1 − β) as its learning rate
    it takes the same steps.

    Arguments:
        lr: α ≥ 0
        beta: β in [0, 1)

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> Momentum(lr=1.0).rule(np.array([1.0]), np.array([2.0]), {"m": np.zeros(1)}, t=1)[0].round(6).tolist()
    [0.8]

    Source: the lecture, "Momentum"
    """

    lr: float = 0.1
    beta: float = 0.9

    examples = (
        "course.Momentum(lr=0.01)",
        "course.Momentum(lr=0.05, beta=0.5)",
    )
    equation = r"m = \beta m + (1 - \beta) g, \quad \theta = \theta - \alpha m"

    def __post_init__(self) -> None:
        require_in("[0, inf)", "course.Momentum", lr=self.lr)
        require_in("[0, 1)", "course.Momentum", beta=self.beta)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        m = self.beta * slots["m"] + (1 - self.beta) * gradient
        return theta - self.lr * m, {"m": m}


@dataclass(frozen=True, kw_only=True)
class Nesterov(Optimizer):
    r"""Momentum that looks one step ahead: the step is what the average will be if the gradient stays.

    Equation:   m := β m + (1 − β) g
                θ := θ − α (β m + (1 − β) g)

    Arguments:
        lr: α ≥ 0
        beta: β in [0, 1)

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> Nesterov(lr=1.0).rule(np.array([1.0]), np.array([2.0]), {"m": np.zeros(1)}, t=1)[0].round(6).tolist()
    [0.62]

    Source: the lecture, "Momentum": the average with the gradient of the moment
    """

    lr: float = 0.1
    beta: float = 0.9

    examples = (
        "course.Nesterov(lr=0.01)",
        "course.Nesterov(lr=0.05, beta=0.5)",
    )
    equation = (
        r"m = \beta m + (1 - \beta) g, \quad \theta = \theta - \alpha \left( \beta m + (1 - \beta) g \right)"
    )

    def __post_init__(self) -> None:
        require_in("[0, inf)", "course.Nesterov", lr=self.lr)
        require_in("[0, 1)", "course.Nesterov", beta=self.beta)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        m = self.beta * slots["m"] + (1 - self.beta) * gradient
        return theta - self.lr * (self.beta * m + (1 - self.beta) * gradient), {"m": m}


@dataclass(frozen=True, kw_only=True)
class Adagrad(Optimizer):
    r"""A smaller step for parameters with large accumulated squared gradients.

    Equation:   S := S + g²
                θ := θ − α g / (√S + ε)

    The slide prints the numerator squared, α g² / (√S + ε). A square has no sign, so that every parameter could
    only ever fall, also where J grows as it falls: a misprint. Here g keeps its sign.

    Arguments:
        lr: α ≥ 0
        eps: ε > 0, outside the root

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> Adagrad(lr=0.5).rule(np.array([1.0]), np.array([-2.0]), {"S": np.zeros(1)}, t=1)[0].round(6).tolist()
    [1.5]

    Source: the lecture, "Optimizadores", its sign restored
    """

    lr: float = 0.01
    eps: float = 1e-8

    examples = (
        "course.Adagrad(lr=0.05)",
        "course.Adagrad(lr=0.05, eps=0.001)",
    )
    equation = r"S = S + g^{2}, \quad \theta = \theta - \alpha \frac{g}{\sqrt{S} + \epsilon}"

    def __post_init__(self) -> None:
        require_in("[0, inf)", "course.Adagrad", lr=self.lr)
        require_in("(0, inf)", "course.Adagrad", eps=self.eps)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "S")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        S = slots["S"] + gradient * gradient
        return theta - self.lr * gradient / (np.sqrt(S) + self.eps), {"S": S}


@dataclass(frozen=True, kw_only=True)
class Adadelta(Optimizer):
    r"""Adagrad over a moving window of gradients, so that the step does not vanish.

    Equation:   S := β S + (1 − β) g²
                θ := θ − α g / (√S + ε)

    That is what the lecture says of it. The paper goes on to put a second average, of the steps, in the
    numerator: gr.Adadelta.

    Arguments:
        lr: α ≥ 0
        beta: β in [0, 1)
        eps: ε > 0, outside the root

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer = Adadelta(lr=0.1, beta=0.75)
    >>> optimizer.rule(np.array([1.0]), np.array([-2.0]), {"S": np.zeros(1)}, t=1)[0].round(6).tolist()
    [1.2]

    Source: the lecture, "Optimizadores"
    """

    lr: float = 0.01
    beta: float = 0.9
    eps: float = 1e-8

    examples = (
        "course.Adadelta(lr=0.02)",
        "course.Adadelta(lr=0.01, beta=0.5, eps=0.001)",
    )
    equation = (
        r"S = \beta S + (1 - \beta) g^{2}, \quad \theta = \theta - \alpha \frac{g}{\sqrt{S} + \epsilon}"
    )

    def __post_init__(self) -> None:
        require_in("[0, inf)", "course.Adadelta", lr=self.lr)
        require_in("[0, 1)", "course.Adadelta", beta=self.beta)
        require_in("(0, inf)", "course.Adadelta", eps=self.eps)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "S")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        S = self.beta * slots["S"] + (1 - self.beta) * gradient * gradient
        return theta - self.lr * gradient / (np.sqrt(S) + self.eps), {"S": S}


@dataclass(frozen=True, kw_only=True)
class RMSprop(Optimizer):
    r"""The gradient divided by the root of its average square.

    Equation:   S := β S + (1 − β) g²
                θ := θ − α g / √(S + ε)

    Arguments:
        lr: α ≥ 0
        beta: β in [0, 1)
        eps: ε > 0, inside the root

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> RMSprop(lr=0.1, beta=0.75).rule(np.array([1.0]), np.array([-2.0]), {"S": np.zeros(1)}, t=1)[0].round(6).tolist()
    [1.2]

    Source: the lecture, "RMSProp"
    """

    lr: float = 0.01
    beta: float = 0.9
    eps: float = 1e-8

    examples = (
        "course.RMSprop(lr=0.02)",
        "course.RMSprop(lr=0.01, beta=0.5, eps=0.001)",
    )
    equation = (
        r"S = \beta S + (1 - \beta) g^{2}, \quad \theta = \theta - \alpha g \frac{1}{\sqrt{S + \epsilon}}"
    )

    def __post_init__(self) -> None:
        require_in("[0, inf)", "course.RMSprop", lr=self.lr)
        require_in("[0, 1)", "course.RMSprop", beta=self.beta)
        require_in("(0, inf)", "course.RMSprop", eps=self.eps)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "S")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        S = self.beta * slots["S"] + (1 - self.beta) * gradient * gradient
        return theta - self.lr * gradient / np.sqrt(S + self.eps), {"S": S}


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    r"""Momentum and RMSprop together.

    Equation:   m := β₁ m + (1 − β₁) g
                S := β₂ S + (1 − β₂) g²
                θ := θ − α m / √(S + ε)

    Without the paper's correction m starts too small by the factor 1 − β₁ᵗ and √S by √(1 − β₂ᵗ): with the
    lecture's β₁ = 0.9 and β₂ = 0.99 both are 0.1 at t = 1, so the first step is right, and the next ones are
    longer, up to 2.1 times, than those of gr.Adam at the same β.

    Arguments:
        lr: α ≥ 0
        betas: β₁ and β₂, each in [0, 1)
        eps: ε > 0, inside the root

    Errors: ArgumentError for a hyperparameter out of range

    >>> import numpy as np
    >>> optimizer, theta = Adam(lr=0.1), np.array([1.0])
    >>> optimizer.rule(theta, np.array([-3.0]), optimizer.initial_slots(theta), t=1)[0].round(4).tolist()
    [1.1]

    Source: the lecture, "Adam"
    """

    lr: float = 0.001
    betas: tuple[float, float] = (0.9, 0.99)
    eps: float = 1e-8

    examples = (
        "course.Adam(lr=0.01)",
        "course.Adam(lr=0.01, betas=(0.7, 0.95), eps=0.001)",
    )
    equation = (
        r"m = \beta_1 m + (1 - \beta_1) g, \quad S = \beta_2 S + (1 - \beta_2) g^{2}, \quad "
        r"\theta = \theta - \alpha m \frac{1}{\sqrt{S + \epsilon}}"
    )

    def __post_init__(self) -> None:
        require_in("[0, inf)", "course.Adam", lr=self.lr)
        require_betas("course.Adam", self.betas)
        require_in("(0, inf)", "course.Adam", eps=self.eps)

    def initial_slots(self, theta: Array) -> Slots:
        return zeros(theta, "m", "S")

    def rule(self, theta: Array, gradient: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
        beta1, beta2 = self.betas
        m = beta1 * slots["m"] + (1 - beta1) * gradient
        S = beta2 * slots["S"] + (1 - beta2) * gradient * gradient
        return theta - self.lr * m / np.sqrt(S + self.eps), {"m": m, "S": S}
