"""Tables: `predict` beside the reader alone, and the memory of reading a large one.

In one process, after all imports and one call of each, in turn: polars' `read_csv` of the file, and `gradiente predict`
of it, which reads the run and the table, encodes, asks the network and writes every prediction to a file; the ratio is
that of the medians. Below it the whole command, a new process for each, which pays for its imports.

Memory is the peak of the resident set of a process of its own, above what it is after the imports and a table of a
hundred rows, in multiples of the numbers as float32. Usage:

    python benchmarks/reading.py [--rows 20000] [--columns 10 20 50] [--rounds 15]
"""

import argparse
import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from gradiente.cli.predict import predict

LARGE = (100_000, 50)
MEMORY = """
import sys
from gradiente.benchmarking.child import peak_memory
from gradiente.data import load
before = peak_memory()
load(sys.argv[1])
small = peak_memory()
train, test = load(sys.argv[2])
print(before, small, peak_memory(), (train.x.size + test.x.size) * 4)
"""


def write_table(path: Path, rows: int, columns: int, *, digits: int | None = None) -> None:
    """Numbers, with as many significant digits as they have or fewer, a column of words for each ten, and classes."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(rows, columns))
    frame = {f"x{j}": x[:, j] if digits is None else x[:, j].round(digits) for j in range(columns)}
    words = ("Cali", "Pasto", "Bogotá", "Neiva", "Cúcuta", "Tunja")
    frame |= {f"word{j}": generator.choice(words, rows) for j in range(columns // 10)}
    pl.DataFrame({**frame, "y": np.where(x[:, 0] + x[:, 1] > 0, "yes", "no")}).write_csv(path)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of each, measured one after the other in every round."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work))
    return {name: statistics.median(measured) for name, measured in times.items()}


def measure_predict(folder: Path, rows: int, columns: int, rounds: int) -> None:
    table, run, out = folder / f"{columns}.csv", str(folder / f"run{columns}"), str(folder / "out.csv")
    write_table(table, rows, columns, digits=5)
    command = ["train", str(table), "--epochs", "1", "--run", run, "--no-report"]
    subprocess.run([sys.executable, "-m", "gradiente", *command], check=True, capture_output=True)

    def ours() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            predict(run, (str(table),), out, False, False)

    ours()
    medians = in_turn({"read": lambda: pl.read_csv(table), "predict": ours}, rounds)
    read, whole = medians["read"], medians["predict"]
    print(
        f"{rows} rows, {columns} numbers and {columns // 10} words each, {table.stat().st_size / 2**20:.1f} MB: "
        f"read_csv {1000 * read:.1f} ms, predict {1000 * whole:.1f} ms, ratio {whole / read:.2f}"
    )
    program = [sys.executable, "-m", "gradiente", "predict", run, str(table), "--output", out]
    alone = [sys.executable, "-c", f"import polars; polars.read_csv({str(table)!r})"]
    commands: dict[str, Callable[[], object]] = {
        "read": partial(_quietly, alone),
        "predict": partial(_quietly, program),
    }
    medians = in_turn(commands, 5)
    print(
        f"    the whole command {1000 * medians['predict']:.0f} ms, "
        f"a process that imports polars and reads {1000 * medians['read']:.0f} ms"
    )


def _quietly(line: list[str]) -> None:
    subprocess.run(line, check=True, capture_output=True)


def measure_memory(folder: Path) -> None:
    large, small = folder / "large.csv", folder / "small.csv"
    generator = np.random.default_rng(0)
    for path, rows in ((large, LARGE[0]), (small, 100)):
        pl.DataFrame({f"x{j}": generator.normal(size=rows) for j in range(LARGE[1] + 1)}).write_csv(path)
    line = [sys.executable, "-c", MEMORY, str(small), str(large)]
    found = subprocess.run(line, check=True, capture_output=True, text=True).stdout.split()
    before, base, peak, numbers = (int(each) / 2**20 for each in found)
    print(
        f"{LARGE[0]} × {LARGE[1]} from {large.stat().st_size / 2**20:.0f} MB of CSV, float32 {numbers:.1f} MB: "
        f"peak {peak - base:.1f} MB, ratio {(peak - base) / numbers:.2f} "
        f"(above the imports alone: {peak - before:.1f} MB)"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, nargs="+", default=[10, 20, 50])
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for columns in arguments.columns:
            measure_predict(Path(name), arguments.rows, columns, arguments.rounds)
        measure_memory(Path(name))


if __name__ == "__main__":
    main()
