"""`gradiente doctor`: installed packages, processor and linear algebra, available data sets."""

import os
import platform
import sys
from typing import Any

from gradiente.cli.base import command, json_option, print_json
from gradiente.cli.tables import console, styled_table
from gradiente.data import data_locations
from gradiente.locale import get_language, text
from gradiente.training.environment import blas, versions

ROWS = (
    "advice",
    "architecture",
    "blas",
    "cores",
    "cuda",
    "executable",
    "installed",
    "language",
    "library",
    "mps",
    "system",
    "threads",
    "version",
)


def doctor(as_json: bool) -> None:
    findings = {
        "python": {
            "version": platform.python_version(),
            "executable": sys.executable,
            "language": get_language(),
        },
        "versions": versions(),
        "processor": {"system": platform.platform(), "cores": os.cpu_count(), "blas": blas()},
        "data": {name: where or text("doctor.not_at_hand") for name, where in data_locations().items()},
        "torch": _torch(),
    }
    if as_json:
        print_json(findings)
        return
    out = console()
    for section, finding in findings.items():
        table = styled_table(title=text(f"doctor.{section}"), show_header=False)
        for name, value in finding.items():
            table.add_row(_label(name), _words(value))
        out.print(table)


def _torch() -> dict[str, Any]:
    """PyTorch's version and devices; it is imported only here, and only if installed."""
    try:
        import torch
    except ImportError:
        return {"installed": False, "advice": text("doctor.install_torch")}
    cuda = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {
        "installed": True,
        "version": torch.__version__,
        "threads": torch.get_num_threads(),
        "cuda": cuda,
        "mps": torch.backends.mps.is_available(),
    }


def _label(name: str) -> str:
    """A finding's name in the reader's language; packages and data sets have the same name in all."""
    return text(f"doctor.row.{name}") if name in ROWS else name


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return text("doctor.yes" if value else "doctor.no")
    if value is None:
        return text("doctor.not_installed")
    if isinstance(value, list):
        return "\n".join(map(_words, value)) or text("doctor.none")
    if isinstance(value, dict):
        return ", ".join(f"{_label(name)} {_words(entry)}" for name, entry in value.items())
    return str(value)


command = command("doctor", lambda: [json_option()], doctor)
