"""`gradiente train` under torchrun: several processes that end as one, and one of them killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from .conftest import finish, gradiente, same_bits, train, weights

pytestmark = pytest.mark.slow
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


def kill_when_trained(process, run, rank, epochs=3):
    """Kill one process, without warning, once some epochs are on disk."""
    until = time.monotonic() + 90
    while epochs_done(run) < epochs:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    os.kill(workers(process)[rank], signal.SIGKILL)


def epochs_done(run):
    path = Path(run) / "metrics.csv"
    return len(path.read_text().splitlines()) - 1 if path.exists() else 0


@pytest.mark.parametrize("how", [[], ["--shard"]], ids=["copies", "shard"])
def test_two_processes_end_as_one(own_folder, how):
    several = finish(torchrun(*DIGITS, *how, "--epochs", 5, "--run-name", "two", "--json"))
    assert several.status == 0, several.err
    one = train(*DIGITS, "--epochs", 5, run="one")
    assert several.data["test"] == pytest.approx(one["test"], rel=1e-10)
    last, expected = several.data["last_epoch"], one["last_epoch"]
    assert last["loss"] == pytest.approx(expected["loss"], rel=1e-10)
    assert last["gradient_norms"] == pytest.approx(expected["gradient_norms"], rel=1e-8)
    for name, array in weights("one").items():
        np.testing.assert_allclose(weights("two")[name], array, rtol=1e-9, atol=1e-12)
    assert several.err.count("epoch 5/5") == 1
    assert gradiente("train", "--resume", "two", "--epochs", 6, "--json").data["epochs"] == 6


def test_a_killed_process_ends_the_run_with_a_message_and_a_checkpoint_that_loads(own_folder):
    process = torchrun(*DIGITS, "--epochs", 5000, "--run-name", "killed")
    kill_when_trained(process, "killed", rank=1)
    ended = finish(process)
    assert ended.status != 0
    assert "lost the others" in ended.err
    assert "--resume" in ended.err
    done = epochs_done("killed")
    again = gradiente("train", "--resume", "killed", "--epochs", done + 2, "--engine", "numpy", "--json")
    assert again.status == 0, again.err
    assert again.data["epochs"] == done + 2
    train(*DIGITS, "--epochs", done + 2, run="alone")
    for name, array in weights("alone").items():
        np.testing.assert_allclose(weights("killed")[name], array, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("rank", [0, 1])
def test_torchrun_starts_it_again_where_it_was(own_folder, rank):
    command = [*DIGITS, "--epochs", 30, "--run-name", "again"]
    process = torchrun(*command, launcher=("--max-restarts", "1"))
    kill_when_trained(process, "again", rank=rank)
    ended = finish(process)
    assert ended.status == 0, ended.err
    train(*DIGITS, "--epochs", 30, run="alone")
    for name, array in weights("alone").items():
        np.testing.assert_allclose(weights("again")[name], array, rtol=1e-6, atol=1e-9)


def test_ctrl_c_ends_it_at_an_epoch(own_folder):
    process = torchrun(*DIGITS, "--epochs", 5000, "--run-name", "stopped")
    until = time.monotonic() + 90
    while epochs_done("stopped") < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    for pid in workers(process).values():
        os.kill(pid, signal.SIGINT)
    ended = finish(process)
    assert ended.status == 0, ended.err
    assert ended.err.count("interrupted") == 1
    assert (Path("stopped") / "network.safetensors").is_file()


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
    assert "2 processes were launched and the engine numpy computes in one" in answer.err


def test_what_all_processes_meet_is_said_once(own_folder):
    ended = finish(torchrun("digits", "--engine", "numpy"))
    assert ended.status != 0
    assert ended.err.count("2 processes were launched") == 1


def test_what_another_process_meets_alone_is_said_by_it(own_folder, monkeypatch):
    launched(monkeypatch, RANK=1)
    monkeypatch.setattr("gradiente.cli.PATIENCE", 0)
    assert "torch under torchrun" in gradiente("train", "digits", "--engine", "numpy").err


def test_a_run_whose_machine_was_taken_back_goes_on_with_the_same_command(own_folder):
    train(*DIGITS, "--epochs", 1, run="base")
    command = [*DIGITS, "--pretrained", "base", "--freeze", "0", "--epochs", 25, "--run-name", "big"]
    process = torchrun(*command)
    until = time.monotonic() + 90
    while epochs_done("big") < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    finish(process)
    assert 2 <= epochs_done("big") < 25
    ended = finish(torchrun(*command, "--json"))
    assert ended.status == 0, ended.err
    assert ended.data["epochs"] == 25
    train(*DIGITS, "--pretrained", "base", "--freeze", "0", "--epochs", 25, run="alone")
    for name, array in weights("alone").items():
        np.testing.assert_allclose(weights("big")[name], array, rtol=1e-6, atol=1e-9)
    assert finish(torchrun(*command)).status != 0


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
