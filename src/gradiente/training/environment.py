"""The environment of a run: versions, processor, threads. Saved with every run, and shown by `gradiente doctor`."""

import os
import platform
from pathlib import Path
from typing import Any

from gradiente.kernels import VARIABLE, kept_choice
from gradiente.locale import text

PACKAGES = (
    "gradiente",
    "numpy",
    "scikit-learn",
    "matplotlib",
    "safetensors",
    "pillow",
    "platformdirs",
    "pooch",
    "rich",
    "click",
    "threadpoolctl",
)
OPTIONAL_PACKAGES = ("llvmlite", "torch", "torchmetrics", "tensorboardX")


WORDS = ("system", "processors", "blas")  # of the environment, besides the names of packages


def versions() -> dict[str, str | None]:
    """The version of every package that gradiente uses; None where an optional one is not installed."""
    return {name: _version(name) for name in (*PACKAGES, *OPTIONAL_PACKAGES)}


def blas() -> list[dict[str, Any]]:
    """The loaded libraries of linear algebra and of threads: whose they are, their kernels, their number of threads."""
    from threadpoolctl import threadpool_info

    return [
        {
            "package": _package(library["filepath"]),
            "library": library["internal_api"],
            "version": library["version"],
            "architecture": library.get("architecture"),
            "threads": library["num_threads"],
        }
        for library in threadpool_info()
    ]


def kernels() -> dict[str, str | None]:
    """The kernels of NumPy's OpenBLAS, and who chose them: "library", OpenBLAS itself; "user"; or "measurement"."""
    own = [entry for entry in blas() if entry["library"] == "openblas" and entry["package"] == "numpy"]
    asked, choice = os.environ.get(VARIABLE), kept_choice()
    measured = choice is not None and asked is not None and choice.coretype == asked
    return {
        "architecture": own[0]["architecture"] if own else None,
        "chosen_by": "library" if asked is None else "measurement" if measured else "user",
    }


def environment() -> dict[str, str]:
    """The environment as text, for a run's folder and its report."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": str(os.cpu_count()),
        "blas": ", ".join(_words(library) for library in blas()),
        **{name: version for name, version in versions().items() if version is not None},
    }


def _words(library: dict[str, Any]) -> str:
    version = " ".join(filter(None, (library["version"], library["architecture"])))
    return text(
        "environment.library", library=library["library"], version=version, threads=library["threads"]
    )


def _package(path: str) -> str:
    """The package whose wheel a library came in, numpy.libs/… or torch/lib/…; else its file."""
    folders = Path(path).parts
    if "site-packages" not in folders[:-2]:
        return path
    return folders[folders.index("site-packages") + 1].removesuffix(".libs")


def _version(package: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
