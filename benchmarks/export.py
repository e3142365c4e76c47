"""One row through an exported network, and predictions of a table, beside the nearest thing that does the same.

- One row: onnxruntime on a file of `gr.export`, and on PyTorch's own export of the same network, in turn, one thread.
- A table of 20,000 rows: `gradiente predict TABLE --output FILE`, without starting Python, and the reading alone, by
  polars and by `read_table`.

The median of the rounds, and of each round's ratio. Usage:

    python benchmarks/export.py [--rounds 30] [--calls 2000]
"""

import argparse
import contextlib
import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import polars as pl
import torch

import gradiente as gr
from gradiente.cli import main as gradiente
from gradiente.data.tables.table import read_table

ROWS = 20_000
NETWORKS: dict[str, tuple[list[gr.Layer], tuple[int, ...]]] = {
    "table 13-64-1": ([gr.Linear(13, 64), gr.ReLU(), gr.Linear(64, 1)], (13,)),
    "MNIST 784-512-10": ([gr.Linear(784, 512), gr.Tanh(), gr.Linear(512, 10)], (784,)),
    "256-256-256 SELU": (
        [gr.Linear(20, 256), gr.SELU(), gr.Linear(256, 256), gr.SELU(), gr.Linear(256, 10)],
        (20,),
    ),
    "convolutions 28 × 28": (
        [
            gr.Conv2d(1, 16, 3, padding=1),
            gr.BatchNorm2d(16),
            gr.ReLU(),
            gr.MaxPool2d(2),
            gr.Conv2d(16, 32, 3, padding=1),
            gr.ReLU(),
            gr.AdaptiveAvgPool2d(1),
            gr.Flatten(),
            gr.Linear(32, 10),
        ],
        (1, 28, 28),
    ),
}


def in_turn(works: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each work in each round; the works alternate, and so does which of them begins."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name in list(works)[:: 1 if number % 2 else -1]:
            start = time.perf_counter()
            works[name]()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def one_row(rounds: int, calls: int, folder: Path) -> None:
    dynamo = find_spec("onnxscript") is not None
    print(f"one row, µs: gr.export, torch.onnx.export(dynamo={dynamo}), and their ratio")
    for name, (layers, shape) in NETWORKS.items():
        network = gr.Network(layers, input_shape=shape)
        ours, theirs = folder / "ours.onnx", folder / "theirs.onnx"
        for path in (ours, theirs):
            path.unlink(missing_ok=True)
        gr.export(network, ours)
        x = np.random.default_rng(0).normal(size=(1, *shape)).astype(np.float32)
        with contextlib.redirect_stdout(io.StringIO()):
            torch.onnx.export(
                network.to_torch().eval(),
                (torch.from_numpy(x),),
                str(theirs),
                input_names=["x"],
                dynamo=dynamo,
            )
        opened = {"ours": session(ours), "theirs": session(theirs)}
        answers: list[Any] = [each.run(None, {"x": x})[0] for each in opened.values()]
        np.testing.assert_allclose(*answers, rtol=1e-4, atol=1e-5)

        def repeated(one: onnxruntime.InferenceSession, given: dict[str, Any]) -> Callable[[], None]:
            def work() -> None:
                for _ in range(calls):
                    one.run(None, given)

            return work

        seconds = in_turn({key: repeated(one, {"x": x}) for key, one in opened.items()}, rounds)
        ratio = statistics.median(a / b for a, b in zip(seconds["ours"], seconds["theirs"], strict=True))
        each = [1e6 * statistics.median(seconds[key]) / calls for key in ("ours", "theirs")]
        print(f"  {name:22}{each[0]:8.1f}{each[1]:8.1f}{ratio:8.3f}")


def write_table(path: Path) -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, 8))
    columns = {f"x{k}": column.round(5) for k, column in enumerate(x.T)}
    city = np.array(["Cali", "Pasto", "Leticia"])[np.arange(ROWS) % 3]
    answer = np.where(x[:, 0] + x[:, 1] > 0, "yes", "no")
    pl.DataFrame({**columns, "city": city, "answer": answer}).write_csv(path)


def a_table(rounds: int, folder: Path) -> None:
    table, run, said = folder / "table.csv", folder / "run", folder / "said.csv"
    write_table(table)
    silent = contextlib.ExitStack()
    with silent:
        silent.enter_context(contextlib.redirect_stdout(io.StringIO()))
        silent.enter_context(contextlib.redirect_stderr(io.StringIO()))
        gradiente(["train", str(table), "--run", str(run), "--epochs", "1", "--no-report"])
        works = {
            "polars": lambda: pl.read_csv(table),
            "read_table": lambda: read_table(table),
            "predict": lambda: gradiente(["predict", str(run), str(table), "--output", str(said)]),
        }
        seconds = in_turn(works, rounds)
    print(
        f"{ROWS} rows, ms: " + ", ".join(f"{k} {1e3 * statistics.median(v):.1f}" for k, v in seconds.items())
    )
    for name in ("polars", "read_table"):
        ratio = statistics.median(a / b for a, b in zip(seconds["predict"], seconds[name], strict=True))
        print(f"  predict / {name}: {ratio:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--calls", type=int, default=2000, help="of a session in one round")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, onnxruntime {onnxruntime.__version__}, PyTorch {torch.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        one_row(chosen.rounds, chosen.calls, Path(folder))
        a_table(max(3, chosen.rounds // 3), Path(folder))


if __name__ == "__main__":
    main()
