"""The kernels that OpenBLAS has for this processor, measured on the products of a training step."""

import json
import os
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

from gradiente.cache import cache_folder
from gradiente.errors import ArgumentError, FileError
from gradiente.files import system_reason
from gradiente.kernels import CORETYPES, FILE, VARIABLE, WORTH_CHOOSING, KernelChoice, libraries, processor
from gradiente.storage import json_text, write_atomically

ROUNDS = 3
PRODUCTS = ("numpy_forward", "numpy_gradient", "scipy_forward", "scipy_gradient")


@dataclass(frozen=True)
class KernelTimes:
    """How long the products took by some kernels, on one thread.

    Arguments:
        coretype: what OPENBLAS_CORETYPE was; None: not set, OpenBLAS's own choice
        architecture: the kernels, by OpenBLAS's name
        seconds: the median of each product
    """

    coretype: str | None
    architecture: str
    seconds: dict[str, float]

    @property
    def total(self) -> float:
        """Seconds of all products together."""
        return sum(self.seconds.values())


def measure_kernels() -> list[KernelTimes]:
    """The times of OpenBLAS's own choice, then of every other kind of kernels that the processor can run.

    Each is measured in processes of its own, in turn, so that what slows the machine down meets them all.

    Errors: ArgumentError where NumPy's linear algebra is not OpenBLAS from a wheel, or the processor is no x86 under
        Linux; FileError where a process of its own cannot be started
    """
    here = processor()
    if here is None or not libraries():
        raise ArgumentError("kernels.none")
    runnable = [name for name, needed in CORETYPES.items() if needed <= here[1]]
    results: dict[str | None, list[dict[str, Any]]] = {name: [] for name in (None, *runnable)}
    for turn in range(ROUNDS):
        seen = set[str]()
        for name, measured in results.items():
            if turn and not measured:
                continue
            result = _measured(name)
            if result["architecture"] is None:
                raise ArgumentError("kernels.none")
            applied = name is None or result["architecture"].upper() == name
            if (
                applied and result["architecture"] not in seen
            ):  # else those measured already, under another name
                measured.append(result)
                seen.add(result["architecture"])
    return [
        KernelTimes(
            name,
            measured[0]["architecture"],
            {key: statistics.median(one["seconds"][key] for one in measured) for key in PRODUCTS},
        )
        for name, measured in results.items()
        if measured
    ]


def choose(times: list[KernelTimes]) -> KernelChoice:
    """The fastest kernels, if they are at least 5 % faster than OpenBLAS's own choice, which comes first."""
    here = processor()
    assert here is not None
    own = times[0]
    fastest = min(times, key=lambda entry: entry.total)
    gain = own.total / fastest.total
    if fastest.coretype is None or gain < WORTH_CHOOSING:
        return KernelChoice(here[0], libraries(), None, 1.0)
    return KernelChoice(here[0], libraries(), fastest.coretype, gain)


def keep(choice: KernelChoice) -> None:
    """Keep a choice for the commands that start from now on.

    Errors: FileError where the cache folder cannot be written
    """
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError("storage.write", path=folder, reason=system_reason(error)) from error
    write_atomically(folder / FILE, json_text(asdict(choice), indent=2) + "\n")


def _measured(coretype: str | None) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    if coretype is not None:
        environment[VARIABLE] = coretype
    command = [sys.executable, "-m", "gradiente.product_times"]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise FileError("kernels.process", command=" ".join(command), reason=str(error)) from error
