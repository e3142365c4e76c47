"""A single module of PyTorch as the layer of ours that has its name."""

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from gradiente.errors import ArgumentError, GradienteError, require
from gradiente.layers import REGISTRY, Layer
from gradiente.layers.torch_graph import LAYER

if TYPE_CHECKING:
    import torch

CHANGES_NO_NUMBER = "inplace"  # of PyTorch's hyperparameters the only one


def layer_of(path: str, module: "torch.nn.Module") -> Layer:
    """Our layer of the module's name, with its hyperparameters, where what they make in PyTorch is the module again."""
    import torch

    if (own := own_layer(module)) is not None:
        name, options = own
        return REGISTRY[name](**options)
    kind, name_of = type(module), called(path, module)
    layer_kind = REGISTRY.get(kind.__name__)
    if layer_kind is None or getattr(torch.nn, kind.__name__, None) is not kind:
        raise ArgumentError("from_torch.no_equivalent", module=name_of, known=_known())
    try:
        layer = layer_kind(**{f.name: _value(module, f.name, layer_kind) for f in fields(layer_kind)})
    except GradienteError as error:
        raise ArgumentError("from_torch.refused", module=name_of, reason=error) from error
    with torch.device("meta"):  # no memory, no random numbers
        expected_module = layer.to_torch()
    for name in getattr(kind, "__constants__", ()):
        if name == CHANGES_NO_NUMBER:
            continue
        got, expected = getattr(module, name), getattr(expected_module, name)
        if not _same(got, expected):
            values = {"name": name, "got": repr(got), "expected": repr(expected)}
            raise ArgumentError("from_torch.differs", module=name_of, **values)
    got, expected = (", ".join(sorted(part.state_dict())) or "–" for part in (module, expected_module))
    require(got == expected, "from_torch.state", module=name_of, got=got, expected=expected)
    require(not any(part.is_meta for part in module.state_dict().values()), "from_torch.meta", module=name_of)
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


def own_layer(module: "torch.nn.Module") -> tuple[str, dict[str, Any]] | None:
    """The name and the options of our layer that made the module, where PyTorch has none of its kind; else None."""
    return getattr(module, "meta", {}).get(LAYER)


def called(path: str, module: "torch.nn.Module") -> str:
    """A module with where it is: 2.0 (Linear)."""
    name = type(module).__name__
    return f"{path} ({name})" if path else name


def _known() -> str:
    """The layers that have an equivalent, those that differ in their axes as one: Conv1d–3d."""
    return re.sub(r"(?P<name>\w+)1d, (?P=name)2d, (?P=name)3d", r"\g<name>1d–3d", ", ".join(REGISTRY))
