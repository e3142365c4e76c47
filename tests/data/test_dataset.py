from typing import Any

import numpy as np
import pytest

from gradiente.data import Dataset
from gradiente.errors import DataError, ShapeError

X: Any = np.arange(12.0).reshape(4, 3)
Y: Any = np.array([0, 1, 1, 0])


def classes(x=X, y=Y, **options):
    return Dataset(x, y, "classification", "four", **options)


def numbers(x=X, y=X[:, 0], **options):
    return Dataset(x, y, "regression", "four", **options)


def test_types():
    assert classes(X.astype(np.uint8)).x.dtype == np.float32
    assert classes(X).x.dtype == np.float64
    assert classes(y=Y.astype(np.uint8)).y.dtype == np.int64
    assert classes(y=Y.astype(bool)).y.dtype == np.int64
    assert numbers(X.astype(np.float32)).y.dtype == np.float32


def test_nothing_is_copied_when_the_types_fit():
    assert classes().x is X
    assert classes().y is Y


def test_outputs_are_classes_or_columns():
    assert classes().outputs == 2
    assert classes(classes=("a", "b", "c")).outputs == 3
    assert numbers().outputs == 1
    assert numbers(y=X[:, :2]).outputs == 2


def test_classes_are_named_by_their_numbers_where_no_names_are_given():
    assert classes(y=np.array([0, 2, 2, 0])).classes == ("0", "1", "2")


def test_subset_keeps_rows_together_and_everything_else():
    data = classes(classes=("no", "yes"), features=("a", "b", "c"))
    part = data.subset(np.array([2, 0]))
    np.testing.assert_array_equal(part.x, X[[2, 0]])
    np.testing.assert_array_equal(part.y, Y[[2, 0]])
    assert (part.classes, part.features, part.name, len(part)) == (data.classes, data.features, "four", 2)


def test_a_subset_may_be_of_one_class_but_not_of_none():
    assert classes().subset(np.array([1, 2])).outputs == 2
    with pytest.raises(DataError, match="no data"):
        classes().subset(np.array([], dtype=int))


@pytest.mark.parametrize("shape", [(0, 3), (4, 0)])
def test_empty(shape):
    with pytest.raises(DataError, match="four has no data"):
        classes(np.empty(shape), Y[: shape[0]])


def test_lengths_differ():
    with pytest.raises(DataError, match="x has 4 instances and y has 3"):
        classes(y=Y[:3])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_is_found(value):
    x = X.copy()
    x[2, 1] = value
    with pytest.raises(DataError, match=f"x contains {value} in row 2 .*, column 1"):
        classes(x)
    with pytest.raises(DataError, match=r"row 2 .*, column 'petal'"):
        classes(x, features=("sepal", "petal", "stem"))
    with pytest.raises(DataError, match=f"y contains {value} in row 2"):
        numbers(y=x[:, 1])


@pytest.mark.parametrize(("label", "row"), [(-1, 3), (2, 1)])
def test_label_outside_the_classes(label, row):
    y = Y.copy()
    y[row] = label
    with pytest.raises(DataError, match=f"label {label} in row {row} .* 0 … 1"):
        classes(y=y, classes=("no", "yes"))


def test_one_class():
    with pytest.raises(DataError, match="single class, yes"):
        classes(y=np.ones(4, dtype=int), classes=("no", "yes"))


@pytest.mark.parametrize("dtype", ["U3", object, complex])
def test_anything_but_real_numbers(dtype):
    with pytest.raises(DataError, match="x must contain real numbers"):
        classes(X.astype(dtype))


def test_classes_are_whole_numbers():
    with pytest.raises(DataError, match="classes are whole numbers from 0, got float64"):
        classes(y=Y.astype(float))


def test_shapes():
    with pytest.raises(ShapeError, match=r"got \(12,\)"):
        classes(X.reshape(-1), np.zeros(12, dtype=int))
    with pytest.raises(ShapeError, match=r"got \(4, 1\)"):
        classes(y=Y[:, None])
