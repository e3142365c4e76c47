"""What starting costs beside NumPy's own import: processes of their own, in turn, medians.

The time of an empty process is taken from every other. Bytecode is compiled before, as pip does. Usage:

    python benchmarks/startup.py [--rounds 21]
"""

import argparse
import compileall
import statistics
import subprocess
import sys
import time
from pathlib import Path

import gradiente

PACKAGE = Path(gradiente.__file__).parent
EMPTY, NUMPY, IMPORT, TRAINING, EVERY, HELP = (
    "an empty process",
    "import numpy",
    "import numpy, gradiente",
    "… and the names of a training",
    "… and every public name",
    "gradiente --help",
)
NAMES = "gr.Network, gr.Linear, gr.Tanh, gr.CrossEntropyLoss, gr.Adam, gr.Trainer, gr.data.load"
PROGRAMS = {
    EMPTY: ["-c", ""],
    NUMPY: ["-c", "import numpy"],
    IMPORT: ["-c", "import numpy, gradiente"],
    TRAINING: ["-c", f"import numpy, gradiente as gr; {NAMES}"],
    EVERY: ["-c", "import numpy; from gradiente import *"],
    HELP: ["-m", "gradiente", "--help"],
}


def seconds(program: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *program], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    compileall.compile_dir(PACKAGE, quiet=1)
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            times[name].append(seconds(program))
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    numpy = medians[NUMPY] - medians[EMPTY]
    for name, median in medians.items():
        print(f"{name:32} {1000 * median:6.0f} ms")
    print("\nas a share of NumPy's import:")
    for name in (IMPORT, TRAINING, EVERY):
        print(f"{name:32} {(medians[name] - medians[NUMPY]) / numpy:5.2f} on top of it")
    print(f"{HELP:32} {(medians[HELP] - medians[EMPTY]) / numpy:5.2f} in all")


if __name__ == "__main__":
    main()
