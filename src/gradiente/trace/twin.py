"""The same step by PyTorch: autograd on the network's twin, in float64."""

from importlib.util import find_spec
from typing import Any

import numpy as np

from gradiente.layers import Dropout, Dropout2d
from gradiente.trace.step import Step

Array = np.ndarray


def torch_step(step: Step) -> dict[str, Any]:
    """PyTorch's activations, deltas, gradients, cost and, of a first step, the update; {} without PyTorch.

    What was dropped is what NumPy dropped: the masks are the one thing that two libraries cannot draw alike.
    """
    if find_spec("torch") is None:
        return {}
    import torch

    twin = step.network.to_torch().train(step.training)
    for index in step.network.frozen:
        twin[index].eval()
    activations = [torch.tensor(step.activations[0], requires_grad=True)]
    for index, module in enumerate(twin):
        if isinstance(step.layers[index], Dropout | Dropout2d):
            mask = step.caches[index]
            y = activations[-1] * torch.tensor(1.0 if mask is None else mask)
        else:
            y = module(activations[-1])
        y.retain_grad()
        activations.append(y)
    labels = step.loss.integer_targets and step.target.dtype.kind in "iu"
    target = torch.tensor(step.target, dtype=torch.int64 if labels else torch.float64)
    cost = step.loss.to_torch()(activations[-1], target)
    cost.backward()
    parameters = {name: p for name, p in twin.named_parameters() if name in step.gradients}
    values: dict[str, Any] = {
        "activations": [_array(y) for y in activations],
        "deltas": [_array(y.grad) for y in activations],
        "gradients": {name: _array(p.grad) for name, p in parameters.items()},
        "cost": _array(cost),
    }
    to_torch = getattr(step.optimizer, "to_torch", None)
    if to_torch is None or not step.fresh or not parameters:
        return values
    rule = to_torch(list(parameters.values()))
    rule.step()
    names = step.optimizer.torch_slots if step.optimizer else {}
    values["updated"] = {name: _array(p) for name, p in parameters.items()}
    values["slots"] = {
        (name, slot): _array(rule.state[p][names[slot]])
        for name, p in parameters.items()
        for slot in step.slots_after[name]
        if names.get(slot) in rule.state[p]
    }
    return values


def _array(tensor: Any) -> Array:
    return tensor.detach().numpy().copy()
