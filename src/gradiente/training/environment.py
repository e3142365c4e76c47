"""The environment of a run: versions, processor, threads. Saved with every run, and shown by `gradiente doctor`."""

import os
import platform
from typing import Any

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
OPTIONAL_PACKAGES = ("numba", "torch", "torchmetrics", "tensorboardX")


WORDS = ("system", "processors", "blas")  # of the environment, besides the names of packages


def versions() -> dict[str, str | None]:
    """The version of every package that gradiente uses; None where an optional one is not installed."""
    return {name: _version(name) for name in (*PACKAGES, *OPTIONAL_PACKAGES)}


def blas() -> list[dict[str, Any]]:
    """The loaded linear-algebra libraries, each with its number of threads."""
    from threadpoolctl import threadpool_info

    return [
        {
            "library": library["internal_api"],
            "version": library["version"],
            "architecture": library.get("architecture"),
            "threads": library["num_threads"],
        }
        for library in threadpool_info()
    ]


def environment() -> dict[str, str]:
    """The environment as text, for a run's folder and its report."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": str(os.cpu_count()),
        "blas": ", ".join(text("environment.library", **library) for library in blas()),
        **{name: version for name, version in versions().items() if version is not None},
    }


def _version(package: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
