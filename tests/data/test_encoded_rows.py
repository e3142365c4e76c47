"""Rows of a Parquet file that stay on disk: the same numbers, and training in less memory than they take."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gradiente.data import encoded_rows, load
from gradiente.layers import Linear
from gradiente.losses import CrossEntropyLoss
from gradiente.mapped import MappedArray
from gradiente.network import Network
from gradiente.optimizers import Adam
from gradiente.training.trainer import Trainer

ROWS, COLUMNS = 400_000, 50  # 80 MB as float32
LIMIT = 230_000_000  # bytes of data, beyond those of the process that has trained on a small table
TRAIN = """
import resource, sys
from pathlib import Path
import gradiente as gr
from gradiente.data import encoded_rows, load

def trained(path):
    train, test = load(path, target="y")
    trainer = gr.Trainer(gr.Network([gr.Linear(train.x.shape[1], 2)]), gr.CrossEntropyLoss(), gr.Adam())
    trainer.fit(train, epochs=1, batch_size=100)
    return trainer.evaluate(test)["accuracy"]

trained(sys.argv[1])
encoded_rows.IN_MEMORY = int(sys.argv[3])
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
limit = int(status["VmData"].split()[0]) * 1024 + int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
print(trained(sys.argv[2]))
"""


def written(path: Path, rows: int, columns: int) -> Path:
    generator = np.random.default_rng(0)
    x = {f"x{j}": generator.normal(size=rows).astype(np.float32) for j in range(columns)}
    pl.DataFrame({**x, "y": (x["x0"] > 0).astype(int)}).write_parquet(path)
    return path


def test_rows_on_disk_are_the_same_and_train_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIENTE_CACHE_DIR", str(tmp_path / "cache"))
    generator = np.random.default_rng(0)
    x = generator.normal(size=120_000)
    frame = {"x": x, "kind": generator.choice(["a", "b"], len(x)), "y": (x > 0).astype(int)}
    pl.DataFrame(frame).write_parquet(tmp_path / "table.parquet")
    trained = []
    for most in (10**9, 1000):
        monkeypatch.setattr(encoded_rows, "IN_MEMORY", most)
        train, _ = load(str(tmp_path / "table.parquet"), target="y")
        trainer = Trainer(Network([Linear(3, 2)], seed=1), CrossEntropyLoss(), Adam(), seed=2)
        trainer.fit(train, epochs=1, batch_size=1000)
        trained.append((train, trainer.network.theta.tobytes()))
    (in_memory, theta), (on_disk, same) = trained
    assert isinstance(on_disk.x, MappedArray)
    np.testing.assert_array_equal(np.asarray(on_disk.x), in_memory.x)
    assert theta == same
    assert not list((tmp_path / "cache").glob("*"))  # the file has no name


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits the data of a process")
def test_a_table_trains_in_less_memory_than_its_rows_take(tmp_path):
    small, large = written(tmp_path / "s.parquet", 200, 3), written(tmp_path / "l.parquet", ROWS, COLUMNS)
    environment = {
        **os.environ,
        "POLARS_MAX_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }

    def run(most: int) -> "subprocess.CompletedProcess[str]":
        program = [sys.executable, "-c", TRAIN, str(small), str(large), str(most), str(LIMIT)]
        return subprocess.run(
            program, capture_output=True, text=True, env=environment, timeout=300, check=False
        )

    streamed = run(encoded_rows.IN_MEMORY)
    assert streamed.returncode == 0, streamed.stderr
    assert float(streamed.stdout) > 0.9
    assert run(10**12).returncode != 0  # in memory they do not fit
