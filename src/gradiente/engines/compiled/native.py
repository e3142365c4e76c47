"""Machine code of a generated function: compiled by LLVM once, then kept on disk as an object file.

It is called through ctypes, which releases the GIL.
"""

import ctypes
import hashlib
import json
import logging
import math
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from gradiente.cache import cache_folder
from gradiente.engines.compiled import (
    arithmetic,
    drawing,
    functions,
    intrinsics,
    lanes,
    tiles,
    translated_expressions,
    translation,
    waiting,
)
from gradiente.engines.compiled.arithmetic import C_FUNCTIONS
from gradiente.engines.compiled.translated_expressions import Intrinsic
from gradiente.engines.compiled.translation import PROGRAM, translated
from gradiente.errors import FileError
from gradiente.locale import text
from gradiente.storage import write_atomically

DIGEST = hashlib.sha256().digest_size
C_LIBRARY = ("memcpy", "memmove", "memset", *(name + kind for name in C_FUNCTIONS for kind in ("", "f")))
log = logging.getLogger("gradiente")
_compiling = threading.RLock()
_loaded: list[Any] = []  # what holds machine code must live as long as the process


def native(source: str, types: Sequence[str], *, fastmath: bool) -> Callable[..., None]:
    """The function `program` of a source as machine code; pointers are given as addresses.

    Arguments:
        source: what `translation` translates, with the names of `scope`; nothing is returned
        types: of its arguments, "float32*" or "int64"
        fastmath: whether sums may be reordered and products fused; NaN and infinity stay what they are

    Errors: TranslationError, and whatever LLVM raises
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
    return ctypes.CFUNCTYPE(None, *arguments)(engine.get_function_address(PROGRAM))


@cache
def _resolve() -> None:
    """Give the linker the C functions that machine code calls."""
    import llvmlite.binding as llvm

    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    for name in C_LIBRARY:
        llvm.add_symbol(name, _address(getattr(library, name)))


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def scope() -> dict[str, Any]:
    """The names that a source may use."""
    found = {name: each for name, each in vars(intrinsics).items() if isinstance(each, Intrinsic)}
    for module in (drawing, functions, waiting):
        found |= {name: each for name, each in vars(module).items() if isinstance(each, FunctionType)}
    return {
        **found,
        "lanes": lanes.lanes,
        "tile": tiles.tile,
        "tile_step": tiles.tile_step,
        "np": np,
        "math": math,
    }


def _object_code(source: str, types: tuple[str, ...], fastmath: bool) -> bytes:
    """Compiled for this processor."""
    import llvmlite.binding as llvm

    machine = _machine()
    module = llvm.parse_assembly(translated(source, types, scope(), fastmath=fastmath))
    module.triple, module.data_layout = llvm.get_default_triple(), str(machine.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)


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


def _path(source: str, types: tuple[str, ...], fastmath: bool) -> Path:
    """Where the object file is kept: another one for another source, version of the compiler, or processor."""
    import llvmlite.binding as llvm

    own = [
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (
            arithmetic,
            translated_expressions,
            drawing,
            functions,
            intrinsics,
            lanes,
            tiles,
            translation,
            waiting,
        )
        if module.__file__
    ]
    machine = [llvm.get_default_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    key = json.dumps([source, types, fastmath, *own, version("llvmlite"), *machine])
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
