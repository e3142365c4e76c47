"""Which of its kernels OpenBLAS computes with: the choice that a measurement made, kept in the user's cache folder.

Nothing here imports NumPy: OpenBLAS reads OPENBLAS_CORETYPE when NumPy is imported, and never again.
"""

import json
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gradiente.cache import cache_folder
from gradiente.errors import FileError
from gradiente.files import read_text
from gradiente.plain import require_fields

VARIABLE = "OPENBLAS_CORETYPE"
FILE = "kernels.json"
WORTH_CHOOSING = 1.05  # times as fast as OpenBLAS's own choice
_AVX512 = frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})
# OpenBLAS's names for its kernels, and the instructions that they need, as Linux writes them.
CORETYPES = {
    "HASWELL": frozenset({"avx2", "fma"}),
    "ZEN": frozenset({"avx2", "fma"}),
    "SKYLAKEX": _AVX512,
    "COOPERLAKE": _AVX512 | {"avx512_bf16"},
    "SAPPHIRERAPIDS": _AVX512 | {"avx512_bf16", "amx_bf16", "amx_tile"},
}


@dataclass(frozen=True)
class KernelChoice:
    """The choice of a measurement.

    Arguments:
        processor: that it was made on
        libraries: the files of OpenBLAS that it was made with
        coretype: the kernels; None: those that OpenBLAS chooses by itself
        gain: how many times as fast the coretype is as OpenBLAS's own choice; 1 for that choice
    """

    processor: str
    libraries: list[str]
    coretype: str | None
    gain: float


def processor() -> tuple[str, frozenset[str]] | None:
    """The processor's model, and its instructions, as Linux says them of an x86; None anywhere else."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            first = file.read(16_384).partition("\n\n")[0]
    except OSError:
        return None
    facts = {
        name.strip(): value.strip() for name, _, value in (line.partition(":") for line in first.split("\n"))
    }
    model = [facts.get(name, "") for name in ("vendor_id", "cpu family", "model", "stepping")]
    return (" ".join(model), frozenset(facts["flags"].split())) if "flags" in facts and all(model) else None


def libraries() -> list[str]:
    """The files of OpenBLAS in the wheels of NumPy and SciPy, whose names differ with every build."""
    found = []
    for package in ("numpy", "scipy"):
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            folder = Path(spec.origin).parents[1] / f"{package}.libs"
            found += sorted(file.name for file in folder.glob("*openblas*"))
    return found


def kept_choice() -> KernelChoice | None:
    """The choice that is kept for this processor and these libraries; None where there is none."""
    try:
        values = json.loads(read_text(cache_folder() / FILE))
        require_fields(KernelChoice, values)
    except (FileError, RecursionError, ValueError):
        return None
    choice, here = KernelChoice(**values), processor()
    if here is None or (choice.processor, choice.libraries) != (here[0], libraries()):
        return None
    runs = choice.coretype is None or CORETYPES.get(choice.coretype, {""}) <= here[1]
    return choice if runs else None


def use_kept_choice() -> None:
    """Set OPENBLAS_CORETYPE to the kept choice, for a process that is a command's own.

    It stays as it is where the user has set it, where NumPy is imported already, and where the choice is not faster.
    """
    if VARIABLE in os.environ or "numpy" in sys.modules:
        return
    choice = kept_choice()
    if choice is not None and choice.coretype is not None and choice.gain >= WORTH_CHOOSING:
        os.environ[VARIABLE] = choice.coretype
