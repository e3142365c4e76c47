"""The same step by PyTorch: autograd on the network's twin, in float64."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from gradiente.layers import Dropout, Dropout2d
from gradiente.trace.losses import OPENERS
from gradiente.trace.step import Step

Array = np.ndarray


def torch_step(step: Step) -> dict[str, Any]:
    """PyTorch's activations, deltas, gradients, ŷ, cost and update; {} without PyTorch.

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
    if (opener := OPENERS.get(type(step.loss))) is not None:
        estimate = opener.estimate.to_torch() if opener.estimate else torch.exp
        values["estimate"] = _array(estimate(activations[-1]))
    return values | _update(step, parameters)


def _update(step: Step, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The slots after the step and the new parameters; {} where the optimizer has no twin of its own in PyTorch.

    Slots given for a first step leave none either: PyTorch's optimizers begin with their own.
    """
    to_torch = getattr(step.optimizer, "to_torch", None)
    if step.optimizer is None or to_torch is None or not parameters or not (step.fresh or step.t > 1):
        return {}
    slots = step.slots_after[next(iter(parameters))]
    names = {slot: step.optimizer.torch_slots.get(slot, slot) for slot in slots}
    rule = to_torch(list(parameters.values()))
    if not step.fresh and not _remember(rule, step, parameters, names):
        return {}
    rule.step()
    return {
        "updated": {name: _array(p) for name, p in parameters.items()},
        "slots": {
            (name, slot): _array(rule.state[p][known])
            for name, p in parameters.items()
            for slot, known in names.items()
            if known in rule.state[p]
        },
    }


def _remember(rule: Any, step: Step, parameters: Mapping[str, Any], names: Mapping[str, str]) -> bool:
    """Whether PyTorch's optimizer now remembers what ours does before the step.

    It makes room for that in a step of its own, after which the parameters are put back.
    """
    import torch

    kept = {name: p.detach().clone() for name, p in parameters.items()}
    rule.step()
    with torch.no_grad():
        for name, p in parameters.items():
            p.copy_(kept[name])
            state = rule.state[p]
            if any(state.get(known) is None for known in names.values()):
                return False
            for slot, known in names.items():
                state[known].copy_(torch.from_numpy(step.slots_before[name][slot]))
            if "step" in state:
                state["step"].fill_(step.t - 1)
    return True


def _array(tensor: Any) -> Array:
    return tensor.detach().numpy().copy()
