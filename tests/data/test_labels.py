"""A data set whose instances have any number of several labels."""

from typing import Any

import numpy as np
import pytest

from gradiente import ArgumentError, DataError, ShapeError
from gradiente.data import Dataset
from gradiente.data.encoder import Encoder
from gradiente.data.load import load
from gradiente.data.npz import read_npz

X = np.arange(12.0).reshape(6, 2)
Y = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]])


def labelled(**facts):
    return Dataset(X, Y, "multilabel", "films", **facts)


def test_what_it_holds():
    data = labelled(classes=("action", "drama", "comedy"))
    assert (data.outputs, data.classifies, data.y.dtype) == (3, True, X.dtype)
    assert data.counts.tolist() == Y.sum(axis=0).tolist()
    assert [data.answer(row) for row in range(3)] == ["action, comedy", "–", "action, drama, comedy"]
    np.testing.assert_array_equal(data.subset(np.array([2, 0])).y, Y[[2, 0]])


def test_a_classification_of_several_columns_is_one_of_labels():
    data = Dataset(X, Y.astype(bool), "classification", "films")
    assert (data.task, data.classes) == ("multilabel", ("y1", "y2", "y3"))
    with pytest.raises(DataError, match=r"row 1, column 2, it is 3"):
        Dataset(X, np.where(np.arange(3) == 2, 3 * (X[:, :1] > 1), Y), "classification", "films")
    with pytest.raises(ShapeError):
        Dataset(X, Y[:, :1], "classification", "films")
    with pytest.raises(DataError, match="3 columns"):
        labelled(classes=("action", "drama"))


def test_what_is_of_one_class_a_row_is_not_for_labels():
    with pytest.raises(ArgumentError, match="leave --positive out"):
        labelled().with_positive("y1")
    with pytest.raises(ArgumentError, match="pos_weight"):
        labelled().with_class_weight("balanced")


def test_it_is_split_at_random():
    kept, held_out = labelled().hold_out(0.5, 0)
    assert sorted([*kept, *held_out]) == list(range(6))


@pytest.mark.parametrize("dtype", [np.int64, np.float32, bool])
def test_rows_of_0_and_1_in_a_file_are_labels_unless_they_are_one_hot(tmp_path, dtype):
    np.savez(tmp_path / "labels.npz", x=X, y=Y.astype(dtype))
    np.savez(tmp_path / "classes.npz", x=X, y=np.eye(3, dtype=dtype)[[0, 1, 2, 2, 1, 0]])
    labels, classes = (read_npz(tmp_path / name) for name in ("labels.npz", "classes.npz"))
    assert (labels.task, labels.classes) == ("multilabel", ("y1", "y2", "y3"))
    np.testing.assert_array_equal(labels.y, Y)
    assert (classes.task, classes.y.tolist()) == ("classification", [0, 1, 2, 2, 1, 0])
    parts: Any = load(tmp_path / "labels.npz", test=0.5)
    train, test = parts
    assert train.encoder.labels == dict.fromkeys(("y1", "y2", "y3"), ("0", "1"))
    assert sorted(map(tuple, [*train.y.tolist(), *test.y.tolist()])) == sorted(map(tuple, Y.tolist()))


def test_an_encoder_of_labels_is_read_again_and_one_without_them_too():
    encoder = Encoder(("a",), target=("rain", "wind"), labels={"rain": ("no", "yes"), "wind": ("0", "1")})
    assert Encoder.from_dict(encoder.to_dict()) == encoder
    assert encoder.targets == ("rain", "wind")
    before = Encoder(("a",), target="y").to_dict()
    del before["labels"]  # as earlier versions wrote it
    assert Encoder.from_dict(before) == Encoder(("a",), target="y")
    for wrong in ({"rain": ["yes"], "wind": ["0", "1"]}, {"rain": ["no", "yes"]}):
        with pytest.raises(ValueError, match=r".+"):
            Encoder.from_dict({**encoder.to_dict(), "labels": wrong})
