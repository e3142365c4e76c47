"""A concept of ours from the name and the arguments of PyTorch's."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from gradiente.errors import ArgumentError
from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.schedules import REGISTRY as SCHEDULES

from .vector import Missing

CONCEPTS = LAYERS.keys() | LOSSES.keys() | OPTIMIZERS.keys() | SCHEDULES.keys()


def require(name: str) -> None:
    """Raise Missing unless there is a layer, loss, optimizer or schedule of that name."""
    if name not in CONCEPTS:
        raise Missing(name)


def build(name: str, arguments: Sequence[Any] = (), options: Mapping[str, Any] | None = None) -> Any:
    """The layer or loss of that name; Missing where there is none, its own error where it has not the option."""
    require(name)
    kind: Callable[..., Any] = LAYERS.get(name) or LOSSES[name]
    given = {key: plain(value) for key, value in (options or {}).items()}
    try:
        return kind(*map(plain, arguments), **given)
    except ArgumentError as error:
        if error.key != "concept.arguments":
            raise
        positional = [p.name for p in inspect.signature(kind).parameters.values() if p.kind != p.KEYWORD_ONLY]
        theirs = list(inspect.signature(getattr(torch.nn, name)).parameters)
        raise Missing(", ".join(theirs[len(positional) : len(arguments)])) from error


def plain(value: Any) -> Any:
    """A tensor as the numbers that a hyperparameter is made of; everything else as it is."""
    if isinstance(value, torch.Tensor):
        return _tuples(value.tolist())
    if isinstance(value, torch.Size):
        return tuple(value)
    return value


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def needed(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options without those that our class lacks and whose value is the default of PyTorch's.

    A function of PyTorch is called with all of its options spelled out; nobody has to write these.
    """
    ours = inspect.signature(kind).parameters if (kind := LAYERS.get(name) or LOSSES.get(name)) else {}
    module = getattr(torch.nn, name, None)
    theirs = inspect.signature(module).parameters if module else {}
    defaults = {key: parameter.default for key, parameter in theirs.items()}
    return {
        key: value for key, value in options.items() if key in ours or not _same(value, defaults.get(key))
    }


def _same(value: Any, default: Any) -> bool:
    return not isinstance(value, torch.Tensor) and value == default


def described(value: Any) -> str:
    """An argument as text that tells how to make it again."""
    if isinstance(value, torch.Tensor | np.ndarray):
        numbers = value.detach().numpy() if isinstance(value, torch.Tensor) else value
        shown = np.array2string(numbers, threshold=24, precision=17, separator=", ")
        return f"{numbers.dtype}{tuple(numbers.shape)} {shown}"
    if isinstance(value, tuple | list):
        return f"({', '.join(map(described, value))})"
    if isinstance(value, dict):
        return ", ".join(f"{key}={described(entry)}" for key, entry in value.items())
    return repr(value)
