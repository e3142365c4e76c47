"""Machine code of a generated function: compiled by Numba once, then kept on disk as an object file.

A kept object file is loaded by llvmlite alone, without Numba and its half second, and called through ctypes, which
releases the GIL.
"""

import ctypes
import hashlib
import json
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gradiente.cache import cache_folder
from gradiente.engines.compiled import functions, intrinsics, lanes, tiles
from gradiente.errors import FileError
from gradiente.locale import text
from gradiente.storage import write_atomically

ENTRY = "program"  # the name of the function in a source and in its object file
DIGEST = hashlib.sha256().digest_size
C_FUNCTIONS = ["memcpy", "memmove", "memset"]
C_FUNCTIONS += [
    name + kind
    for name in (
        "exp",
        "expm1",
        "log",
        "log1p",
        "tanh",
        "erf",
        "sin",
        "cos",
        "atan",
        "sinh",
        "cosh",
        "pow",
        "fma",
    )
    for kind in ("", "f")
]
NEVER_CALLED = ["NRT_Free", "numba_do_raise", "numba_gil_ensure", "numba_gil_release", "numba_unpickle"]
NEVER_CALLED += [
    "numba_runtime_build_excinfo_struct",
    "PyExc_RuntimeError",
    "PyExc_StopIteration",
    "PyExc_SystemError",
]
NEVER_CALLED += [
    "PyBytes_FromStringAndSize",
    "PyErr_Clear",
    "PyErr_SetNone",
    "PyErr_SetString",
    "PyErr_WriteUnraisable",
]
NEVER_CALLED += ["PyUnicode_FromString", "Py_DecRef"]
log = logging.getLogger("gradiente")
_compiling = threading.RLock()
_loaded: list[Any] = []  # what holds machine code must live as long as the process


def native(source: str, types: Sequence[str], *, fastmath: bool) -> Callable[..., None]:
    """The function `program` of a source as machine code; pointers are given as addresses.

    Arguments:
        source: Python that Numba can compile, with the names of `intrinsics.scope`; nothing is returned
        types: of its arguments, "float32*" or "int64"
        fastmath: whether sums may be reordered and products fused; NaN and infinity stay what they are

    Errors: whatever Numba raises where it cannot compile the source
    """
    with _compiling:
        return _native(source, tuple(types), fastmath)


@cache
def _native(source: str, types: tuple[str, ...], fastmath: bool) -> Callable[..., None]:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    path = _path(source, types, fastmath)
    code = _kept(path)
    if code is None:
        log.info(text("engine.compiling"))
        code = _object_code(source, types, fastmath)
        _keep(path, code)
    _resolve()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _loaded.append(engine)
    arguments = [ctypes.c_int64 if "*" not in each else ctypes.c_void_p for each in types]
    return ctypes.CFUNCTYPE(None, *arguments)(engine.get_function_address(ENTRY))


@cache
def _resolve() -> None:
    """Give the linker the C functions that machine code calls.

    What Numba names to report an exception is never called, since a program raises none.
    """
    import llvmlite.binding as llvm

    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    for name in C_FUNCTIONS:
        llvm.add_symbol(name, _address(getattr(library, name)))
    for name in NEVER_CALLED:
        if not llvm.address_of_symbol(name):
            llvm.add_symbol(name, _address(library.abort))


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def _object_code(source: str, types: tuple[str, ...], fastmath: bool) -> bytes:
    """Translated by Numba to LLVM's language, and compiled by LLVM for this processor, all at once."""
    import llvmlite.binding as llvm

    module = llvm.parse_assembly(_translated(source, types, fastmath))
    machine = _machine()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)


def _translated(source: str, types: tuple[str, ...], fastmath: bool) -> str:
    """LLVM's language, not optimized: Numba would do that function by function, and take three times as long."""
    import numba
    from numba.core import config as compiler
    from numba.core.compiler_lock import global_compiler_lock

    flags = {"contract", "reassoc", "arcp", "nsz"} if fastmath else False
    compiler_of: Any = numba.njit
    inner = compiler_of(error_model="numpy", fastmath=flags, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    signature = numba.types.void(*(_numba_type(each) for each in types))
    with global_compiler_lock:  # meanwhile nobody else compiles
        names = {**intrinsics.scope(), "inner": inner}
        exec(compile(source, "<gradiente>", "exec"), names)
        settings: Any = compiler
        level = settings.OPT
        settings.OPT = type(level)(0)
        try:
            compiled = numba.cfunc(signature, error_model="numpy", fastmath=flags)(names[ENTRY])
        finally:
            settings.OPT = level
    return compiled.inspect_llvm().replace(compiled.native_name, ENTRY)


def _machine() -> Any:
    """Code for this processor."""
    import llvmlite.binding as llvm

    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="default",
    )


def _numba_type(name: str) -> Any:
    from numba import types

    kind = getattr(types, name.rstrip("*"))
    return types.CPointer(kind) if name.endswith("*") else kind


def _path(source: str, types: tuple[str, ...], fastmath: bool) -> Path:
    """Where the object file is kept: another one for another source, version of the compiler, or processor."""
    import llvmlite.binding as llvm

    own = [
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (functions, intrinsics, lanes, tiles)
        if module.__file__
    ]
    versions = [version("numba"), version("llvmlite")]
    machine = [llvm.get_default_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    key = json.dumps([source, types, fastmath, *own, *versions, *machine])
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    return cache_folder() / "compiled" / f"{name}.o"


def _kept(path: Path) -> bytes | None:
    """The object file that is kept there, if it is whole."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    code, digest = content[:-DIGEST], content[-DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def _keep(path: Path, code: bytes) -> None:
    """Keep an object file; where that cannot be done it is compiled again next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, code + hashlib.sha256(code).digest())
    except (OSError, FileError):
        return
