"""Parameters in files that PyTorch's programs write and read, both ways."""

import importlib.util
import os
import pickle

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

import gradiente as gr
from gradiente import ArgumentError, FileError, Network
from gradiente.pytorch import read_state_dict, save_state_dict

both_types = pytest.mark.parametrize("dtype", ["float32", "float64"])


def network(dtype="float32", seed=1):
    layers = [gr.Conv2d(1, 2, 3), gr.BatchNorm2d(2), gr.Flatten(), gr.Linear(8, 3, bias=False)]
    made = Network(layers, seed=seed, dtype=dtype, input_shape=(1, 4, 4))
    made.buffers["1.running_mean"][...] = seed / 3
    made.buffers["1.num_batches_tracked"][...] = 5
    return made


def bits(state):
    return {name: (str(np.asarray(a).dtype), np.asarray(a).tobytes()) for name, a in state.items()}


def torch_save(state, path):
    torch.save(state, path)


def safetensors_save(state, path):
    safetensors.torch.save_file({name: t.contiguous() for name, t in state.items()}, path)


every_writer = pytest.mark.parametrize(
    ("save", "name"),
    [(torch_save, "net.pt"), (torch_save, "net.pth"), (safetensors_save, "net.safetensors")],
    ids=["pt", "pth", "safetensors"],
)


@both_types
def test_pytorch_loads_what_we_save(tmp_path, dtype):
    ours, module = network(dtype), network(dtype, seed=2).to_torch()
    save_state_dict(ours, tmp_path / "net.pt")
    state = torch.load(tmp_path / "net.pt", weights_only=True)
    assert bits(state) == bits(ours.state_dict())
    module.load_state_dict(state, strict=True)
    assert bits(module.state_dict()) == bits(ours.state_dict())


@both_types
def test_pytorch_loads_the_file_of_a_network(tmp_path, dtype):
    ours, module = network(dtype), network(dtype, seed=2).to_torch()
    ours.save(tmp_path / "net.safetensors")
    module.load_state_dict(safetensors.torch.load_file(tmp_path / "net.safetensors"), strict=True)
    assert bits(module.state_dict()) == bits(ours.state_dict())


@both_types
@every_writer
def test_we_load_what_pytorch_saves(tmp_path, dtype, save, name):
    module, ours = network(dtype).to_torch(), network(dtype, seed=2)
    save(module.state_dict(), tmp_path / name)
    ours.load_state_dict(read_state_dict(tmp_path / name))
    assert bits(ours.state_dict()) == bits(module.state_dict())


def test_what_is_read_has_memory_of_its_own(tmp_path):
    save_state_dict(network(), tmp_path / "net.pt")
    state = read_state_dict(str(tmp_path / "net.pt"))
    for array in state.values():
        array += 1


class Wrapped(nn.Module):
    """What DistributedDataParallel, which wants a group of processes, makes of the names."""

    def __init__(self, module):
        super().__init__()
        self.module = module


@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")  # its compiler's, as it is loaded
@pytest.mark.parametrize(
    "wrap",
    [
        nn.DataParallel,
        Wrapped,
        torch.compile,
        lambda module: Wrapped(torch.compile(module)),
        lambda module: torch.compile(Wrapped(module)),
    ],
    ids=["DataParallel", "DDP", "compiled", "DDP of compiled", "compiled DDP"],
)
@every_writer
def test_what_wrappers_put_before_the_names_is_left_out(tmp_path, wrap, save, name):
    module, ours = network().to_torch(), network(seed=2)
    state = wrap(module).state_dict()
    assert not state.keys() & ours.state_dict().keys()
    save(state, tmp_path / name)
    ours.load_state_dict(read_state_dict(tmp_path / name))
    assert bits(ours.state_dict()) == bits(module.state_dict())


def test_names_that_only_some_entries_begin_with_stay(tmp_path):
    state = {"module.0.weight": torch.ones(2), "head.weight": torch.ones(1)}
    torch.save(state, tmp_path / "net.pt")
    assert read_state_dict(tmp_path / "net.pt").keys() == state.keys()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@every_writer
def test_short_numbers_become_float32_exactly(tmp_path, save, name, dtype):
    module, ours = network().to_torch().to(dtype), network(seed=2)
    save(module.state_dict(), tmp_path / name)
    state = read_state_dict(tmp_path / name)
    assert {str(array.dtype) for array in state.values()} == {"float32", "int64"}
    ours.load_state_dict(state)
    assert bits(ours.to_torch().to(dtype).float().state_dict()) == bits(module.float().state_dict())


class Tempting:
    def __reduce__(self):
        return os.mkdir, ("made by a file",)


@pytest.mark.parametrize(
    "content", [nn.Linear(2, 1), {"0.weight": torch.ones(1), "config": Tempting()}], ids=["module", "code"]
)
def test_a_file_with_python_objects_is_not_executed(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    torch.save(content, "net.pt")
    with pytest.raises(FileError, match=r"net\.pt contains Python objects, .*torch\.save\("):
        read_state_dict("net.pt")
    assert not (tmp_path / "made by a file").exists()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"epoch": 3, "model": {"0.weight": torch.ones(1)}}, "'epoch', 'model'"),
        ({"state": {}, "param_groups": []}, "'state', 'param_groups'"),
        ({"0.weight": torch.ones(1), "version": 2}, ": 'version'"),
        ({0: torch.ones(1)}, ": 0"),
        ([torch.ones(1)], ": list"),
        (torch.ones(1), ": Tensor"),
    ],
)
def test_a_file_that_holds_something_else_is_named(tmp_path, content, named):
    torch.save(content, tmp_path / "net.pt")
    with pytest.raises(FileError, match=rf"net\.pt contains something other .*{named}.*torch\.save\("):
        read_state_dict(tmp_path / "net.pt")


@pytest.mark.parametrize("keep", [0, 1, 30, 200, -30])
@every_writer
def test_a_file_cut_short_is_an_error(tmp_path, save, name, keep):
    path = tmp_path / name
    save(network().to_torch().state_dict(), path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(FileError, match=rf"{name} is not a complete"):
        read_state_dict(path)


@pytest.mark.parametrize("name", ["net.pt", "net.safetensors"])
@pytest.mark.parametrize("content", [b"not a network" * 9, b"\x00" * 64, pickle.dumps([1, 2])])
def test_a_file_of_another_kind_is_an_error(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=rf"{name} (is not a complete|contains something other)"):
        read_state_dict(tmp_path / name)


@pytest.mark.parametrize("name", ["net.pt", "net.safetensors"])
def test_a_missing_file_is_an_error(tmp_path, name):
    with pytest.raises(FileError, match=f"no file .*{name}"):
        read_state_dict(tmp_path / name)
    (tmp_path / name).mkdir()
    with pytest.raises(FileError, match=f"cannot read .*{name}: it is a folder"):
        read_state_dict(tmp_path / name)


def test_where_nothing_can_be_written_the_old_file_stays(tmp_path, monkeypatch):
    save_state_dict(network(), tmp_path / "net.pt")
    before = (tmp_path / "net.pt").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FileError, match="the disk is full"):
        save_state_dict(network(seed=2), tmp_path / "net.pt")
    assert (tmp_path / "net.pt").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["net.pt"]


def test_without_pytorch_both_say_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for call in (lambda: save_state_dict(network(), tmp_path / "a.pt"), lambda: read_state_dict("a.pt")):
        with pytest.raises(ArgumentError, match=r'pip install "gradiente\[torch\]"'):
            call()
