"""Arrays kept in the cache folder: the same as made anew, whatever happened to the files."""

import os
import stat
import subprocess
import sys
import time

import numpy as np
import pytest

from gradiente.data import Dataset, load
from gradiente.data.cached import cached_arrays, checksum
from gradiente.engines import REGISTRY as ENGINES
from gradiente.layers import Linear
from gradiente.losses import MSELoss
from gradiente.network import Network
from gradiente.optimizers import SGD
from gradiente.training import Trainer

SOURCES = ["ab" * 32, "cd" * 32]
X = np.random.default_rng(0).random((50, 6), dtype=np.float32)
Y = np.arange(50) % 3


class Maker:
    """Makes the arrays, and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return {"x": X.copy(), "y": Y.copy()}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIENTE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def make():
    return Maker()


def same(arrays):
    return set(arrays) == {"x", "y"} and all(
        np.array_equal(arrays[name], made) and arrays[name].dtype == made.dtype
        for name, made in (("x", X), ("y", Y))
    )


def is_mapped(array):
    while array is not None and not isinstance(array, np.memmap):
        array = array.base
    return array is not None


def test_made_once_and_then_mapped(cache, make):
    for _ in range(3):
        arrays = cached_arrays("set", SOURCES, make)
        assert same(arrays)
        assert all(type(array) is np.ndarray and is_mapped(array) for array in arrays.values())
    assert make.times == 1


def test_written_to_it_is_copied(cache, make):
    first = cached_arrays("set", SOURCES, make)
    first["x"][:] = 7
    assert same(cached_arrays("set", SOURCES, make))
    assert make.times == 1


def test_other_sources_or_another_format_are_made_anew(cache, make, monkeypatch):
    cached_arrays("set", SOURCES, make)
    cached_arrays("set", SOURCES[::-1], make)
    assert make.times == 2
    monkeypatch.setattr("gradiente.data.cached.FORMAT", 2)
    cached_arrays("set", SOURCES, make)
    assert make.times == 3


def kept_files(cache):
    return sorted(path for path in cache.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["x.npy", "y.npy", "checksums.json"])
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_truncated(cache, make, name, share):
    cached_arrays("set", SOURCES, make)
    path = next(path for path in kept_files(cache) if path.name == name)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert same(cached_arrays("set", SOURCES, make))
    assert make.times == 2
    assert same(cached_arrays("set", SOURCES, make))
    assert make.times == 2  # it is whole again


@pytest.mark.parametrize("name", ["x.npy", "y.npy"])
def test_any_wrong_byte(cache, make, name):
    cached_arrays("set", SOURCES, make)
    path = next(path for path in kept_files(cache) if path.name == name)
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        assert same(cached_arrays("set", SOURCES, make))
        path.write_bytes(whole)


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", "3", '"x"', '{"x": 1}', "[[[[", '{"../x": "0"}'])
def test_checksums_that_are_none(cache, make, content):
    cached_arrays("set", SOURCES, make)
    path = next(path for path in kept_files(cache) if path.name == "checksums.json")
    path.write_text(content)
    assert same(cached_arrays("set", SOURCES, make))
    assert make.times == 2


@pytest.mark.parametrize("name", ["x.npy", "y.npy", "checksums.json"])
def test_a_file_that_is_missing(cache, make, name):
    cached_arrays("set", SOURCES, make)
    next(path for path in kept_files(cache) if path.name == name).unlink()
    assert same(cached_arrays("set", SOURCES, make))
    assert make.times == 2


def test_a_process_killed_while_it_writes_leaves_nothing_that_counts(cache, make):
    program = (
        "import os, signal, numpy as np, gradiente.data.cached as cached\n"
        "save = np.save\n"
        "def half(file, array):\n"
        "    save(file, array[: len(array) // 2]); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "cached.np.save = half\n"
        f"cached.cached_arrays('set', {SOURCES!r}, lambda: {{'x': np.ones((50, 6), np.float32)}})\n"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode < 0
    (partial,) = kept_files(cache)
    assert same(cached_arrays("set", SOURCES, make))
    assert make.times == 1
    assert partial.exists()  # another process may still be writing it
    os.utime(partial, (time.time() - 3600, time.time() - 3600))
    (partial.parent / "x.npy").unlink()
    assert same(cached_arrays("set", SOURCES, make))
    assert not partial.exists()


def test_without_a_place_to_write_it_works_as_ever(tmp_path, monkeypatch, make):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRADIENTE_CACHE_DIR", str(tmp_path / "file"))
    for _ in range(2):
        assert same(cached_arrays("set", SOURCES, make))
    assert make.times == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(cache, make):
    cache.mkdir()
    cache.chmod(stat.S_IRUSR | stat.S_IXUSR)
    for _ in range(2):
        assert same(cached_arrays("set", SOURCES, make))
    assert make.times == 2


def test_a_full_disk(cache, make, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gradiente.data.cached.np.save", full)
    assert same(cached_arrays("set", SOURCES, make))
    assert kept_files(cache) == []


@pytest.mark.parametrize("change", ["word", "rows", "shape", "dtype"])
def test_the_checksum_tells_arrays_apart(change):
    array = np.arange(24.0).reshape(4, 6)
    other = {
        "word": np.where(array == 17, 17.5, array),
        "rows": array[[0, 2, 1, 3]],
        "shape": array.reshape(4, 3, 2),
        "dtype": array.view(np.int64),
    }[change]
    assert checksum(array) == checksum(array.copy())
    assert checksum(array) != checksum(np.ascontiguousarray(other))


def test_mnist_is_the_same_from_its_files_and_from_the_cache(mnist_folder, cache, monkeypatch):
    made, first, again = (load("mnist", data_dir=mnist_folder) for _ in range(3))
    monkeypatch.setenv("GRADIENTE_CACHE_DIR", os.devnull)
    for sets in (made, first, again):
        for part, plain in zip(sets, load("mnist", data_dir=mnist_folder), strict=True):
            assert not is_mapped(plain.x)
            assert (part.x.dtype, part.y.dtype) == (plain.x.dtype, plain.y.dtype)
            assert part.x.tobytes() == plain.x.tobytes()
            assert np.array_equal(part.y, plain.y)
            assert (part.name, part.classes, part.image_shape) == (
                plain.name,
                plain.classes,
                plain.image_shape,
            )
    assert is_mapped(again[0].x)
    assert again[0].x.flags.writeable


@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("mode", ["r", "c"])
def test_a_network_learns_the_same_from_a_map(tmp_path, engine, mode):
    y = X @ np.arange(6, dtype=np.float32)
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", y)
    mapped = [np.load(tmp_path / f"{name}.npy", mmap_mode=mode) for name in "xy"]

    def learned(x, y):
        network = Network([Linear(6, 1)], seed=1)
        trainer = Trainer(network, MSELoss(), SGD(lr=0.1), engine=engine)
        history = trainer.fit(Dataset(x, y, "regression", "set"), validation=0.2, epochs=3, batch_size=8)
        return network.theta.tobytes(), [record["val_loss"] for record in history]

    assert learned(*mapped) == learned(X, y)
    assert np.load(tmp_path / "x.npy").tobytes() == X.tobytes()
