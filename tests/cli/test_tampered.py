"""Runs whose files somebody edited or damaged, and paths that are no files: an answer each, never a traceback."""

import json
import os
import random
import shutil
import signal
import socket
import struct
import tomllib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import tomli_w

from gradiente import Callback, Checkpoint
from gradiente.data import load
from gradiente.training.build import plan
from gradiente.training.checkpoint import load_checkpoint
from gradiente.training.config import Config
from gradiente.training.lock import RunLock
from gradiente.training.run import DataDescription, KeepRun, Run

from .conftest import gradiente, write_table

NETWORK = "Linear(4, 3), BatchNorm1d(3), Residual([Linear(3, 3), Tanh()]), Dropout(0.1), Linear(3, 2)"
FILES = ("network.safetensors", "checkpoints/last.safetensors", "checkpoints/best.safetensors")
FILES += ("run.toml", "data.json", "data.safetensors")
# In the place of what was there: of the wrong type, out of range, too deep, of another thing.
VALUES = [None, True, 0, -1, 10**30, -(2.0**1000), 1.5, float("nan"), "", "x", "Linear", "\ud800", "\0"]
VALUES += [[], [1], [[]], [None], ["x"], [-1], [2**62, 2**62], {}, {"a": 1}, {"layer": "Linear"}, "a" * 3000]
VALUES += [{"layer": "Tanh"}, [{"layer": "Tanh"}], {"layer": []}, "int8", "float64", "regression"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs, and what to predict with each; they are only copied."""
    folder = tmp_path_factory.mktemp("runs")
    write_table(folder / "garden.csv", rows=40)
    np.savez(folder / "new.npz", x=np.zeros((2, 2)))
    for name, data, more in (
        ("garden", folder / "garden.csv", ["--network", NETWORK, "--schedule", "StepLR(step_size=2)"]),
        ("moons", "moons", ["--samples", 40, "--hidden", 3]),
    ):
        answer = gradiente(
            "train", data, *more, "--epochs", 2, "--patience", 3, "--run", folder / name, "--no-report"
        )
        assert answer.status == 0, answer.err
    halfway(folder / "half")
    new = {"garden": "garden.csv", "moons": "new.npz", "half": "new.npz"}
    return {name: (folder / name, folder / file) for name, file in new.items()}


def halfway(folder):
    """A run that was stopped in the middle of an epoch, with a layer that draws."""
    layers = ["Linear(2, 3)", "Dropout(0.1)", "Linear(3, 2)"]
    train, _ = load("moons", samples=40)
    planned = plan(Config().changed(name="moons", samples=40, layers=layers, epochs=3, batch_size=8), train)
    run, stop = Run(folder), Callback()
    keep = KeepRun(run, planned.config, DataDescription.of(train), {}, RunLock(), new=True)
    trainer = planned.trainer([keep, Checkpoint(run.checkpoints), stop])
    stop.step_begin = lambda state, step: trainer.stop() if state.epoch == 1 and step == 2 else None
    trainer.fit(train, validation=planned.config.data.validation, epochs=3, batch_size=8)
    keep.lock.release()
    run.finish(planned.network, {})
    assert load_checkpoint(run.last_checkpoint).step == 3


def places(value, path=()):
    """Every place in plain data."""
    yield path
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, entry in entries:
        yield from places(entry, (*path, key))


def tampered(value, chance):
    """Plain data with one place changed, removed or added."""
    path = chance.choice(list(places(value)))
    if not path:
        return chance.choice(VALUES)
    inside = value
    for key in path[:-1]:
        inside = inside[key]
    kind = chance.random()
    if kind < 0.2:
        del inside[path[-1]]
    elif kind < 0.4 and isinstance(inside, list):
        inside.append(chance.choice(VALUES))
    elif kind < 0.4:
        inside[chance.choice(["other", "layer", "weight"])] = chance.choice(VALUES)
    else:
        inside[path[-1]] = chance.choice(VALUES)
    return value


def damage(path, chance):
    """A file cut short, with other bytes, or with more of them."""
    data = bytearray(path.read_bytes())
    kind = chance.randrange(3)
    if kind == 0:
        del data[chance.randrange(len(data)) :]
    elif kind == 1:
        for _ in range(chance.choice([1, 20])):
            data[chance.randrange(len(data))] = chance.randrange(256)
    else:
        data += chance.randbytes(20)
    path.write_bytes(data)


def tamper(path, chance):
    """Change a file of a run, as somebody with an editor would."""
    if path.suffix == ".json":
        path.write_text(json.dumps(tampered(json.loads(path.read_text()), chance)))
    elif path.suffix == ".toml":
        try:
            path.write_text(tomli_w.dumps(tampered(tomllib.loads(path.read_text()), chance)))
        except (TypeError, AttributeError, UnicodeEncodeError):  # null, or no table: what TOML cannot hold
            path.write_text("data = {}")
    else:
        data = path.read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        if chance.random() < 0.4:
            header = tampered(header, chance)
        else:
            (key,) = header["__metadata__"]
            header["__metadata__"][key] = json.dumps(
                tampered(json.loads(header["__metadata__"][key]), chance)
            )
        written = json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(written)) + written + data[8 + length :])


@pytest.mark.parametrize("seed", range(6))
def test_a_tampered_run_is_answered(seed, runs, own_folder):
    chance = random.Random(seed)
    for number in range(16):
        whole, new = runs[chance.choice(list(runs))]
        run = own_folder / f"run{number}"
        shutil.copytree(whole, run)
        file = chance.choice(FILES if whole.name != "half" else FILES[1:2])
        if file == "checkpoints/best.safetensors":
            (run / "network.safetensors").unlink()  # the next one that is looked for
        (damage if chance.random() < 0.25 else tamper)(run / file, chance)
        for command in (
            ["evaluate", run],
            ["predict", run, new],
            ["explain", run, "--instances", 2],
            ["train", "--resume", run, "--epochs", 3, "--no-report"],
        ):
            answer = gradiente(*command)
            assert answer.status in (0, 1, 2)
            assert answer.status == 0 or answer.err.splitlines()[-1].startswith("error: "), answer.err


@contextmanager
def within(seconds):
    """Context manager: a TimeoutError for what hangs."""

    def give_up(number, frame):
        raise TimeoutError("it waits without an end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


NO_FILE = [
    "train {path}.csv",
    "train {path}.npz",
    "train --config {path}.toml",
    "train xor --custom {path}.py --epochs 1 --no-report",
    "train iris --pretrained {path}.safetensors --epochs 1 --no-report",
    "predict {run} {path}.csv",
    "predict {run} {path}.npz",
    "data show {path}.csv",
    "explain {path}.csv",
    "check {path}.py",
    "check {path}.ipynb",
    "grade . --rubric {path}.toml",
    "gradcheck --custom {path}.py",
    "parity --config {path}.toml",
    "compare --data {path}.csv",
]


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
@pytest.mark.parametrize("line", NO_FILE)
def test_a_path_that_is_no_regular_file(line, kind, runs, own_folder):
    suffix = next(word for word in line.split() if "{path}" in word).removeprefix("{path}")
    (own_folder / "student.py").write_text("x = 1\n")
    path = own_folder / f"odd{suffix}"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    else:
        path.symlink_to("/dev/zero")
    with within(60):
        words = line.format(path="odd", run=runs["garden"][0]).split()
        for language, said in (("en", "is not a regular file"), ("es", "no es un archivo normal")):
            answer = gradiente(*words, "--lang", language)
            assert answer.status == 1, answer.err
            assert said in answer.err


def test_an_image_and_a_run_that_are_pipes(own_folder, digits_run):
    os.mkfifo("picture.png")
    shutil.copytree(digits_run, "run")
    with within(60):
        answer = gradiente("predict", digits_run, "picture.png")
        assert (answer.status, "is not a regular file" in answer.err) == (1, True)
        for file in ("data.json", "network.safetensors", "run.toml"):
            Path("run", file).unlink()
            os.mkfifo(f"run/{file}")
            assert gradiente("predict", "run", "new.npz").status == 1


def test_what_is_no_file_is_not_replaced(own_folder, runs):
    run, table = runs["garden"]
    os.mkfifo("out.csv")
    answer = gradiente("predict", run, table, "--output", "out.csv")
    assert (answer.status, "is not a regular file" in answer.err) == (1, True)
    assert Path("out.csv").is_fifo()


@pytest.mark.parametrize(
    "line",
    [
        "train {name}.csv",
        "train xor --epochs 1 --no-report --run {name}",
        "train mnist --data-dir {name}",
        "train --config {name}",
        "train --resume {name}",
        "train iris --pretrained {name}",
        "train xor --custom {name}",
        "evaluate {name}",
        "explain {name}",
        "explain xor --html {name}.html",
        "check {name}.py",
        "grade {name}",
        "grade . --rubric {name}",
        "workshop new xor {name}",
        "data show digits --output {name}.png",
        "predict {name} new.npz",
    ],
)
def test_a_name_that_is_too_long(line, own_folder):
    Path("student.py").write_text("x = 1\n")
    for name in ("a" * 300, "a/" * 3000):
        answer = gradiente(*line.format(name=name).split())
        assert answer.status in (1, 2)
        assert answer.err.splitlines()[-1].startswith("error: ")
    assert os.listdir() == ["student.py"]


@pytest.mark.parametrize(
    "line",
    ["train xor --epochs 1", "train --resume run", "data show digits", "explain --html x.html", "compare"],
)
def test_a_folder_that_is_gone(line, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for language in ("en", "es"):
        answer = gradiente(*line.split(), "--lang", language)
        assert answer.status == 1
        assert answer.err.splitlines()[-1].startswith("error: ")
