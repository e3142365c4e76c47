"""A network from modules of PyTorch: every module that has the name of a layer of ours."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from gradiente.errors import ArgumentError, GradienteError, require, require_installed
from gradiente.layers import REGISTRY, Layer
from gradiente.network import Network, Shape

if TYPE_CHECKING:
    import torch

CHANGES_NO_NUMBER = "inplace"  # of PyTorch's hyperparameters the only one


def from_torch(module: "torch.nn.Module", *, input_shape: Shape | None = None) -> Network:
    """The same network in gradiente: layers, parameters, running statistics, dtype, and what is frozen.

    Arguments:
        module: a torch.nn.Sequential, others inside it too, or a single layer, on any device
        input_shape: of one instance, where the first layers do not fix it: (28, 28) before a Flatten

    Errors: ArgumentError that names the first module without an equivalent here, or what keeps it from having one

    >>> import torch
    >>> module = torch.nn.Sequential(torch.nn.Linear(2, 3, bias=False), torch.nn.Tanh())
    >>> from_torch(module)
    Network([Linear(in_features=2, out_features=3, bias=False), Tanh()])
    """
    require_installed("torch", extra="torch")
    modules = list(_flat(module, ""))
    layers = [_layer(path, part) for path, part in modules]
    _require_memory_of_its_own(modules)
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
    for name, part in module._modules.items():  # named_children() leaves out what comes a second time
        yield from _flat(part, f"{path}.{name}" if path else name)  # pyright: ignore[reportArgumentType]


def _layer(path: str, module: "torch.nn.Module") -> Layer:
    """Our layer of the module's name, with its hyperparameters, where what they make in PyTorch is the module again."""
    import torch

    kind, called = type(module), _called(path, module)
    layer_kind = REGISTRY.get(kind.__name__)
    if layer_kind is None or getattr(torch.nn, kind.__name__, None) is not kind:
        raise ArgumentError("from_torch.no_equivalent", module=called, known=_known())
    try:
        layer = layer_kind(**{f.name: _value(module, f.name, layer_kind) for f in fields(layer_kind)})
    except GradienteError as error:
        raise ArgumentError("from_torch.refused", module=called, reason=error) from error
    with torch.device("meta"):  # no memory, no random numbers
        expected_module = layer.to_torch()
    for name in getattr(kind, "__constants__", ()):
        if name == CHANGES_NO_NUMBER:
            continue
        got, expected = getattr(module, name), getattr(expected_module, name)
        if not _same(got, expected):
            values = {"name": name, "got": repr(got), "expected": repr(expected)}
            raise ArgumentError("from_torch.differs", module=called, **values)
    got, expected = (", ".join(sorted(part.state_dict())) or "–" for part in (module, expected_module))
    require(got == expected, "from_torch.state", module=called, got=got, expected=expected)
    require(not any(part.is_meta for part in module.state_dict().values()), "from_torch.meta", module=called)
    require(not (module._forward_hooks or module._forward_pre_hooks), "from_torch.hooks", module=called)
    return layer


def _value(module: "torch.nn.Module", name: str, layer: type[Layer]) -> Any:
    """A hyperparameter of the module, as our layer takes it.

    Of a tensor whether it is there; of a layer over several axes, which has a `rank`, 3 for (3, 3).
    """
    value = _tuple(getattr(module, name))
    if name in module._parameters:
        return value is not None
    rank = getattr(layer, "rank", None)
    each_axis = isinstance(value, tuple) and len(value) == rank
    return value[0] if each_axis and len(set(value)) == 1 else value


def _same(a: Any, b: Any) -> bool:
    """Whether two values mean the same, as 3 for every axis is (3, 3)."""
    a, b = _tuple(a), _tuple(b)
    if isinstance(a, tuple) == isinstance(b, tuple):
        return a == b
    many, one = (a, b) if isinstance(a, tuple) else (b, a)
    return set(many) == {one}


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _require_memory_of_its_own(modules: "Sequence[tuple[str, torch.nn.Module]]") -> None:
    owners = dict[int, str]()
    for path, module in modules:
        for name, tensor in module.state_dict().items():
            place = f"{path}.{name}" if path else name
            owner = owners.setdefault(tensor.data_ptr(), place)
            require(owner == place, "from_torch.shared", first=owner, second=place)


def _dtype(module: "torch.nn.Module") -> str:
    """The one type of all its real numbers; without parameters, the usual one."""
    kinds = {tensor.dtype for tensor in module.state_dict().values() if tensor.is_floating_point()}
    names = sorted(str(kind).removeprefix("torch.") for kind in kinds) or ["float32"]
    if names not in (["float32"], ["float64"]):
        raise ArgumentError("from_torch.dtype", got=", ".join(names))
    return names[0]


def _is_frozen(path: str, module: "torch.nn.Module") -> bool:
    frozen = {name for name, parameter in module.named_parameters() if not parameter.requires_grad}
    whole = not frozen or frozen == dict(module.named_parameters()).keys()
    names = ", ".join(sorted(frozen))
    require(whole, "from_torch.partly_frozen", module=_called(path, module), frozen=names)
    return bool(frozen)


def _called(path: str, module: "torch.nn.Module") -> str:
    name = type(module).__name__
    return f"{path} ({name})" if path else name


def _known() -> str:
    """The layers that have an equivalent, those that differ in their axes as one: Conv1d–3d."""
    return re.sub(r"(?P<name>\w+)1d, (?P=name)2d, (?P=name)3d", r"\g<name>1d–3d", ", ".join(REGISTRY))
