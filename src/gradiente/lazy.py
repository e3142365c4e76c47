"""Packages whose names are imported on first use: a package's `__init__.pyi` says where each name comes from."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def stub_modules(init_file: str) -> dict[str, str]:
    """The module of every name that the stub beside an `__init__.py` exports, in its order.

    Such a line reads `from MODULE import NAME as NAME`.
    """
    with open(os.path.splitext(init_file)[0] + ".pyi", encoding="utf-8") as stub:
        lines = (line.split() for line in stub)
        return {words[-1]: words[1] for words in lines if words[:1] == ["from"] and words[-2] == "as"}


def lazy_getattr(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """The package's `__getattr__`: import a name's module when the name is used for the first time."""

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = modules[name]
        value = (
            import_module(f"{module}.{name}") if module == package else getattr(import_module(module), name)
        )
        setattr(sys.modules[package], name, value)
        return value

    return get


class Registry(MutableMapping[str, T], Generic[T]):
    """The classes of one kind by name, each imported from its module when it is looked up for the first time.

    The name may begin with the module's own: course.Adam is the class Adam.
    """

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._entries: dict[str, T | None] = dict.fromkeys(modules)
        self._modules = dict(modules)

    def __getitem__(self, name: str) -> T:
        entry = self._entries[name]
        if entry is None:
            module = import_module(self._modules[name])
            entry = self._entries[name] = getattr(module, name.rpartition(".")[2])
        return entry

    def __setitem__(self, name: str, entry: T) -> None:
        self._entries[name] = entry

    def __delitem__(self, name: str) -> None:
        del self._entries[name]

    def name_of(self, kind: Any) -> str | None:
        """The first name of a class; None where it has none. Only classes called alike are imported."""
        names = [
            name
            for name, entry in self._entries.items()
            if entry is kind or (entry is None and name.rpartition(".")[2] == getattr(kind, "__name__", None))
        ]
        return next((name for name in names if self[name] is kind), None)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
