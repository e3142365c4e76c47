"""`gradiente doctor`: installed packages, processor and linear algebra, its kernels measured, available data sets."""

import os
import platform
import sys
from typing import Any

import click

from gradiente.cli.base import command, json_option, print_json
from gradiente.cli.tables import console, styled_table, working
from gradiente.data import data_locations
from gradiente.kernels import VARIABLE, KernelChoice
from gradiente.locale import get_language, text
from gradiente.training.environment import blas, kernels, versions
from gradiente.training.kernel_times import PRODUCTS, KernelTimes, choose, keep, measure_kernels

ROWS = (
    "advice",
    "architecture",
    "blas",
    "chosen_by",
    "cores",
    "cuda",
    "executable",
    "installed",
    "kernels",
    "language",
    "library",
    "mps",
    "package",
    "system",
    "threads",
    "version",
)


def doctor(measure: bool, as_json: bool) -> None:
    if measure:
        _kernels(as_json)
        return
    import scipy.linalg  # noqa: F401  (so that its OpenBLAS is among the libraries)

    findings: dict[str, dict[str, Any]] = {
        "python": {
            "version": platform.python_version(),
            "executable": sys.executable,
            "language": get_language(),
        },
        "versions": versions(),
        "processor": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "blas": blas(),
            "kernels": kernels(),
        },
        "data": {name: where or text("doctor.not_at_hand") for name, where in data_locations().items()},
        "torch": _torch(),
    }
    if as_json:
        print_json(findings)
        return
    used = findings["processor"]["kernels"]
    used["chosen_by"] = text(f"doctor.by.{used['chosen_by']}")
    out = console()
    for section, finding in findings.items():
        table = styled_table(title=text(f"doctor.{section}"), show_header=False)
        for name, value in finding.items():
            table.add_row(_label(name), _words(value))
        out.print(table)


def _kernels(as_json: bool) -> None:
    """Measure the kernels, show the times, and keep the choice."""
    with working(text("doctor.measuring")):
        times = measure_kernels()
    choice = choose(times)
    keep(choice)
    if as_json:
        print_json(
            {
                "kernels": [vars(entry) for entry in times],
                "coretype": choice.coretype,
                "gain": choice.gain,
                "user": os.environ.get(VARIABLE),
            }
        )
        return
    out = console()
    out.print(_times_table(times))
    out.print(_chosen(choice, times), soft_wrap=True)


def _times_table(times: list[KernelTimes]) -> Any:
    """Milliseconds by kernels and product, and how fast all of them are, compared with OpenBLAS's own choice."""
    table = styled_table(title=text("doctor.kernels"))
    table.add_column(text("doctor.row.kernels"))
    for product in PRODUCTS:
        table.add_column(text(f"doctor.{product}"), justify="right")
    table.add_column(text("doctor.speed"), justify="right")
    for entry in times:
        name = entry.architecture if entry.coretype else text("doctor.own_choice", name=entry.architecture)
        milliseconds = [f"{1e3 * entry.seconds[product]:.3f} ms" for product in PRODUCTS]
        table.add_row(name, *milliseconds, f"{times[0].total / entry.total:.2f} ×")
    return table


def _chosen(choice: KernelChoice, times: list[KernelTimes]) -> str:
    if choice.coretype is None:
        return text("doctor.kept_own", name=times[0].architecture)
    return text("doctor.kept", variable=VARIABLE, name=choice.coretype, gain=f"{100 * (choice.gain - 1):.0f}")


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


command = command(
    "doctor",
    lambda: [
        click.Option(["--kernels", "measure"], is_flag=True, help=text("cli.doctor.kernels")),
        json_option(),
    ],
    doctor,
)
