"""A network from modules of PyTorch: whatever a layer of ours is a twin of, found by its name."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from gradiente.errors import ArgumentError, GradienteError, require, require_installed
from gradiente.layers import REGISTRY, Layer
from gradiente.network import Network, Shape

if TYPE_CHECKING:
    import torch

COSTS_MEMORY_ONLY = "inplace"  # the one hyperparameter of PyTorch's that changes no number


def from_torch(module: "torch.nn.Module", *, input_shape: Shape | None = None) -> Network:
    """The same network in gradiente: layers, parameters, running statistics, dtype, and what is frozen.

    Arguments:
        module: a torch.nn.Sequential, others inside it too, or a single layer, on any device
        input_shape: of one instance, where the first layers do not fix it: (28, 28) before a Flatten

    Errors: ArgumentError that names the first module without a twin here, or what keeps it from having one

    >>> import torch
    >>> module = torch.nn.Sequential(torch.nn.Linear(2, 3, bias=False), torch.nn.Tanh())
    >>> from_torch(module)
    Network([Linear(in_features=2, out_features=3, bias=False), Tanh()])
    """
    require_installed("torch", extra="torch")
    modules = list(_flat(module, ""))
    layers = [_layer(path, part) for path, part in modules]
    _require_own_memory(modules)
    network = Network(layers, dtype=_dtype(module), input_shape=input_shape)
    network.load_state_dict(
        {
            f"{index}.{name}": tensor.numpy(force=True)
            for index, (_, part) in enumerate(modules)
            for name, tensor in part.state_dict().items()
        }
    )
    network.freeze(*(index for index, (path, part) in enumerate(modules) if _is_frozen(path, part)))
    return network


def _flat(module: "torch.nn.Module", path: str) -> "Iterator[tuple[str, torch.nn.Module]]":
    """The layers in order, those of a Sequential inside another too, each with where it is: "2.0"."""
    import torch

    if type(module) is not torch.nn.Sequential:
        yield path, module
        return
    for name, part in module.named_children():
        yield from _flat(part, f"{path}.{name}" if path else name)


def _layer(path: str, module: "torch.nn.Module") -> Layer:
    """Our layer of the module's name, with its hyperparameters; then its own twin must be the same module."""
    import torch

    kind = type(module)
    layer_kind = REGISTRY.get(kind.__name__)
    if layer_kind is None or getattr(torch.nn, kind.__name__, None) is not kind:
        raise ArgumentError("from_torch.no_twin", module=_called(path, module), known=_known())
    try:
        layer = layer_kind(**{field.name: _value(module, field) for field in fields(layer_kind)})
    except GradienteError as error:
        raise ArgumentError("from_torch.refused", module=_called(path, module), reason=error) from error
    twin = layer.to_torch()
    for name in getattr(kind, "__constants__", ()):
        value, ours = getattr(module, name), getattr(twin, name)
        same = name == COSTS_MEMORY_ONLY or _short(value) == _short(ours)
        require(
            same, "from_torch.differs", module=_called(path, module), name=name, value=repr(value), ours=repr(ours)
        )
    state, expected = sorted(module.state_dict()), sorted(twin.state_dict())
    require(
        state == expected,
        "from_torch.state",
        module=_called(path, module),
        state=", ".join(state) or "–",
        expected=", ".join(expected) or "–",
    )
    return layer
