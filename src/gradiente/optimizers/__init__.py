"""The optimizers, one file each, with PyTorch's numbers; `course` holds the lecture's own."""

from gradiente.lazy import Registry, lazy_getattr, stub_modules

_MODULES = stub_modules(__file__)
_OF_THE_COURSE = ("Momentum", "Nesterov", "Adagrad", "Adadelta", "RMSprop", "Adam")
REGISTRY = Registry(
    {name: module for name, module in _MODULES.items() if name not in ("Optimizer", "course")}
    | {f"course.{name}": f"{__name__}.course" for name in _OF_THE_COURSE}
)
__all__ = ["REGISTRY", *_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]
__getattr__ = lazy_getattr(__name__, _MODULES)
