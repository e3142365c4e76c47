import gzip
import shutil
import socket

import numpy as np
import pytest

from gradiente.data import load
from gradiente.data.mnist import fashion_mnist, mnist
from gradiente.errors import FileError

TEST_LABELS = "t10k-labels-idx1-ubyte.gz"


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_mnist(mnist_folder):
    train, test = load("mnist", data_dir=mnist_folder)
    assert (train.x.shape, test.x.shape) == ((60000, 784), (10000, 784))
    assert (train.x.dtype, train.y.dtype, train.image_shape) == (np.float32, np.int64, (28, 28))
    # Published facts of the set: counts of each digit, first labels, mean and deviation of the pixels.
    assert np.bincount(train.y).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert train.y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert (train.x.min(), train.x.max()) == (0, 1)
    np.testing.assert_allclose([train.x.mean(), train.x.std()], [0.130660, 0.308108], atol=1e-5)
    raw = gzip.decompress((mnist_folder / "t10k-images-idx3-ubyte.gz").read_bytes())
    np.testing.assert_allclose(test.x.ravel(), np.frombuffer(raw, np.uint8, offset=16) / 255, rtol=1e-6)


def test_fashion_mnist(fashion_folder):
    train, test = fashion_mnist(fashion_folder)
    assert (len(train), len(test)) == (60000, 10000)
    assert [train.classes[k] for k in train.y[:4]] == ["Ankle boot", "T-shirt/top", "T-shirt/top", "Dress"]
    np.testing.assert_allclose([test.x.mean(), test.x.std()], [0.286849, 0.352444], atol=1e-5)


def test_both_sets_in_the_folder_of_the_environment(monkeypatch, mnist_folder, fashion_folder):
    assert mnist_folder.parent == fashion_folder.parent
    monkeypatch.setenv("GRADIENTE_DATA_DIR", str(mnist_folder.parent))
    assert load("mnist")[1].y[:5].tolist() == [7, 2, 1, 0, 4]
    assert load("fashion-mnist")[1].y[:5].tolist() == [9, 2, 1, 1, 6]


def test_missing_files_are_named(tmp_path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / TEST_LABELS).touch()
    with pytest.raises(FileError, match=r"missing: train-images.*, train-labels.*, t10k-images") as caught:
        mnist(tmp_path)
    assert TEST_LABELS not in str(caught.value)
    with pytest.raises(FileError, match=r"incomplete in .*nowhere"):
        mnist(tmp_path / "nowhere")


def test_a_wrong_checksum_names_the_file_expected_and_got(tmp_path, mnist_folder):
    shutil.copytree(mnist_folder, tmp_path, dirs_exist_ok=True)
    content = bytearray((tmp_path / TEST_LABELS).read_bytes())
    content[100] ^= 1
    (tmp_path / TEST_LABELS).write_bytes(content)
    expected = "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    with pytest.raises(
        FileError, match=f"{TEST_LABELS} is not the published file: .* {expected}, got [0-9a-f]{{64}}"
    ):
        mnist(tmp_path)


def test_the_files_of_the_other_set_are_not_taken_for_these(fashion_folder):
    with pytest.raises(FileError, match="is not the published file"):
        mnist(fashion_folder)
