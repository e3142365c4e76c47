"""Transparent neural networks.

The public names are in `__init__.pyi`; each is imported on first use.
"""

import sys
from types import ModuleType
from typing import Any

from gradiente.lazy import lazy_getattr, stub_modules

_MODULES = stub_modules(__file__)
# The subclasses of scikit-learn's classes would load it: `from gradiente import *` leaves them out.
__all__ = [name for name in _MODULES if not _MODULES[name].startswith("gradiente.sklearn.")]  # pyright: ignore[reportUnsupportedDunderAll]
__getattr__ = lazy_getattr(__name__, _MODULES)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})


class _Package(ModuleType):
    """Python binds a submodule to its package when it is imported; the functions trace and gradcheck stay."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and _MODULES.get(name) == f"{__name__}.{name}"):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
