"""Custom layers, losses and optimizers: registered by a decorator, in the file given with --custom."""

import inspect
import sys
from collections.abc import Iterable, MutableMapping
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, TypeVar

from gradiente import averages, initializers, layers, losses, optimizers, penalties, schedules
from gradiente.data import augmentation
from gradiente.errors import ArgumentError, FileError, require
from gradiente.files import open_file

T = TypeVar("T", bound=type)
REGISTRIES: dict[type, MutableMapping[str, Any]] = {
    layers.Layer: layers.REGISTRY,
    losses.Loss: losses.REGISTRY,
    optimizers.Optimizer: optimizers.REGISTRY,
    schedules.Schedule: schedules.REGISTRY,
    penalties.Penalty: penalties.REGISTRY,
    averages.Average: averages.REGISTRY,
    initializers.Initializer: initializers.REGISTRY,
    augmentation.Augmentation: augmentation.REGISTRY,
}


def register(kind: T) -> T:
    """Make a custom class known by its name: on the command line, in config files and in saved networks.

    Arguments:
        kind: a subclass of Layer, Loss, Optimizer, Schedule, Penalty, Average, Initializer or Augmentation

    Errors: ArgumentError for another class, one with methods still missing, or a name that gradiente has

    >>> from dataclasses import dataclass
    >>> from gradiente.layers import Layer
    >>> @register
    ... @dataclass(frozen=True)
    ... class Square(Layer):
    ...     elementwise = True
    ...
    ...     def forward(self, parameters, x, context):
    ...         return x * x, x
    ...
    ...     def input_gradient(self, parameters, cache, dy):
    ...         return 2 * cache * dy
    >>> layers.REGISTRY.pop("Square").__name__
    'Square'
    """
    base = next((base for base in REGISTRIES if isinstance(kind, type) and issubclass(kind, base)), None)
    known = ", ".join(base.__name__ for base in REGISTRIES)
    if base is None:
        raise ArgumentError("custom.kind", got=repr(kind), known=known)
    missing = ", ".join(sorted(getattr(kind, "__abstractmethods__", ())))
    require(not inspect.isabstract(kind), "custom.abstract", name=kind.__name__, missing=missing)
    registry = REGISTRIES[base]
    taken = registry.get(kind.__name__)
    replaceable = taken is None or not taken.__module__.startswith("gradiente.")
    require(replaceable, "custom.taken", name=kind.__name__, base=base.__name__)
    registry[kind.__name__] = kind
    return kind


def load_custom(files: Iterable[str | Path]) -> None:
    """Execute Python files, whose registered classes are known from then on.

    Errors: FileError where there is no such file, or for an error that happens in it
    """
    for file in files:
        path = Path(file).absolute()
        open_file(file).close()  # its errors
        name = f"gradiente_custom_{path.stem}"
        spec = spec_from_file_location(name, path, loader=SourceFileLoader(name, str(path)))
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = module_from_spec(spec)  # where dataclasses look their annotations up
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise FileError("custom.failed", path=file, reason=reason) from error
