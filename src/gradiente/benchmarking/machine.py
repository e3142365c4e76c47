"""The machine that a benchmark ran on: what its numbers depend on."""

import os
import platform
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from gradiente.threads import cores
from gradiente.training.environment import versions

LOADED = 0.5  # a load average from which a machine is not quiet
PEERS = ("jax", "jaxlib", "keras", "onnxruntime", "micrograd", "scipy")


def machine() -> dict[str, Any]:
    """Processor, cores, load average over the last minute, versions, date; None for what the system does not say."""
    installed = {**versions(), **{name: _version(name) for name in PEERS}}
    return {
        "processor": processor(),
        "cores": cores(),
        "load": load_average(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version for name, version in installed.items() if version is not None},
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def processor() -> str:
    """The name of the processor, as the system gives it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load_average() -> float | None:
    """Processes that ran or waited to, on average over the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
