"""Conversion of optimizers and their state to and from PyTorch, so that training can be resumed in the other."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.errors import ArgumentError, require, require_installed
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.optimizers.base import Slots
from gradiente.parameter_groups import ParameterGroups

if TYPE_CHECKING:
    import torch

Tensors = Mapping[str, "torch.Tensor"]
SHOWN = 5  # names in a message


def torch_optimizer(
    optimizer: Optimizer, parameters: "Iterable[torch.Tensor] | Iterable[dict[str, Any]]"
) -> "torch.optim.Optimizer":
    """The optimizer of PyTorch that takes the same steps.

    For the lecture's it is that of gradiente.pytorch.optim; for a custom one without to_torch(parameters), one
    that executes its rule.

    Arguments:
        parameters: parameters, or groups of them, as every optimizer of PyTorch takes them

    Errors: ArgumentError where PyTorch is not installed

    >>> import torch
    >>> from gradiente.optimizers import Adam
    >>> type(torch_optimizer(Adam(lr=0.01), torch.nn.Linear(2, 1).parameters()))
    <class 'torch.optim.adam.Adam'>
    """
    require_installed("torch", extra="torch")
    if to_torch := getattr(optimizer, "to_torch", None):
        return to_torch(parameters)
    # They subclass PyTorch's class, so that where PyTorch is missing they cannot even be imported.
    lectures = import_module("gradiente.pytorch.optim").TORCH_OPTIMIZERS
    if type(optimizer) in lectures:
        return lectures[type(optimizer)](parameters, **vars(optimizer))
    return import_module("gradiente.pytorch.rule_optimizer").RuleOptimizer(parameters, optimizer)


def optimizer_to_torch(
    optimizer: Optimizer,
    network: Network,
    module: "torch.nn.Module",
    *,
    slots: Slots | None = None,
    t: int = 0,
    lr_factors: Mapping[int | str, float] | None = None,
    weight_decay_on: str = "all",
) -> "torch.optim.Optimizer":
    """The torch optimizer over the trainable parameters of a network's torch module, after t steps.

    Arguments:
        network: gives the position of each parameter in a slot
        module: network.to_torch(), on any device
        slots: the optimizer state after t steps; None: the initial one
        t: steps taken, ≥ 0
        lr_factors, weight_decay_on: as a Trainer's; they become parameter groups

    Shapes: every slot (θ.size,), as the network's theta
    Errors: ArgumentError for a module that is not the network's, or slots that are not the optimizer's

    >>> from gradiente.layers import Linear
    >>> from gradiente.optimizers import Adam
    >>> network, rule = Network([Linear(2, 1)]), Adam()
    >>> slots = {"m": np.array([1, 2, 3], np.float32), "v": np.array([4, 5, 6], np.float32)}
    >>> module = network.to_torch()
    >>> optim = optimizer_to_torch(rule, network, module, slots=slots, t=7)
    >>> optim.state[module[0].bias]
    {'exp_avg': tensor([3.]), 'exp_avg_sq': tensor([6.]), 'step': tensor(7.)}
    """
    parameters = _trainable(network, module)
    groups = ParameterGroups.of(network, lr_factors, weight_decay_on)
    optim = grouped_optimizer(optimizer, network, parameters, groups)
    slots = _checked(optimizer, network, slots, t)
    write_slots(optim, optimizer, parameters, _as_tensors(network, slots, parameters), t)
    return optim


def optimizer_from_torch(
    optim: "torch.optim.Optimizer", optimizer: Optimizer, network: Network, module: "torch.nn.Module"
) -> tuple[int, Slots]:
    """The number of steps the torch optimizer has taken, and its state, as that of `optimizer`.

    PyTorch's SGD and the lecture's optimizers do not count: there it is 1 after any step, which is as good to them.
    Parameters that do not learn keep the slots that they begin with.

    Errors: ArgumentError for a module that is not the network's, or the torch optimizer of another rule

    >>> from gradiente.layers import Linear
    >>> from gradiente.optimizers import Adam
    >>> network = Network([Linear(2, 1)])
    >>> module = network.to_torch()
    >>> optim = optimizer_to_torch(Adam(), network, module)
    >>> for parameter in module.parameters():
    ...     parameter.grad = parameter.detach() * 0 + 1
    >>> _ = optim.step()
    >>> t, slots = optimizer_from_torch(optim, Adam(), network, module)
    >>> t, slots["m"]
    (1, array([0.1, 0.1, 0.1], dtype=float32))
    """
    parameters = _trainable(network, module)
    slots = optimizer.initial_slots(network.theta)
    for slot, tensors in read_slots(optim, optimizer, parameters).items():
        views = network.named(slots[slot])
        for name, tensor in tensors.items():
            views[name][...] = tensor.numpy(force=True)
    states = [optim.state[parameter] for parameter in parameters.values() if optim.state.get(parameter)]
    return max((int(state.get("step", 1)) for state in states), default=0), slots


def grouped_optimizer(
    optimizer: Optimizer, network: Network, parameters: Tensors, groups: ParameterGroups
) -> "torch.optim.Optimizer":
    """The torch optimizer of a network's parameters, given by their names, in those groups."""
    if not groups:
        return torch_optimizer(optimizer, list(parameters.values()))
    own = ("lr", "weight_decay")
    return torch_optimizer(
        optimizer,
        [
            {"params": tensors, **{name: value for name, value in vars(rule).items() if name in own}}
            for rule, tensors in groups.split(network, optimizer, parameters)
        ],
    )


def write_slots(
    optim: "torch.optim.Optimizer",
    optimizer: Optimizer,
    parameters: Tensors,
    slots: Mapping[str, Tensors],
    t: int,
) -> None:
    """Set the state of the torch optimizer to that of the optimizer after t steps.

    Arguments:
        parameters: any of the torch optimizer's, by name
        slots: by slot and parameter; the torch optimizer takes over the tensors themselves
    """
    for parameter in parameters.values():
        optim.state.pop(parameter, None)
    if t == 0:  # only some of PyTorch's remember anything then
        optim.state.update(torch_optimizer(optimizer, list(parameters.values())).state)
        return
    counts = _counts(optimizer)
    groups = {parameter: group for group in optim.param_groups for parameter in group["params"]}
    for name, parameter in parameters.items():
        state = {_torch_name(optimizer, slot): tensors[name] for slot, tensors in slots.items()}
        numbers = {**optimizer.torch_state(t), **({"step": t} if counts else {})}
        for known, value in numbers.items():
            state[known] = _number(groups[parameter], parameter, value)
        if state:
            optim.state[parameter] = state


def read_slots(
    optim: "torch.optim.Optimizer", optimizer: Optimizer, parameters: Tensors
) -> "dict[str, dict[str, torch.Tensor]]":
    """The state of the torch optimizer, by slot and parameter: its own tensors, or the initial state.

    Errors: ArgumentError where the torch optimizer has another state
    """
    import torch

    initial = optimizer.initial_slots(np.zeros(1))
    slots = {slot: dict[str, torch.Tensor]() for slot in initial}
    for name, parameter in parameters.items():
        state = optim.state.get(parameter)
        for slot, value in initial.items():
            known = _torch_name(optimizer, slot)
            if not state:
                slots[slot][name] = torch.full_like(parameter, value.item(), requires_grad=False)
                continue
            require(
                known in state,
                "torch_optimizer.other",
                torch_optimizer=type(optim).__name__,
                optimizer=optimizer,
                slot=known,
            )
            slots[slot][name] = state[known]
    return slots


def _torch_name(optimizer: Optimizer, slot: str) -> str:
    return optimizer.torch_slots.get(slot, slot)


def _counts(optimizer: Optimizer) -> bool:
    """Whether the torch optimizer counts its steps: one step of a parameter of its own tells."""
    import torch

    parameter = torch.zeros(1, requires_grad=True)
    parameter.grad = torch.zeros(1)
    optim = torch_optimizer(optimizer, [parameter])
    optim.step()
    return "step" in optim.state[parameter]


def _number(group: Mapping[str, object], parameter: "torch.Tensor", value: float) -> "torch.Tensor":
    """A number of a parameter's state, where PyTorch keeps it."""
    import torch

    on_device = group.get("capturable") or group.get("fused")
    return torch.tensor(float(value), dtype=torch.float32, device=parameter.device if on_device else "cpu")


def _trainable(network: Network, module: "torch.nn.Module") -> "dict[str, torch.Tensor]":
    """The module's trainable parameters, under the network's names."""
    shapes = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
    expected = {name: view.shape for name, view in network.parameters.items()}
    differing = sorted(name for name in shapes | expected if shapes.get(name) != expected.get(name))
    if differing:
        raise ArgumentError("torch_optimizer.module", names=", ".join(differing[:SHOWN]))
    return {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}


def _checked(optimizer: Optimizer, network: Network, slots: Slots | None, t: int) -> Slots:
    """The slots, where they can be the optimizer's after t steps."""
    if not isinstance(t, int) or t < 0:
        raise ArgumentError("torch_optimizer.t", value=repr(t))
    initial = optimizer.initial_slots(network.theta)
    if slots is None:
        return initial
    shapes = {slot: np.shape(array) for slot, array in slots.items()}
    expected = {slot: array.shape for slot, array in initial.items()}
    if shapes != expected:
        raise ArgumentError("torch_optimizer.slots", optimizer=optimizer, expected=expected, got=shapes)
    begun = any(not np.array_equal(slots[slot], initial[slot]) for slot in slots)
    require(t > 0 or not begun, "torch_optimizer.no_t")
    return slots


def _as_tensors(network: Network, slots: Slots, parameters: Tensors) -> "dict[str, dict[str, torch.Tensor]]":
    """Flat slots as tensors of their own, where the parameters are."""
    import torch

    return {
        slot: {
            name: torch.from_numpy(network.named(flat)[name].copy()).to(parameter)
            for name, parameter in parameters.items()
        }
        for slot, flat in slots.items()
    }
