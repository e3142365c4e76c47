import io

import numpy as np
import pytest

from gradiente.data.npz import read_inputs, read_npz
from gradiente.errors import DataError, FileError, ShapeError

X = np.random.default_rng(0).normal(size=(6, 3))
Y = np.array([0, 1, 2, 0, 1, 2])


@pytest.fixture
def saved(tmp_path):
    def save(**arrays):
        np.savez(tmp_path / "own.npz", **arrays)
        return tmp_path / "own.npz"

    return save


def test_whole_y_is_a_class(saved):
    data = read_npz(saved(x=X, y=Y))
    assert (data.task, data.name, data.classes, data.features) == (
        "classification",
        "own",
        ("0", "1", "2"),
        ("x1", "x2", "x3"),
    )
    np.testing.assert_array_equal(data.x, X)
    np.testing.assert_array_equal(data.y, Y)


@pytest.mark.parametrize("dtype", [np.float64, np.uint8, bool])
def test_one_hot_rows_are_classes(saved, dtype):
    y = np.array([0, 2, 1, 2])
    data = read_npz(saved(x=np.zeros((4, 3)), y=np.eye(3, dtype=dtype)[y]))
    assert (data.task, data.classes, data.y.tolist()) == ("classification", ("0", "1", "2"), y.tolist())


def test_several_real_targets_are_none(saved):
    y = np.eye(3)[[0, 2, 1, 2]]
    y[1] = 0.5
    assert read_npz(saved(x=np.zeros((4, 3)), y=y)).task == "regression"


@pytest.mark.parametrize("y", [X[:, 0], Y / 2, np.arange(6.0), Y + 2.0**53, X[:, :2]])
def test_real_y_is_a_regression(saved, y):
    data = read_npz(saved(x=X, y=y))
    assert (data.task, data.outputs) == ("regression", y[0].size)
    np.testing.assert_array_equal(data.y, y)


@pytest.mark.parametrize("y", [Y.astype(float), Y[:, None].astype(np.float32)])
def test_whole_real_y_may_be_either(saved, y, caplog):
    caplog.set_level("INFO", "gradiente")
    data = read_npz(saved(x=X, y=y))
    assert (data.task, data.classes, data.y.tolist()) == ("classification", ("0", "1", "2"), Y.tolist())
    assert "taken as classes (--task regression" in caplog.text
    assert read_npz(saved(x=X, y=y), prefer_numbers=True).task == "regression"
    assert "taken as numbers (--task classification" in caplog.text
    assert read_npz(saved(x=X, y=y), "regression").task == "regression"
    assert read_npz(saved(x=X, y=y), "classification", prefer_numbers=True).task == "classification"


def test_two_whole_real_numbers_are_classes_as_in_a_table(saved):
    data = read_npz(saved(x=X, y=np.where(Y > 0, 1.0, -1.0)), prefer_numbers=True)
    assert (data.task, data.classes, data.y.tolist()) == ("classification", ("-1", "1"), (Y > 0).tolist())


def test_the_task_as_given(saved):
    data = read_npz(saved(x=X, y=Y), "regression")
    assert (data.task, data.y.tolist()) == ("regression", Y.tolist())
    with pytest.raises(DataError, match=r"y contains 0\.5, and classes are whole numbers"):
        read_npz(saved(x=X, y=Y / 2), "classification")


def test_compressed(tmp_path):
    np.savez_compressed(tmp_path / "own.npz", x=X, y=Y)
    np.testing.assert_array_equal(read_npz(tmp_path / "own.npz").x, X)


@pytest.mark.parametrize("shape", [(6, 4, 5), (6, 3, 4, 5), (6, 2, 7, 7), (6, 7, 7, 2), (6, 2, 3, 4, 3)])
def test_pictures_become_rows(saved, shape):
    pictures = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    data = read_npz(saved(x=pictures, y=Y))
    assert data.image_shape == shape[1:]
    assert data.x.dtype == np.float32
    np.testing.assert_allclose(data.x.reshape(shape), pictures / 255, rtol=1e-6)


@pytest.mark.parametrize("shape", [(6, 8, 5, 3), (6, 8, 5, 1), (6, 8, 8, 4), (6, 5, 3, 3)])
def test_colours_come_first(saved, shape):
    pictures = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    path = saved(x=pictures, y=Y)
    data = read_npz(path)
    assert data.image_shape == (shape[3], *shape[1:3])
    images = data.x.reshape(6, shape[3], *shape[1:3])
    for colour in range(shape[3]):
        np.testing.assert_allclose(images[:, colour], pictures[:, :, :, colour] / 255, rtol=1e-6)
    np.testing.assert_array_equal(read_inputs(path), data.x)


@pytest.mark.parametrize("shape", [(6, 1, 4, 4), (6, 3, 5, 3)])
def test_colours_that_may_be_first_or_last_are_refused(saved, shape):
    with pytest.raises(DataError, match="second or last"):
        read_npz(saved(x=np.zeros(shape), y=Y))


def test_real_pictures_keep_their_values(saved):
    pictures = np.random.default_rng(0).random((6, 4, 5))
    data = read_npz(saved(x=pictures, y=Y))
    np.testing.assert_array_equal(data.x, pictures.reshape(6, 20).astype(np.float32))


def test_missing_array_names_what_is_there(saved):
    with pytest.raises(DataError, match="y is missing, found only: x, labels"):
        read_npz(saved(x=X, labels=Y))


def test_cut_anywhere_or_corrupt(saved):
    path = saved(x=X, y=Y)
    whole = path.read_bytes()
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError, match=r"not a complete .npz file"):
            read_npz(path)
    position = whole.index(X.tobytes()) + 5
    path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
    with pytest.raises(FileError, match=r"not a complete .npz file"):
        read_npz(path)


def test_pickled_objects_are_never_opened(saved):
    with pytest.raises(FileError, match="contains Python objects"):
        read_npz(saved(x=np.array([{}, []], dtype=object), y=Y))


def test_another_format_under_the_name(tmp_path):
    path = tmp_path / "own.npz"
    stream = io.BytesIO()
    np.save(stream, X)
    for content in (stream.getvalue(), b"x,y\n1,2\n"):
        path.write_bytes(content)
        with pytest.raises(FileError, match=r"not a complete .npz file"):
            read_npz(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileError, match="there is no file"):
        read_npz(tmp_path / "own.npz")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X[:0], "y": Y[:0]}, "no data"),
        ({"x": np.empty((0, 4, 5)), "y": Y[:0]}, "no data"),
        ({"x": X, "y": Y[:5]}, "x has 6 instances and y has 5"),
        ({"x": X, "y": np.zeros(6, dtype=int)}, "single class"),
        ({"x": X.astype(str), "y": Y}, "x must contain real numbers"),
        ({"x": X, "y": Y.astype(str)}, "y must contain real numbers"),
        ({"x": np.zeros(6, [("a", "f4"), ("b", "i4")]), "y": Y}, "x must contain real numbers"),
        ({"x": np.zeros((6, 4, 4), [("a", "f4"), ("b", "i4")]), "y": Y}, "x must contain real numbers"),
        ({"x": np.zeros((6, 4, 4), complex), "y": Y}, "x must contain real numbers"),
        ({"x": np.zeros((6, 4, 4), "S3"), "y": Y}, "x must contain real numbers"),
        ({"x": np.zeros((6, 4), "M8[s]"), "y": Y}, "x must contain real numbers"),
        ({"x": X, "y": np.zeros(6, [("a", "f4"), ("b", "i4")])}, "y must contain real numbers"),
        ({"x": np.where(X[2, 1] < X, X, np.nan), "y": Y}, "nan in row"),
        ({"x": X, "y": np.full(6, np.inf)}, "y contains inf in row 0"),
    ],
)
def test_data_that_cannot_be_learned_from(saved, arrays, message):
    with pytest.raises(DataError, match=message):
        read_npz(saved(**arrays))


def test_shapes(saved):
    with pytest.raises(ShapeError, match=r"got \(6,\)"):
        read_npz(saved(x=X[:, 0], y=Y))
    with pytest.raises(ShapeError, match=r"got \(6, 1\)"):
        read_npz(saved(x=X, y=Y[:, None]))
