"""`gradiente train` under torchrun: several processes that end as one, and one of them killed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from gradiente.training import load_checkpoint

from .conftest import finish, gradiente, same_bits, train, weights

pytestmark = pytest.mark.slow
EPOCHS = 60  # so many that none of its processes is done before it is killed
DIGITS = ["digits", "--engine", "torch", "--device", "cpu", "--dtype", "float64", "--no-report"]


def torchrun(*arguments, processes=2, launcher=()):
    """`torchrun --nproc-per-node 2 -m gradiente train ARGUMENTS`, running."""
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        str(processes),
    ]
    command += [*launcher, "-m", "gradiente", "train", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    return subprocess.Popen(command, **pipes)


def workers(process):
    """The numbers of the processes that a torchrun has started, by rank."""
    by_rank = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                environment = dict(
                    entry.split("=", 1)
                    for entry in (folder / "environ").read_bytes().decode().split("\0")
                    if "=" in entry
                )
            except (OSError, ValueError):
                continue
            if parent == process.pid and "RANK" in environment:
                by_rank[int(environment["RANK"])] = int(folder.name)
    return by_rank


def epochs_done(run):
    path = Path(run) / "metrics.csv"
    return len(path.read_text().splitlines()) - 1 if path.exists() else 0


def when_trained(process, run, epochs=2):
    """Wait until so many epochs more are on disk."""
    until, epochs = time.monotonic() + 90, epochs_done(run) + epochs
    while epochs_done(run) < epochs:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)


def same_weights(run, other, rtol=1e-6, atol=1e-9):
    for name, array in weights(other).items():
        np.testing.assert_allclose(weights(run)[name], array, rtol=rtol, atol=atol)


def test_killed_twice_it_starts_again_where_it_was_and_in_the_end_is_one_of_a_single_process(own_folder):
    """One process is killed and torchrun starts all again; the other is killed and the run ends; the same command."""
    command = [*DIGITS, "--epochs", EPOCHS, "--run-name", "killed"]
    process = torchrun(*command, launcher=("--max-restarts", "1"))
    when_trained(process, "killed")
    os.kill(workers(process)[1], signal.SIGKILL)
    before = epochs_done("killed")
    when_trained(process, "killed")
    assert epochs_done("killed") > before
    os.kill(workers(process)[0], signal.SIGKILL)
    ended = finish(process)
    assert ended.status != 0
    assert "another process died" in ended.err
    assert "--resume" in ended.err
    assert before < epochs_done("killed") < EPOCHS
    by_numpy = own_folder / "by numpy"
    shutil.copytree("killed", by_numpy)
    answer = gradiente("train", "--resume", by_numpy, "--epochs", EPOCHS, "--engine", "numpy", "--json")
    assert answer.status == 0, answer.err

    several = finish(torchrun(*command, "--json"))
    assert several.status == 0, several.err
    assert several.err.count(f"epoch {EPOCHS}/{EPOCHS}") == 1
    one = train(*DIGITS, "--epochs", EPOCHS, run="alone")
    assert several.data["test"] == pytest.approx(one["test"], rel=1e-6)
    last, expected = several.data["last_epoch"], one["last_epoch"]
    assert last["loss"] == pytest.approx(expected["loss"], rel=1e-6)
    assert last["gradient_norms"] == pytest.approx(expected["gradient_norms"], rel=1e-5)
    same_weights("killed", "alone")
    same_weights(by_numpy, "alone")
    assert (
        gradiente("train", "--resume", "killed", "--epochs", EPOCHS + 1, "--json").data["epochs"]
        == EPOCHS + 1
    )


def test_ctrl_c_ends_it_at_a_step_and_one_process_resumes_it_there(own_folder):
    process = torchrun(*DIGITS, "--shard", "--epochs", 5000, "--run-name", "stopped")
    when_trained(process, "stopped")
    for pid in workers(process).values():
        os.kill(pid, signal.SIGINT)
    ended = finish(process)
    assert ended.status != 0  # torchrun's own, which must not take an interrupted training for a finished one
    assert re.search(r"exitcode\s*: 130", ended.err), ended.err
    assert ended.err.count("interrupted") == 1
    assert (Path("stopped") / "network.safetensors").is_file()
    epochs = len(load_checkpoint(Path("stopped") / "checkpoints" / "last.safetensors").history) + 1
    answer = gradiente("train", "--resume", "stopped", "--epochs", epochs, "--json")
    assert answer.status == 0, answer.err
    train(*DIGITS, "--epochs", epochs, run="alone")
    same_weights("stopped", "alone", rtol=1e-9, atol=1e-12)


def launched(monkeypatch, **more):
    environment = {
        "RANK": 0,
        "WORLD_SIZE": 2,
        "LOCAL_RANK": 0,
        "MASTER_ADDR": "localhost",
        "TORCHELASTIC_RUN_ID": 1,
    }
    for name, value in (environment | more).items():
        monkeypatch.setenv(name, str(value))


def test_the_numpy_engine_is_of_one_process(own_folder, monkeypatch):
    launched(monkeypatch)
    answer = gradiente("train", "digits", "--engine", "numpy")
    assert answer.status == 2
    assert "2 processes were launched, and the engine numpy runs in one" in answer.err


def test_what_all_processes_meet_is_said_once(own_folder):
    ended = finish(torchrun("digits", "--engine", "numpy"))
    assert ended.status != 0
    assert ended.err.count("2 processes were launched") == 1


def test_what_another_process_meets_alone_is_said_by_it(own_folder, monkeypatch):
    launched(monkeypatch, RANK=1)
    monkeypatch.setattr("gradiente.cli.PATIENCE", 0)
    assert "torch under torchrun" in gradiente("train", "digits", "--engine", "numpy").err


def test_a_run_whose_machine_was_taken_back_goes_on_with_the_same_command(own_folder, monkeypatch):
    train(*DIGITS, "--epochs", 1, run="base")
    command = [*DIGITS, "--pretrained", "base", "--freeze", "0", "--epochs", 25, "--run-name", "big"]
    process = torchrun(*command)
    when_trained(process, "big")
    process.send_signal(signal.SIGTERM)
    finish(process)
    assert 2 <= epochs_done("big") < 25
    train(*DIGITS, "--pretrained", "base", "--freeze", "0", "--epochs", 25, run="alone")
    launched(monkeypatch, WORLD_SIZE=1)
    ended = gradiente("train", *command, "--json")
    assert ended.status == 0, ended.err
    assert ended.data["epochs"] == 25
    same_weights("big", "alone")
    assert gradiente("train", *command).status == 2


def test_what_may_be_started_again_needs_a_name(own_folder, monkeypatch):
    launched(monkeypatch, TORCHELASTIC_MAX_RESTARTS=3)
    answer = gradiente("train", "digits", "--engine", "torch")
    assert answer.status == 2
    assert "--run-name NAME" in answer.err


def test_a_finished_run_of_that_name_is_not_touched(own_folder, monkeypatch):
    train("iris", "--epochs", 1, run="mine")
    before = weights("mine")
    launched(monkeypatch)
    answer = gradiente("train", "iris", "--epochs", 1, "--engine", "torch", "--run", "mine")
    assert answer.status == 2
    assert same_bits(weights("mine"), before)


def test_another_training_of_that_name_is_not_gone_on_with(own_folder, monkeypatch):
    train("iris", "--epochs", 1, run="mine")
    (own_folder / "mine" / "network.safetensors").unlink()
    launched(monkeypatch, WORLD_SIZE=1)
    answer = gradiente("train", "iris", "--epochs", 2, "--lr", 0.5, "--run", "mine")
    assert answer.status == 2
    again = gradiente("train", "iris", "--epochs", 2, "--run", "mine", "--json")
    assert again.status == 0, again.err
    assert again.data["epochs"] == 2
