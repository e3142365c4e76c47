"""The command as a person calls it: in this process where that is fair, in one of its own where it matters."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from gradiente.cli import main


@dataclass
class Answer:
    status: int
    out: str
    err: str

    @property
    def data(self):
        """The one JSON document on the standard output."""
        return json.loads(self.out)


def gradiente(*arguments):
    """`gradiente ARGUMENTS` in this process."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
    return Answer(status, out.getvalue(), err.getvalue())


def start(*arguments, **options):
    """`gradiente ARGUMENTS` in a process of its own, running."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    command = [sys.executable, "-m", "gradiente", *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(command, env=environment, **pipes, **options)


def finish(process):
    out, err = process.communicate(timeout=120)
    return Answer(process.returncode, out, err)


def interrupt_when(process, path, number, *, after=0.0):
    """Send a signal some time after a file is there."""
    until = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.005)
    time.sleep(after)
    process.send_signal(number)
    return finish(process)


def weights(run, file="network.safetensors"):
    """Every parameter of a run, as another program reads them."""
    return load_file(Path(run) / file)


def same_bits(one, other):
    return one.keys() == other.keys() and all(one[name].tobytes() == other[name].tobytes() for name in one)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Every test works in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory):
    """A finished run on the digits; it is only read."""
    run = tmp_path_factory.mktemp("trained") / "digits"
    answer = gradiente("train", "--run", run, "--no-report", "--json", "--lang", "en")
    assert answer.status == 0, answer.err
    return run


FLOWERS = "white", "red"


def write_table(path, rows=60, seed=0):
    """A table with numbers, a column of text, and a target of text, all of it easy to learn."""
    generator = np.random.default_rng(seed)
    lines = ["height,soil,width,flower"]
    for _ in range(rows):
        height, width = generator.normal(size=2)
        soil = ("clay", "sand")[int(generator.integers(2))]
        flower = FLOWERS[int(height + 0.5 * width + (soil == "sand") > 0.2)]
        lines.append(f"{height:.4f},{soil},{width:.4f},{flower}")
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_prices(path, rows=80, seed=0):
    """A table whose target is a large number."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, 3))
    price = 250_000 + 40_000 * x[:, 0] - 15_000 * x[:, 1] + 100 * generator.normal(size=rows)
    lines = ["area,age,rooms,precio", *(",".join(f"{v:.4f}" for v in row) for row in np.c_[x, price])]
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def table_run(tmp_path_factory):
    """(the table, a finished run on it); both are only read."""
    folder = tmp_path_factory.mktemp("table")
    write_table(folder / "garden.csv")
    answer = gradiente("train", folder / "garden.csv", "--run", folder / "run", "--no-report", "--lang", "en")
    assert answer.status == 0, answer.err
    return folder / "garden.csv", folder / "run"


KILL = signal.SIGKILL
CTRL_C = signal.SIGINT


_MNIST = {}


@pytest.fixture
def mnist_run(tmp_path_factory, mnist_folder):
    """(a run of one epoch with few neurons, its test accuracy); trained once."""
    if not _MNIST:
        _MNIST["run"] = _train_mnist(tmp_path_factory.mktemp("mnist") / "run", mnist_folder)
    return _MNIST["run"]


def _train_mnist(run, folder):
    chosen = ["--data-dir", folder, "--hidden", 32, "--epochs", 1, "--lr", 0.005]
    answer = gradiente("train", "mnist", *chosen, "--run", run, "--no-report", "--json", "--lang", "en")
    assert answer.status == 0, answer.err
    return run, answer.data["test"]["accuracy"]


# What a finished run's folder holds.
FILES = {
    "run.toml",
    "environment.json",
    "data.json",
    "data.safetensors",
    "metrics.jsonl",
    "metrics.csv",
    "network.safetensors",
    "test.json",
    "checkpoints",
    "checkpoints/last.safetensors",
    "checkpoints/best.safetensors",
}


def train(*arguments, run="run"):
    answer = gradiente("train", *arguments, "--run", run, "--no-report", "--json")
    assert answer.status == 0, answer.err
    return answer.data


def config_of(run):
    """A run's settings by their names, over its sections, as another program reads them."""
    return settings_of(tomllib.loads((run / "run.toml").read_text(encoding="utf-8")))


def settings_of(config):
    """The settings of all sections by their names."""
    return {name: value for section in config.values() for name, value in section.items()}


def contents(run):
    return {str(path.relative_to(run)) for path in run.rglob("*")}
