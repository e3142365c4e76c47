"""The constructor of a concept: arguments that it does not have are named in an error of ours."""

import inspect
from abc import ABCMeta
from collections.abc import Mapping, Sequence
from dataclasses import InitVar
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.errors import ArgumentError, did_you_mean
from gradiente.locale import text

# What PyTorch's constructors take and no concept here does, and what to do instead.
ELSEWHERE = frozenset({"device", "dtype"})


class Concept(ABCMeta):
    """The class of layers, losses, optimizers and schedules: dataclasses whose fields are their hyperparameters."""

    if not TYPE_CHECKING:  # a type checker reads the constructor of the dataclass

        def __call__(cls, *arguments: Any, **options: Any) -> Any:
            try:
                plain = {name: _plain(value) for name, value in options.items()}
                return super().__call__(*map(_plain, arguments), **plain)
            except TypeError:
                require_arguments(cls, arguments, options)
                raise

    @property
    def __signature__(cls) -> inspect.Signature:
        parameters = list(inspect.signature(cls.__init__).parameters.values())
        return inspect.Signature([_written(parameter) for parameter in parameters[1:]])


def require_arguments(kind: type, arguments: Sequence[Any], options: Mapping[str, Any]) -> None:
    """Raise an error unless the arguments are those of the constructor."""
    signature = inspect.signature(kind)
    for name in options:
        if name not in signature.parameters:
            hint = _hint(name, signature)
            raise ArgumentError("concept.option", name=kind.__name__, option=name, hint=hint)
    try:
        signature.bind(*arguments, **options)
    except TypeError:
        named = [f"{name}={value!r}" for name, value in options.items()]
        got = f"{kind.__name__}({', '.join([*map(repr, arguments), *named])})"
        raise ArgumentError("concept.arguments", got=got, name=kind.__name__, expected=signature) from None


def _plain(value: Any) -> Any:
    """A number of NumPy as Python's: np.float64 would make arrays of float32 those of float64."""
    number = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    return value.item() if number else value


def _written(parameter: inspect.Parameter) -> inspect.Parameter:
    """An argument with the type that it takes, also where the class does not keep it."""
    kind = parameter.annotation
    return parameter.replace(annotation=kind.type) if isinstance(kind, InitVar) else parameter


def _hint(name: str, signature: inspect.Signature) -> str:
    if name in ELSEWHERE:
        return text(f"error.concept.{name}")
    if not signature.parameters:
        return text("error.concept.no_options")
    return did_you_mean(name, signature.parameters)
