"""What is taken away: a run that is resumed bit for bit, a program of PyTorch with the same outputs, the history."""

import csv
import io
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from gradiente import Network
from gradiente.lab.frame import read_frame
from gradiente.lab.rooms.download import Download
from gradiente.lab.run import LabRun
from gradiente.training.config import Config

CIRCLES = Config().changed(
    name="circles",
    samples=80,
    hidden=[5],
    batch_size=16,
    optimizer="Adam(lr=0.03)",
    schedule="ExponentialLR(gamma=0.9)",
    engine="numpy",
)


def taken(run, what, folder):
    values, arrays = read_frame(Download(what).answer(run))
    content = arrays["content"].tobytes()
    if what != "csv":
        zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    return values["name"], content


def gradiente(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "gradiente", *arguments], cwd=folder, check=True, capture_output=True
    )


def test_the_run_is_resumed_to_the_same_bits(tmp_path):
    run = LabRun(CIRCLES)
    run.go_to(13)  # in the middle of an epoch
    taken(run, "run", tmp_path)
    gradiente(tmp_path, "train", "--resume", "run", "--epochs", "7")
    run.go_to(7 * run.steps_per_epoch)
    resumed = Network.load(tmp_path / "run" / "checkpoints" / "last.safetensors")
    np.testing.assert_array_equal(resumed.theta, run.network.theta)


def test_a_run_is_opened_where_it_ended_and_any_step_of_it_is_that_of_the_training(tmp_path):
    arguments = [
        "train",
        "moons",
        "--samples",
        "90",
        "--hidden",
        "6",
        "--batch-size",
        "16",
        "--epochs",
        "8",
        "--run",
        "one",
    ]
    gradiente(tmp_path, *arguments)
    run = LabRun.of_folder(tmp_path / "one")
    final = Network.load(tmp_path / "one" / "checkpoints" / "last.safetensors")
    np.testing.assert_array_equal(run.network.theta, final.theta)
    assert (run.step, run.snapshot.epoch) == (8 * run.steps_per_epoch, 8)
    same = LabRun(run.config)
    same.go_to(11)
    run.go_to(11)
    np.testing.assert_array_equal(run.network.theta, same.network.theta)
    run.go_to(run.replay.furthest)
    np.testing.assert_array_equal(run.network.theta, final.theta)


def test_the_program_answers_as_the_network_does(tmp_path):
    pytest.importorskip("torch", reason="the package torch is missing")
    run = LabRun(CIRCLES)
    run.go_to(20)
    taken(run, "torch", tmp_path)
    code = "from network import predict; import torch; print(predict(torch.tensor([[0.5, -0.25]])).tolist())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "network", check=True, capture_output=True, text=True
    )
    encoder = run.train.encoder
    assert encoder is not None
    x = (np.array([[0.5, -0.25]]) - encoder.mean) / encoder.scale
    np.testing.assert_allclose(eval(done.stdout), run.network.predict(x), rtol=1e-5)


def test_the_history_is_a_table(tmp_path):
    run = LabRun(CIRCLES)
    run.go_to(3 * run.steps_per_epoch)
    name, content = taken(run, "csv", tmp_path)
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert (name, [row["epoch"] for row in rows]) == ("history.csv", ["1", "2", "3"])
    assert float(rows[2]["loss"]) == run.snapshot.history["loss"][2]
