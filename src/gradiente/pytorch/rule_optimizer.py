"""Any optimizer of gradiente, also a custom one, as an optimizer of PyTorch."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

import torch
from torch import Tensor

from gradiente.errors import ArgumentError, require
from gradiente.optimizers import Optimizer
from gradiente.symbolic import CHOICE, evaluate, record

# Where PyTorch's name is not NumPy's.
NAMES = {"power": "pow", "absolute": "abs", "fabs": "abs", "float_power": "pow", CHOICE: "where"}


class RuleOptimizer(torch.optim.Optimizer):
    r"""The rule, recorded and executed by PyTorch's functions on any device; its hyperparameters are those of a group.

    Arguments:
        params: parameters, or groups of them, as every optimizer of PyTorch takes them
        rule: made of NumPy's element-wise operations

    Errors: ArgumentError for a rule that cannot be recorded, a function that PyTorch does not have, a sparse gradient

    >>> from gradiente.optimizers import course
    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([2.0])
    >>> RuleOptimizer([theta], course.Momentum(lr=1.0)).step()
    >>> theta.detach()
    tensor([0.8000])

    Source: the lecture, "PyTorch" (own optimizers)
    """

    def __init__(self, params: Iterable[Any], rule: Optimizer) -> None:
        self.rule = rule
        super().__init__(params, {field.name: getattr(rule, field.name) for field in fields(rule)})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of every parameter that has a gradient.

        Arguments:
            closure: what computes the gradients anew and returns J, which is returned in turn
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            rule = replace(self.rule, **{field.name: group[field.name] for field in fields(self.rule)})
            for theta in group["params"]:
                if theta.grad is not None:
                    require(not theta.grad.is_sparse, "torch_optimizer.sparse", optimizer=type(rule).__name__)
                    self._update(rule, theta)
        return loss

    def _update(self, rule: Optimizer, theta: Tensor) -> None:
        state = self.state[theta]
        initial = rule.initial_slots(theta.numpy(force=True))
        if not state:
            state["step"] = torch.tensor(0.0)
            state.update({slot: torch.from_numpy(value).to(theta) for slot, value in initial.items()})
        state["step"] += 1
        slots = {slot: state[slot] for slot in initial}
        recorded = record(rule, initial, int(state["step"]))
        operands = {"theta": theta, "gradient": theta.grad, **slots}
        new = evaluate(recorded, operands, lambda name: _function(name, theta))
        for slot, tensor in slots.items():
            tensor.copy_(new[slot])
        theta.copy_(new["theta"])


def _function(name: str, like: Tensor) -> Callable[..., Tensor]:
    function = getattr(torch, NAMES.get(name, name), None)
    if function is None:
        raise ArgumentError("symbolic.torch", name=name)

    def call(*operands: Any) -> Tensor:
        tensors = (
            o if isinstance(o, Tensor) else torch.as_tensor(o, dtype=like.dtype, device=like.device)
            for o in operands
        )
        return function(*tensors)

    return call
