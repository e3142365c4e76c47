"""A call in a forward method, such as F.relu(x) or x.view(-1, 400), as the module that computes the same."""

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

from gradiente.errors import ArgumentError, GradienteError

if TYPE_CHECKING:
    import torch
    from torch.fx import GraphModule, Node

# The functions of torch.nn.functional, of torch and of a tensor, and the module of each.
MODULES = {
    **{
        f"{name}{n}d": f"{kind}{n}d"
        for n in (1, 2, 3)
        for name, kind in {
            "max_pool": "MaxPool",
            "avg_pool": "AvgPool",
            "adaptive_avg_pool": "AdaptiveAvgPool",
            "adaptive_max_pool": "AdaptiveMaxPool",
            "dropout": "Dropout",
        }.items()
    },
    "dropout": "Dropout",
    "elu": "ELU",
    "flatten": "Flatten",
    "gelu": "GELU",
    "hardswish": "Hardswish",
    "hardtanh": "Hardtanh",
    "interpolate": "Upsample",
    "leaky_relu": "LeakyReLU",
    "log_softmax": "LogSoftmax",
    "logsigmoid": "LogSigmoid",
    "mish": "Mish",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "selu": "SELU",
    "sigmoid": "Sigmoid",
    "silu": "SiLU",
    "softmax": "Softmax",
    "softplus": "Softplus",
    "softsign": "Softsign",
    "tanh": "Tanh",
    "unflatten": "Unflatten",
}
ADDITIONS = ("add", "iadd")
# Arguments of functions that change no number; and those that do not at this value.
IGNORED = ("_stacklevel",)
NEUTRAL = {"dtype": None, "antialias": False, "return_indices": False}
# Where a function has another default than its module.
DEFAULTS = {"flatten": {"start_dim": 0}}
# The spatial axes of a mean, and how many they are.
SPATIAL = {(2,): 1, (2, 3): 2, (-2, -1): 2, (-1, -2): 2, (2, 3, 4): 3, (-3, -2, -1): 3}


def is_addition(node: "Node") -> bool:
    """Whether a node is the sum of two values of the network: x + y, x += y, torch.add(x, y)."""
    values = [entry for entry in node.args if _is_node(entry)]
    plain = len(node.args) == len(values) == 2 and not node.kwargs
    return node.op.startswith("call_") and _name(node) in ADDITIONS and plain


def is_size(node: "Node") -> bool:
    """Whether a node is a size, as in x.view(x.size(0), -1), and no value of the network."""
    if node.op == "call_method":
        return node.target == "size"
    if node.op != "call_function" or _name(node) not in ("getattr", "getitem"):
        return False
    of = node.args[0]
    return node.args[1:] == ("shape",) or (_is_node(of) and is_size(of))  # pyright: ignore[reportArgumentType]


def modules_of(node: "Node", root: "GraphModule") -> "list[torch.nn.Module]":
    """The modules that compute what the call does, one after the other.

    Errors: ArgumentError for a call without an equivalent
    """
    import torch

    name = _name(node).removesuffix("_")
    in_place = _name(node).endswith("_")
    try:
        if node.op == "call_method" and name in ("view", "reshape"):
            return [_reshaped(node.args[1:])]
        if name == "mean":
            return _means(node)
        kind = getattr(torch.nn, MODULES[name])
        options = _options(node, root, kind)
        if options.pop("training", False):  # traced in inference mode, in which nothing is dropped
            raise ArgumentError("from_torch.always_dropped", call=_written(node))
        in_place |= bool(options.pop("inplace", False))
        module = kind(**DEFAULTS.get(name, {}) | options)
        module.inplace = in_place
        return [module]
    except GradienteError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise ArgumentError("from_torch.call", call=_written(node)) from error


def _options(node: "Node", root: "GraphModule", kind: Any) -> dict[str, Any]:
    """The arguments of a call, but for its input, under the names of the module."""
    given = _bound(node, root, kind)
    neutral = {name for name, value in NEUTRAL.items() if name in given and given[name] == value}
    unset = {name for name, value in given.items() if value == []}  # as built-in functions write it
    return {name: value for name, value in given.items() if name not in {*IGNORED, *neutral, *unset}}


def _bound(node: "Node", root: "GraphModule", kind: Any) -> dict[str, Any]:
    """The arguments by name: by the signature of a function, else, of a method, in the order of the module."""
    if node.op == "call_function" and len(node.args) + len(node.kwargs) > 1:
        normalized = node.normalized_arguments(root, normalize_to_only_use_kwargs=True)
        if normalized is not None:
            return {name: value for name, value in normalized.kwargs.items() if name != "input"}
    names = inspect.signature(kind).parameters
    return {**dict(zip(names, node.args[1:], strict=False)), **node.kwargs}


def _reshaped(given: tuple[Any, ...]) -> "torch.nn.Module":
    """x.view(batch, …): one number for each instance, or the axes of an instance."""
    import torch

    batch, *rest = given[0] if len(given) == 1 else given
    sizes = tuple(size for size in rest if isinstance(size, int))
    if not (batch == -1 or _is_batch(batch)) or len(sizes) < len(rest) or not rest:
        raise ValueError(given)
    return torch.nn.Flatten() if len(sizes) == 1 else torch.nn.Unflatten(1, sizes)


def _is_batch(size: Any) -> bool:
    """Whether it is x.size(0), x.size()[0] or x.shape[0]."""
    return _is_node(size) and is_size(size) and size.args[-1] == 0


def _means(node: "Node") -> "list[torch.nn.Module]":
    """x.mean((2, 3)): global average pooling."""
    import torch

    given = dict(zip(("dim", "keepdim"), node.args[1:], strict=False)) | node.kwargs
    dims, keep = given.pop("dim"), given.pop("keepdim", False)
    if given:
        raise ValueError(given)
    rank = SPATIAL[tuple(dims) if isinstance(dims, list | tuple) else (dims,)]
    pool = getattr(torch.nn, f"AdaptiveAvgPool{rank}d")(1)
    return [pool] if keep else [pool, torch.nn.Flatten()]


@cache
def _functions() -> dict[Any, str]:
    """Every known function with its name: some of PyTorch's are wrapped and do not know theirs."""
    import torch
    import torch.nn.functional as F

    spaces, names = (torch, F), [*MODULES, *(f"{name}_" for name in MODULES), "mean"]
    return {getattr(space, name): name for space in spaces for name in names if hasattr(space, name)}


def _name(node: "Node") -> str:
    if node.op == "call_method":
        return str(node.target)
    return _functions().get(node.target, getattr(node.target, "__name__", str(node.target)))


def _is_node(entry: Any) -> bool:
    from torch.fx import Node

    return isinstance(entry, Node)


def _written(node: "Node") -> str:
    """The call as it may stand in the forward method."""
    arguments = [*map(str, node.args), *(f"{name}={value}" for name, value in node.kwargs.items())]
    if node.op == "call_method":
        return f"{arguments[0]}.{_name(node)}({', '.join(arguments[1:])})"
    return f"{_name(node)}({', '.join(arguments)})"
