"""A folder with x.npy and y.npy: the same data set as in an .npz, of any size."""

import subprocess
import sys

import numpy as np
import pytest

from gradiente.data import Dataset, RandomHorizontalFlip, load
from gradiente.data.npy import read_mapped_inputs, read_npy
from gradiente.data.standardize import Standardizer
from gradiente.errors import DataError, DivergenceError, FileError, ShapeError
from gradiente.layers import Linear, ReLU
from gradiente.losses import CrossEntropyLoss, MSELoss
from gradiente.mapped import MappedArray
from gradiente.metrics import undefined_metrics
from gradiente.network import Network
from gradiente.optimizers import Adam
from gradiente.training import Trainer

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(60, 5))
Y = np.arange(60) % 3 + 4
BYTES = DRAW.integers(0, 256, (60, 6, 6), dtype=np.uint8)
KINDS = {
    "real": X,
    "float32": X.astype(np.float32),
    "whole": DRAW.integers(-9, 9, (60, 4)),
    "half": X.astype(np.float16),
    "big-endian": X.astype(">f4"),
    "columns first": np.asfortranarray(X),
    "bytes": BYTES[:, 0],
    "pictures": BYTES,
    "colours last": DRAW.integers(0, 256, (60, 5, 4, 3), dtype=np.uint8),
    "colours first": DRAW.random((60, 3, 5, 6)),
}


@pytest.fixture
def saved(tmp_path):
    def save(x=X, y=Y, name="own"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        np.save(folder / "x.npy", x)
        np.save(folder / "y.npy", y)
        np.savez(tmp_path / f"{name}.npz", x=x, y=y)
        return folder

    return save


def close(ours, theirs):
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    np.testing.assert_allclose(np.asarray(ours), theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("y", [Y, X[:, 0], X[:, :2]], ids=["classes", "numbers", "several"])
@pytest.mark.parametrize(
    "options", [{}, {"standardize": False}, {"standardize_target": True}, {"constant_input": True}]
)
def test_as_in_an_npz(saved, kind, y, options):
    folder = saved(KINDS[kind], y)
    if KINDS[kind].ndim > 2:
        options = {}
    for ours, theirs in zip(
        load(folder, seed=2, **options), load(f"{folder}.npz", seed=2, **options), strict=True
    ):
        assert isinstance(ours.x, MappedArray)
        close(ours.x, theirs.x)
        close(ours.y, theirs.y)
        assert (ours.task, ours.name, ours.classes, ours.features, ours.image_shape) == (
            theirs.task,
            theirs.name,
            theirs.classes,
            theirs.features,
            theirs.image_shape,
        )
        assert (ours.encoder is None) == (theirs.encoder is None)
        np.testing.assert_allclose(ours.in_units(ours.y), theirs.in_units(theirs.y), rtol=1e-6, atol=1e-6)


@undefined_metrics()
def learned(data, loss, **options):
    train, test = data
    network = Network([Linear(train.x.shape[1], 8), ReLU(), Linear(8, train.outputs)], seed=1)
    trainer = Trainer(network, loss, Adam(lr=0.01), **options)
    history = trainer.fit(train, validation=0.25, epochs=3, batch_size=16)
    values = [record["val_loss"] for record in history]
    return network.theta.tobytes(), values, trainer.evaluate(test), trainer.predict(test.x).tobytes()


def in_memory(data):
    return [
        Dataset(np.asarray(part.x), part.y, part.task, part.name, part.classes, (), part.image_shape)
        for part in data
    ]


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
def test_a_network_learns_the_same_from_the_file_and_from_memory(saved, engine):
    data = load(saved())
    assert learned(data, CrossEntropyLoss(), engine=engine) == learned(
        in_memory(data), CrossEntropyLoss(), engine=engine
    )
    data = load(saved(y=X[:, 0]))
    assert learned(data, MSELoss(), engine=engine) == learned(in_memory(data), MSELoss(), engine=engine)


def test_and_with_augmentation(saved):
    data = load(saved(BYTES))
    options = {"augmentation": RandomHorizontalFlip(p=0.5)}
    assert learned(data, CrossEntropyLoss(), **options) == learned(
        in_memory(data), CrossEntropyLoss(), **options
    )


def test_the_diagnosis_of_a_divergence_reads_no_more_than_a_piece(saved, monkeypatch):
    monkeypatch.setattr("gradiente.mapped.PIECE_BYTES", 100)
    x = X.astype(np.float32)
    x[50] = 3e38
    mapped = Dataset(np.load(saved(x) / "x.npy", mmap_mode="r"), Y - 4, "classification", "own")
    said = []
    for data in (mapped, *in_memory([mapped])):
        network = Network([Linear(5, 3)], seed=1)
        network.theta *= 100
        trainer = Trainer(network, CrossEntropyLoss(), Adam(lr=0.01))
        with pytest.raises(DivergenceError) as caught:
            trainer.fit(data.subset(np.arange(40)), validation=data.subset(np.arange(40, 60)), epochs=1)
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert "3e+38" in said[0]


def test_arrays_that_numpy_maps(saved):
    folder = saved(X.astype(np.float32), Y - 4)
    x = np.load(folder / "x.npy", mmap_mode="r")
    data = Dataset(x, Y - 4, "classification", "own")
    assert np.shares_memory(data.x, x)
    part = data.subset(np.array([5, 1]))
    assert isinstance(part.x, MappedArray)
    np.testing.assert_array_equal(np.asarray(part.x), X[[5, 1]].astype(np.float32))
    half = Dataset(
        np.load(saved(KINDS["half"], Y, "half") / "x.npy", mmap_mode="r"), Y - 4, "classification", "own"
    )
    assert isinstance(half.x, MappedArray)
    assert half.x.dtype == np.float32
    assert data.is_same(Dataset(X.astype(np.float32), Y - 4, "classification", "own"))
    assert not data.is_same(half)


@pytest.mark.parametrize("rows", [1, 2, 7, 60])
def test_standardization_from_pieces(rows):
    x = X * [1, 1e-3, 1e6, 0, 1] + [0, 1e3, 1e9, 0.1, 5]
    ours = Standardizer.fit_pieces(x[start : start + rows] for start in range(0, len(x), rows))
    np.testing.assert_allclose(ours.mean, x.mean(axis=0), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(ours.scale[:3], x.std(axis=0)[:3], rtol=1e-9)
    assert ours.scale[3] == 1


@pytest.mark.parametrize("name", ["x.npy", "y.npy"])
def test_a_file_that_is_missing(saved, name):
    folder = saved()
    (folder / name).unlink()
    with pytest.raises(FileError, match=f"expected a folder with x.npy and y.npy; missing: {name}. Write"):
        load(folder)


@pytest.mark.parametrize("name", ["x.npy", "y.npy"])
def test_cut_anywhere_or_corrupt(saved, name):
    path = saved() / name
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError, match=r"not a complete .npy file"):
            read_npy(path.parent)
    for place in range(10):  # of its format and the length of its header
        path.write_bytes(whole[:place] + b"\7" + whole[place + 1 :])
        with pytest.raises(FileError, match=r"not a complete .npy file"):
            read_npy(path.parent)


def test_pickled_objects_are_never_opened(saved):
    with pytest.raises(FileError, match="contains Python objects"):
        read_npy(saved(y=np.array([{}] * 60, dtype=object)))


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        (X[:0], Y[:0], DataError, "no data"),
        (X, Y[:59], DataError, "x has 60 instances and y has 59"),
        (X, np.zeros(60, int), DataError, "single class"),
        (X.astype(str), Y, DataError, "x must contain real numbers"),
        (X.astype(complex), Y, DataError, "x must contain real numbers"),
        (X, Y.astype(str), DataError, "y must contain real numbers"),
        (
            np.where(np.arange(300).reshape(60, 5) == 299, np.nan, X),
            Y,
            DataError,
            "nan in row 59 .*, column 'x5'",
        ),
        (X * 1e300, Y, DataError, "x contains"),
        (X, np.full(60, np.inf), DataError, "y contains inf in row 0"),
        (X[:, 0], Y, ShapeError, r"got \(60,\)"),
        (np.float64(3), Y, ShapeError, r"got \(\)"),
        (X, Y[:, None], ShapeError, r"got \(60, 1\)"),
        (np.zeros((60, 3, 5, 3)), Y, DataError, r"shape \(60, 3, 5, 3\) is ambiguous"),
    ],
)
def test_data_that_cannot_be_learned_from(saved, x, y, error, message, monkeypatch):
    monkeypatch.setattr("gradiente.mapped.PIECE_BYTES", 100)
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        load(saved(x, y), standardize=False if x.ndim == 2 else None)


def test_inputs_alone(saved):
    np.testing.assert_array_equal(np.asarray(read_mapped_inputs(saved() / "x.npy")), X)
    with pytest.raises(FileError, match="there is no file"):
        read_mapped_inputs("nowhere.npy")


LIMITED = """
import resource, sys
import numpy as np
from gradiente.data import Dataset, load
from gradiente.layers import Linear
from gradiente.losses import CrossEntropyLoss
from gradiente.network import Network
from gradiente.optimizers import SGD
from gradiente.training import Trainer

network = Network([Linear(1000, 3)])
trainer = Trainer(network, CrossEntropyLoss(), SGD(lr=0.01), engine=sys.argv[2])
trainer.partial_fit(Dataset(np.eye(3, 1000), np.arange(3), "classification", "three"))  # what it loads and compiles
size = int(open("/proc/self/status").read().split("VmData:")[1].split()[0]) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (size + (100 << 20),) * 2)
train, test = load(sys.argv[1])
trainer.fit(train, validation=0.3, epochs=1, batch_size=256)
assert trainer.evaluate(test)["accuracy"] > 0.99
assert network.predict(train.x).shape == (len(train), 3)
try:
    np.asarray(train.x)
except MemoryError:
    print("the limit holds")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of what a process may allocate is Linux's")
@pytest.mark.parametrize("engine", ["compiled", "numpy", "torch"])
def test_data_larger_than_memory(tmp_path, engine):
    y = np.random.default_rng(0).integers(0, 3, 80_000)
    x = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", dtype=np.float32, shape=(len(y), 1000))
    x[np.arange(len(y)), y] = 1  # 320 megabytes, of which each row has one number that says its class
    del x
    np.save(tmp_path / "y.npy", y)
    done = subprocess.run([sys.executable, "-c", LIMITED, tmp_path, engine], capture_output=True, text=True)
    assert done.stdout == "the limit holds\n", done.stderr
