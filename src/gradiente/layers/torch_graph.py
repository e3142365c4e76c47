"""A layer that PyTorch has no module for, as one: its formula in PyTorch's functions, recorded as a graph."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradiente.layers.base import Layer
from gradiente.parameters import ParameterSpec

if TYPE_CHECKING:
    import torch
    from torch.fx import GraphModule

LAYER = "gradiente"  # where in a module's `meta` the name and the options of our layer are


def module_of(layer: Layer, formula: Callable[..., Any]) -> "GraphModule":
    """A module of the layer's name and parameters that computes the formula; from_torch reads it again.

    Arguments:
        formula: y from x and the parameters, by their names
    """
    import torch
    from torch import fx
    from torch.fx.proxy import GraphAppendingTracer

    root, graph = torch.nn.Module(), fx.Graph()
    tracer = GraphAppendingTracer(graph)
    x, own = fx.Proxy(graph.placeholder("x"), tracer), dict[str, fx.Proxy]()
    for name, spec in layer.parameters().items():
        root.register_parameter(name, torch.nn.Parameter(_initial(spec)))
        own[name] = fx.Proxy(graph.get_attr(name), tracer)
    graph.output(formula(x, **own).node)
    module = fx.GraphModule(root, graph, type(layer).__name__)
    module.meta[LAYER] = type(layer).__name__, dict(vars(layer))
    return module


def _initial(spec: ParameterSpec) -> "torch.Tensor":
    """An initial value as PyTorchDefault draws it."""
    import torch

    value = torch.empty(spec.shape)
    if spec.constant is not None:
        return value.fill_(spec.constant)
    if spec.std is not None:
        return value.normal_(0, spec.std)
    bound = spec.bound or 1 / math.sqrt(spec.fan_in)
    return value.uniform_(-bound, bound)
