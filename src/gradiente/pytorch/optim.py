"""The lecture's optimizers for any program of PyTorch: `from gradiente.pytorch import optim`.

The same rules as in gradiente.course, one parameter at a time and in place, as PyTorch's optimizers are.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from gradiente.errors import require
from gradiente.optimizers import Optimizer, course


class CourseOptimizer(torch.optim.Optimizer, ABC):
    """The base class of the six: the loop over the parameters, and their state.

    `slots` are the names of the state, which starts at 0. `lecture` is the rule in NumPy; the bounds of its
    hyperparameters are these.
    """

    lecture: ClassVar[type[Optimizer]]
    slots: ClassVar[tuple[str, ...]]

    @abstractmethod
    def rule(self, theta: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Mapping[str, Any]) -> None:
        """One step of one parameter, in place: θ and its state."""

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a parameter group, optionally with its own hyperparameters.

        Errors: ArgumentError for a hyperparameter out of range
        """
        names = [field.name for field in fields(self.lecture)]
        self.lecture(**{name: param_group.get(name, self.defaults[name]) for name in names})
        super().add_param_group(param_group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of every parameter that has a gradient.

        Arguments:
            closure: what computes the gradients anew and returns J, which is returned in turn

        Errors: ArgumentError for a sparse gradient
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for theta in group["params"]:
                g = theta.grad
                if g is None:
                    continue
                require(not g.is_sparse, "torch_optimizer.sparse", optimizer=type(self).__name__)
                state = self.state[theta]
                if not state:
                    state.update({slot: torch.zeros_like(theta) for slot in self.slots})
                self.rule(theta, g, state, group)
        return loss


class Momentum(CourseOptimizer):
    r"""The exponentially weighted average of the gradients in place of the gradient.

    Equation:   m := β m + (1 − β) g
                θ := θ − α m

    Arguments:
        params: parameters, or groups of them, as every optimizer of PyTorch takes them
        lr: α ≥ 0
        beta: β in [0, 1)

    Errors: ArgumentError for a hyperparameter out of range

    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([2.0])
    >>> Momentum([theta], lr=1.0).step()
    >>> theta.detach()
    tensor([0.8000])

    Source: the lecture, "Momentum"
    """

    lecture = course.Momentum
    slots = ("m",)

    def __init__(self, params: ParamsT, lr: float = 0.1, beta: float = 0.9) -> None:
        super().__init__(params, {"lr": lr, "beta": beta})

    def rule(self, theta: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Mapping[str, Any]) -> None:
        alpha, beta = group["lr"], group["beta"]
        m = state["m"]
        m.mul_(beta).add_((1 - beta) * g)
        theta -= alpha * m


class Nesterov(CourseOptimizer):
    r"""Momentum that looks one step ahead: the step is what the average will be if the gradient stays.

    Equation:   m := β m + (1 − β) g
                θ := θ − α (β m + (1 − β) g)

    Arguments:
        params: parameters, or groups of them, as every optimizer of PyTorch takes them
        lr: α ≥ 0
        beta: β in [0, 1)

    Errors: ArgumentError for a hyperparameter out of range

    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([2.0])
    >>> Nesterov([theta], lr=1.0).step()
    >>> theta.detach()
    tensor([0.6200])

    Source: the lecture, "Momentum": the average with the gradient of the moment
    """

    lecture = course.Nesterov
    slots = ("m",)

    def __init__(self, params: ParamsT, lr: float = 0.1, beta: float = 0.9) -> None:
        super().__init__(params, {"lr": lr, "beta": beta})

    def rule(self, theta: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Mapping[str, Any]) -> None:
        alpha, beta = group["lr"], group["beta"]
        m = state["m"]
        m.mul_(beta).add_((1 - beta) * g)
        theta -= alpha * (beta * m + (1 - beta) * g)


class Adagrad(CourseOptimizer):
    r"""A smaller step for parameters with large accumulated squared gradients.

    Equation:   S := S + g²
                θ := θ − α g / (√S + ε)

    Arguments:
        params: parameters, or groups of them, as every optimizer of PyTorch takes them
        lr: α ≥ 0
        eps: ε > 0, outside the root

    Errors: ArgumentError for a hyperparameter out of range

    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([-2.0])
    >>> Adagrad([theta], lr=0.5).step()
    >>> theta.detach()
    tensor([1.5000])

    Source: the lecture, "Optimizadores", the numerator's sign restored: gradiente.course.Adagrad says why
    """

    lecture = course.Adagrad
    slots = ("S",)

    def __init__(self, params: ParamsT, lr: float = 0.01, eps: float = 1e-8) -> None:
        super().__init__(params, {"lr": lr, "eps": eps})

    def rule(self, theta: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Mapping[str, Any]) -> None:
        alpha, eps = group["lr"], group["eps"]
        S = state["S"]
        S.add_(g * g)
        theta -= alpha * g / (S.sqrt() + eps)


class Adadelta(CourseOptimizer):
    r"""Adagrad over a moving window of gradients, so that the step does not vanish.

    Equation:   S := β S + (1 − β) g²
                θ := θ − α g / (√S + ε)

    Arguments:
        params: parameters, or groups of them, as every optimizer of PyTorch takes them
        lr: α ≥ 0
        beta: β in [0, 1)
        eps: ε > 0, outside the root

    Errors: ArgumentError for a hyperparameter out of range

    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([-2.0])
    >>> Adadelta([theta], lr=0.1, beta=0.75).step()
    >>> theta.detach()
    tensor([1.2000])

    Source: the lecture, "Optimizadores"
    """

    lecture = course.Adadelta
    slots = ("S",)

    def __init__(self, params: ParamsT, lr: float = 0.01, beta: float = 0.9, eps: float = 1e-8) -> None:
        super().__init__(params, {"lr": lr, "beta": beta, "eps": eps})

    def rule(self, theta: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Mapping[str, Any]) -> None:
        alpha, beta, eps = group["lr"], group["beta"], group["eps"]
        S = state["S"]
        S.mul_(beta).add_((1 - beta) * g * g)
        theta -= alpha * g / (S.sqrt() + eps)


class RMSprop(CourseOptimizer):
    r"""The gradient divided by the root of its average square.

    Equation:   S := β S + (1 − β) g²
                θ := θ − α g / √(S + ε)

    Arguments:
        params: parameters, or groups of them, as every optimizer of PyTorch takes them
        lr: α ≥ 0
        beta: β in [0, 1)
        eps: ε > 0, inside the root

    Errors: ArgumentError for a hyperparameter out of range

    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([-2.0])
    >>> RMSprop([theta], lr=0.1, beta=0.75).step()
    >>> theta.detach()
    tensor([1.2000])

    Source: the lecture, "RMSProp"
    """

    lecture = course.RMSprop
    slots = ("S",)

    def __init__(self, params: ParamsT, lr: float = 0.01, beta: float = 0.9, eps: float = 1e-8) -> None:
        super().__init__(params, {"lr": lr, "beta": beta, "eps": eps})

    def rule(self, theta: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Mapping[str, Any]) -> None:
        alpha, beta, eps = group["lr"], group["beta"], group["eps"]
        S = state["S"]
        S.mul_(beta).add_((1 - beta) * g * g)
        theta -= alpha * g / (S + eps).sqrt()


class Adam(CourseOptimizer):
    r"""Momentum and RMSprop together, without the correction that torch.optim.Adam makes at the start.

    Equation:   m := β₁ m + (1 − β₁) g
                S := β₂ S + (1 − β₂) g²
                θ := θ − α m / √(S + ε)

    Arguments:
        params: parameters, or groups of them, as every optimizer of PyTorch takes them
        lr: α ≥ 0
        betas: β₁ and β₂, each in [0, 1)
        eps: ε > 0, inside the root

    Errors: ArgumentError for a hyperparameter out of range

    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([-3.0])
    >>> Adam([theta], lr=0.1).step()
    >>> theta.detach()
    tensor([1.1000])

    Source: the lecture, "Adam"
    """

    lecture = course.Adam
    slots = ("m", "S")

    def __init__(
        self,
        params: ParamsT,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.99),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})

    def rule(self, theta: Tensor, g: Tensor, state: Mapping[str, Tensor], group: Mapping[str, Any]) -> None:
        alpha, (beta1, beta2), eps = group["lr"], group["betas"], group["eps"]
        m, S = state["m"], state["S"]
        m.mul_(beta1).add_((1 - beta1) * g)
        S.mul_(beta2).add_((1 - beta2) * g * g)
        theta -= alpha * m / (S + eps).sqrt()


TORCH_OPTIMIZERS = {optim.lecture: optim for optim in (Momentum, Nesterov, Adagrad, Adadelta, RMSprop, Adam)}
