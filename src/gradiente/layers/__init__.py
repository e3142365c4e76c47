"""The layers, one concept, one file. A layer named in the stub can be saved, loaded and written on a command line."""

from gradiente.lazy import Registry, lazy_getattr, stub_modules

_MODULES = stub_modules(__file__)
REGISTRY = Registry({name: module for name, module in _MODULES.items() if not module.endswith(".base")})
__all__ = ["REGISTRY", *_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]
__getattr__ = lazy_getattr(__name__, _MODULES)
