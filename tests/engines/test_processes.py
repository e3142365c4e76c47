"""Several processes of one training: they take the steps of one."""

import importlib.util
import multiprocessing
import runpy
import socket
from pathlib import Path

import numpy as np
import pytest

from gradiente import Adam, ArgumentError, CrossEntropyLoss, Linear, Network, Trainer
from gradiente.engines import Group, launched
from gradiente.errors import ShapeError
from gradiente.storage import load_tensors

SCRIPT = Path(__file__).parent / "distributed_training.py"
spec = importlib.util.spec_from_file_location("distributed_training", SCRIPT)
assert spec is not None
assert spec.loader is not None
work = importlib.util.module_from_spec(spec)
spec.loader.exec_module(work)


@pytest.fixture(scope="module")
def server():
    """Where processes come from that have PyTorch already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch.distributed.fsdp", "gradiente"])
    return context


@pytest.fixture(scope="module", params=[2, 3])
def ended(request, server, tmp_path_factory):
    """What the trainings ended with in so many processes, all of them in one launch."""
    folder, count = tmp_path_factory.mktemp("processes"), request.param
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = []
    for rank in range(count):
        environment = {"RANK": rank, "WORLD_SIZE": count, "LOCAL_RANK": rank}
        environment |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        names = {"FOLDER": folder, "ENVIRONMENT": {name: str(value) for name, value in environment.items()}}
        processes.append(server.Process(target=runpy.run_path, args=(str(SCRIPT), names, "__main__")))
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
    assert [process.exitcode for process in processes] == [0] * count
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", work.TRAININGS)
def test_n_processes_end_as_one_does_by_the_closed_forms(ended, name):
    expected = work.train(name, "numpy")
    files = list(ended.glob(f"{name}, *.safetensors"))
    assert files
    for file in files:
        numbers, _ = load_tensors(file)
        assert numbers.keys() == expected.keys()
        for key, value in expected.items():
            np.testing.assert_allclose(numbers[key], value, rtol=1e-10, atol=1e-10, err_msg=f"{file}: {key}")


@pytest.mark.slow
def test_a_batch_smaller_than_the_number_of_processes_is_refused_by_each(ended):
    said = [path.read_text() for path in ended.glob("batch of one *.txt")]
    assert len(said) >= 2
    assert all("a batch of 1 cannot be split among" in words for words in said)


@pytest.mark.slow
def test_half_precision_learns_with_normalization_over_processes(ended):
    first, last = map(float, (ended / "bf16.txt").read_text().split())
    assert last < 0.8 * first


@pytest.mark.slow
def test_a_training_stopped_in_the_middle_of_an_epoch_ends_in_each_process_with_the_bits_of_a_whole_one(
    ended,
):
    ends = {path.read_bytes() for path in ended.glob("stopped */*")}
    assert len(list(ended.glob("stopped */*"))) >= 4
    assert len(ends) == 1


def launch(monkeypatch, rank, count):
    for name, value in {"RANK": rank, "WORLD_SIZE": count, "LOCAL_RANK": rank, "MASTER_ADDR": "::1"}.items():
        monkeypatch.setenv(name, str(value))


def test_a_launcher_says_in_the_environment_who_this_is(monkeypatch):
    assert launched() == Group(0, 1, 0)
    launch(monkeypatch, 3, 8)
    group = launched()
    assert (group.rank, group.world_size, group.local_rank) == (3, 8, 3)
    assert not group.is_global_zero


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_an_engine_of_one_process_says_so_under_a_launcher(monkeypatch, engine):
    launch(monkeypatch, 0, 2)
    with pytest.raises(
        ArgumentError, match=f"2 processes were launched, and the engine {engine} runs in one"
    ):
        Trainer(Network([Linear(2, 2)]), CrossEntropyLoss(), Adam(), engine=engine)


def test_the_first_process_alone_works_for_itself():
    assert Group().on_global_zero(lambda: 3) == 3
    with pytest.raises(ShapeError):
        Group().on_global_zero(lambda: Network([Linear(2, 3), Linear(4, 1)]))
