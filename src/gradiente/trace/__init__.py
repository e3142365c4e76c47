"""One training step as data: every quantity, its formula, its value, and what each number is made of."""

from gradiente.lazy import lazy_getattr, stub_modules

_MODULES = stub_modules(__file__)
__all__ = list(_MODULES)  # pyright: ignore[reportUnsupportedDunderAll]
__getattr__ = lazy_getattr(__name__, _MODULES)
