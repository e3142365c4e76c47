import os
import signal
import stat
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from safetensors.torch import save_file

from gradiente import FileError
from gradiente.storage import load_tensors, save_tensors, write_atomically


@pytest.mark.parametrize(
    ("content", "expected"), [("año\n", "año\n".encode()), (b"\x00\xff", b"\x00\xff"), ("", b"")]
)
def test_writes_and_replaces(tmp_path, content, expected):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    write_atomically(path, content)
    assert path.read_bytes() == expected
    write_atomically(str(path), content)
    assert os.listdir(tmp_path) == ["file"]


def test_the_file_has_the_permissions_of_any_new_file(tmp_path):
    write_atomically(tmp_path / "ours", "")
    (tmp_path / "theirs").write_text("")
    ours, theirs = ((tmp_path / name).stat().st_mode for name in ("ours", "theirs"))
    assert stat.S_IMODE(ours) == stat.S_IMODE(theirs)


WRITE_FOR_EVER = """
import sys
from gradiente.storage import write_atomically
number = 0
while True:
    write_atomically(sys.argv[1], bytes([number % 256]) * 300_000)
    if number == 0:
        print("started", flush=True)
    number += 1
"""


@pytest.mark.parametrize("moment", range(6))
def test_a_killed_process_leaves_a_whole_file(tmp_path, moment):
    path = tmp_path / "file"
    with subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        for _ in range(20):
            content = path.read_bytes()
            assert len(content) == 300_000
            assert len(set(content)) == 1
        time.sleep(0.0037 * moment)
        os.kill(process.pid, signal.SIGKILL)
    content = path.read_bytes()
    assert len(content) == 300_000
    assert len(set(content)) == 1


WRITE_TOO_MUCH = """
import resource, sys
from gradiente.errors import FileError
from gradiente.storage import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomically(sys.argv[1], b"x" * 5000)
except FileError as error:
    print(error)
    sys.exit(error.exit_status)
"""


def test_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", WRITE_TOO_MUCH, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "cannot write" in done.stdout
    assert str(path) in done.stdout
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "missing" / "x", tmp_path / "file" / "x", tmp_path / "folder"):
        with pytest.raises(FileError, match=f"cannot write {path}"):
            write_atomically(path, "new")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.skipif(
    os.geteuid() == 0, reason="needs a user whom permissions bind; the superuser writes anywhere"
)
def test_a_folder_without_permission_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(FileError, match="cannot write"):
        write_atomically(tmp_path / "x", "new")
    tmp_path.chmod(0o700)


def test_an_interrupted_write_leaves_no_part(tmp_path, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "x", "new")
    assert os.listdir(tmp_path) == []


TABLE = np.arange(24, dtype=np.float32).reshape(4, 6)


@pytest.mark.parametrize(
    "array",
    [
        TABLE,
        TABLE.T,
        TABLE[::2, ::3],
        TABLE[:, ::-1],
        np.asfortranarray(TABLE),
        np.float64(3).reshape(()),
        TABLE[:0],
    ],
)
def test_arrays_of_any_memory_layout_come_back(tmp_path, array):
    path = tmp_path / "a.safetensors"
    save_tensors(path, {"a": array, "b": TABLE}, {"words": "año"})
    tensors, metadata = load_tensors(path)
    np.testing.assert_array_equal(tensors["a"], array)
    np.testing.assert_array_equal(tensors["b"], TABLE)
    assert tensors["a"].dtype == array.dtype
    assert metadata == {"words": "año"}


def test_a_file_without_words_loads(tmp_path):
    (tmp_path / "a").write_bytes(save({"a": TABLE}))
    tensors, metadata = load_tensors(tmp_path / "a")
    assert list(tensors) == ["a"]
    assert metadata == {}


@pytest.mark.parametrize("keep", [0, 5, 8, 40, -1])
def test_a_truncated_file_is_an_error(tmp_path, keep):
    path = tmp_path / "a.safetensors"
    path.write_bytes(save({"a": TABLE})[:keep])
    with pytest.raises(FileError, match=r"a\.safetensors is not a complete"):
        load_tensors(path)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileError, match="there is no file"):
        load_tensors(tmp_path / "missing")
    with pytest.raises(FileError, match="it is a folder"):
        load_tensors(tmp_path)


@pytest.mark.parametrize("metadata", [None, {"kind": "test"}])
def test_bfloat16_comes_back_as_float32(tmp_path, metadata):
    tensors = {
        "a": torch.tensor([[1.0, -2.5], [3e38, 1e-40]]).bfloat16(),
        "b": torch.tensor([1.5, 2.5], dtype=torch.float64),
        "scalar": torch.tensor(-7.0).bfloat16(),
    }
    save_file(tensors, tmp_path / "half.safetensors", metadata=metadata)
    arrays, words = load_tensors(tmp_path / "half.safetensors")
    assert words == (metadata or {})
    assert {name: str(array.dtype) for name, array in arrays.items()} == {
        "a": "float32",
        "b": "float64",
        "scalar": "float32",
    }
    for name, tensor in tensors.items():
        expected = tensor.double().numpy()
        assert arrays[name].shape == expected.shape
        assert np.array_equal(arrays[name].astype(np.float64), expected)


def test_a_type_that_numpy_lacks_is_named(tmp_path):
    tensors = {"ok": torch.zeros(2), "tiny": torch.zeros(2).to(torch.float8_e4m3fn)}
    save_file(tensors, tmp_path / "tiny.safetensors")
    with pytest.raises(FileError, match=r"tiny has numbers of type F8_E4M3.*F32, F16 or BF16"):
        load_tensors(tmp_path / "tiny.safetensors")
