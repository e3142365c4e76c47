"""What stands in for packages that are not installed: whatever is made of one is absent too, and never a number."""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types

import numpy as np
from names import imported, named_at, undefined  # pyright: ignore[reportMissingImports]

# Of a notebook's surroundings, which change no number: they are never the real ones, installed or not.
SURROUNDINGS = ("IPython", "ipywidgets", "tqdm")
PROGRESS = ("tqdm", "stqdm", "fastprogress", "progressbar", "alive_progress")
# NumPy by other names, for other devices or with derivatives.
NUMPY = ("cupy", "cupynumeric", "jax.numpy", "autograd.numpy", "minpy.numpy", "tensorflow.experimental.numpy")
MOVES = ("asnumpy", "device_put", "to_device")  # of those: an array between devices
# Decorators that leave a function as it is, only faster, without derivatives, remembered or checked.
TRANSPARENT = (
    "jit",
    "njit",
    "vectorize",
    "function",
    "no_grad",
    "cache",
    "profile",
    "typechecked",
    "beartype",
)
OPERATORS = [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
    "lshift",
    "rshift",
]
BOTH_WAYS = [f"__{side}{name}__" for name in OPERATORS for side in ("", "r")]
ONE_WAY = ["__getitem__", "__neg__", "__pos__", "__abs__", "__invert__", "__round__"]
ENTRIES, DEPTH = 50, 4  # of a value, that are looked through for what is absent
COMPARISONS = ["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]
AS_A_NUMBER = ["__index__", "__int__", "__float__", "__complex__", "__len__", "__iter__", "__array__"]


class AbsentError(TypeError):
    """A number, a length or a sequence was asked of what is absent."""


class Absent:
    """A value that a missing package or file would have given."""

    __slots__ = ("_path",)
    __hash__ = object.__hash__

    def __init__(self, path=""):
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._path}.{name}")

    def __call__(self, *arguments, **keywords):
        names = self._path.split(".")
        if names[0] in PROGRESS:
            return Progress(arguments[0] if arguments else keywords.get("iterable"), names[-1])
        decorates = len(arguments) == 1 and isinstance(arguments[0], types.FunctionType)
        return arguments[0] if decorates and names[-1] in TRANSPARENT else self

    def __setattr__(self, name, value):
        """A setting of a package has no effect."""

    __setitem__ = __setattr__

    def __delitem__(self, key):
        """Nothing is there."""

    def __mro_entries__(self, bases):
        return ()

    def __instancecheck__(self, instance):
        return False

    __subclasscheck__ = __instancecheck__

    def __bool__(self):
        return False

    def __contains__(self, item):
        return False

    def __format__(self, form):
        return ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __array_ufunc__(self, *_, **__):
        return self

    def __array_function__(self, *_, **__):
        return self


def _remains(self, *_):
    return self


def _refuses(_self, *_, **__):
    raise AbsentError


for _name in (*BOTH_WAYS, *ONE_WAY, *COMPARISONS):
    setattr(Absent, _name, _remains)
for _name in AS_A_NUMBER:
    setattr(Absent, _name, _refuses)


class Progress:
    """A progress bar without the bar: what it goes over, and any of its methods, which do nothing."""

    def __init__(self, iterable, name):
        self.iterable = range(iterable) if name in ("trange", "tnrange") else iterable

    def __iter__(self):
        return iter(self.iterable if hasattr(self.iterable, "__iter__") else ())

    def __len__(self):
        return len(self.iterable)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_, **__):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class AbsentModule(types.ModuleType):
    """A package that is not installed; of a star import come the names that are used and defined nowhere."""

    def __init__(self, name, undefined):
        super().__init__(name)
        self.__all__ = undefined

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        if full in NUMPY:
            return importlib.import_module(full)
        return np if name in ("np", "numpy") else Absent(full)


class NumPyInstead(types.ModuleType):
    """NumPy under another package's name."""

    __all__ = [name for name in np.__all__ if not name.startswith("_")]

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in MOVES:
            return np.asarray
        return getattr(np, name, Absent(f"{self.__name__}.{name}"))


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a stand-in for all modules of some packages, and for those that a file imports."""

    def __init__(self, packages=()):
        self.packages, self.names, self.undefined, self.found = packages, frozenset(), [], []

    def find_spec(self, name, path=None, target=None):
        package = name.split(".")[0]
        known = name in self.names or package in self.packages or package in self.found
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if known else None

    def create_module(self, spec):
        if spec.name in NUMPY:
            return NumPyInstead(spec.name)
        return AbsentModule(spec.name, self.undefined)

    def exec_module(self, module):
        self.found.append(module.__name__)

    def renew(self, names, undefined):
        """Stand-ins for another file; those of the last one are forgotten."""
        gone = [name for name in sys.modules if name.split(".")[0] in self.packages]
        for name in (*self.found, *gone):
            sys.modules.pop(name, None)
        self.names, self.undefined, self.found = frozenset(names), undefined, []


surroundings, missing = Finder(SURROUNDINGS), Finder()


def install(tree):
    """Stand-ins for what a file imports, where it is not there; an import that the file itself guards may fail."""
    for finder in (surroundings, missing):
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
    surroundings.renew((), undefined(tree))
    missing.renew(imported(tree), undefined(tree))
    sys.meta_path.insert(0, surroundings)
    sys.meta_path.append(missing)


def needed():
    """The packages for which something stood in so far, and whether that was NumPy."""
    return {name if name in NUMPY else name.split(".")[0]: name in NUMPY for name in missing.found}


def keep(before, space):
    """What was there stays, where an import put something absent in its place."""
    for name, value in before.items():
        if isinstance(space.get(name), Absent) and value is not space[name]:
            space[name] = value


def holds_absent(value, depth=0):
    """Whether a value is absent, or has an absent one in it, as far as its first entries say."""
    if isinstance(value, Absent | AbsentModule):
        return True
    if isinstance(value, np.ndarray):
        value = list(value.flat[:ENTRIES]) if value.dtype == object else ()
    if isinstance(value, dict):
        value = list(value.values())
    if depth == DEPTH or not isinstance(value, list | tuple):
        return False
    return any(holds_absent(entry, depth + 1) for entry in value[:ENTRIES])


def environments_fault(error):
    """Whether an exception comes of a package, a file, the network or a keyboard that is not there."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ImportError | OSError | EOFError):
            return True
        error = error.__cause__ or error.__context__
    return False


def built_on_absent(error, tree, file):
    """Whether the statement of the file that raised an exception uses something absent, or asked a number of it."""
    trace, frame, line = error.__traceback__, None, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            frame, line = trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, AbsentError | ImportError):
        return True
    if frame is None:
        return False
    names = named_at(line, tree)
    return any(holds_absent(frame.f_locals.get(name, frame.f_globals.get(name))) for name in names)
