"""The same step by PyTorch: autograd on the network's torch module, in float64."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError
from gradiente.losses.weights import torch_weighted_sum
from gradiente.pytorch.optimizer_state import grouped_optimizer, read_slots, write_slots
from gradiente.trace.step import TracedStep

Array = np.ndarray


def torch_step(step: TracedStep) -> dict[str, Any]:
    """PyTorch's values, deltas, gradients, ŷ, J and update; {} without PyTorch, or for what has no to_torch().

    Dropout uses NumPy's masks, since the two libraries cannot draw the same ones.
    """
    if find_spec("torch") is None:
        return {}
    try:
        return _run(step)
    except ArgumentError:
        return {}


def _run(step: TracedStep) -> dict[str, Any]:
    import torch

    module = step.network.to_torch().train(step.training)
    for index in step.network.frozen:
        module[index].eval()
    x = torch.tensor(step.values[0])
    values = [x.requires_grad_() if x.is_floating_point() else x]
    for node, cache in zip(step.nodes, step.caches, strict=True):
        first, *others = (values[k] for k in node.inputs)
        if node.is_sum:
            y = sum(others, first)
        elif node.layer.stochastic:
            y = first * torch.tensor(1.0 if cache is None else cache)
        else:
            y = module.get_submodule(node.path)(first)
        if y.requires_grad:
            y.retain_grad()
        values.append(y)
    labels = step.loss.is_multiclass and step.target.dtype.kind in "iu"
    target = torch.tensor(step.target, dtype=torch.int64 if labels else torch.float64)
    parameters = {name: p for name, p in module.named_parameters() if name in step.gradients}
    loss = _loss(step, values[-1], target)
    penalty = torch.zeros((), dtype=torch.float64)
    for name, parameter in parameters.items():
        if step.is_penalized(name):
            penalty = penalty + sum(each.to_torch()(parameter) for each in step.objective.penalties)
    cost = loss + penalty
    cost.backward()
    found: dict[str, Any] = {
        "values": [_array(y) for y in values],
        "deltas": [np.zeros(y.shape) if y.grad is None else _array(y.grad) for y in values],
        "gradients": {name: _array(p.grad) for name, p in parameters.items()},
        "loss": _array(loss),
        "penalty": _array(penalty),
        "cost": _array(cost),
    }
    links = {"logistic": torch.sigmoid, "softmax": lambda z: torch.softmax(z, 1), "exponential": torch.exp}
    if step.loss.link in links:
        found["estimate"] = _array(links[step.loss.link](values[-1]))
    clip = step.objective.clip
    if clip.value is not None:
        torch.nn.utils.clip_grad_value_(parameters.values(), clip.value)
    if clip.norm is not None:
        torch.nn.utils.clip_grad_norm_(parameters.values(), clip.norm)
    found["clipped"] = {name: _array(p.grad) for name, p in parameters.items()}
    return found | _update(step, parameters)


def _loss(step: TracedStep, prediction: Any, target: Any) -> Any:
    import torch

    if step.weights is None:
        return step.loss.to_torch()(prediction, target)
    total = torch_weighted_sum(step.loss)(prediction, target, torch.tensor(step.weights))
    return total / step.loss.divisor(step.target, step.weights)


def _update(step: TracedStep, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The slots after the step and the new parameters.

    Slots given for a first step leave none: PyTorch's optimizers begin with their own.
    """
    import torch

    if step.optimizer is None or not parameters or not (step.fresh or step.t > 1):
        return {}
    optimizer = grouped_optimizer(step.optimizer, step.network, parameters, step.parameter_groups)
    if not step.fresh:
        slots = {
            slot: {name: torch.tensor(step.slots_before[name][slot]) for name in parameters}
            for slot in step.optimizer.initial_slots(np.zeros(1))
        }
        write_slots(optimizer, step.optimizer, parameters, slots, step.t - 1)
    optimizer.step()
    read = read_slots(optimizer, step.optimizer, parameters)
    return {
        "updated": {name: _array(p) for name, p in parameters.items()},
        "slots": {
            (name, slot): _array(tensors[name]) for slot, tensors in read.items() for name in parameters
        },
    }


def _array(tensor: Any) -> Array:
    return tensor.detach().numpy().copy()
