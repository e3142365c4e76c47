import numpy as np
import pytest
from sklearn.preprocessing import LabelBinarizer

from gradiente import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    MSELoss,
    MSLELoss,
    NLLLoss,
    ShapeError,
    set_language,
)
from gradiente.data import Dataset
from gradiente.training.targets import classes, targets


def labelled(count, dtype=np.float32, rows=12):
    return Dataset(np.ones((rows, 2), dtype), np.arange(rows) % count, "classification", "labelled")


def numbers(outputs):
    y = np.random.default_rng(0).normal(size=(12, outputs) if outputs > 1 else 12)
    return Dataset(np.ones((12, 2)), y, "regression", "numbers")


@pytest.mark.parametrize("loss", [CrossEntropyLoss(), NLLLoss()])
@pytest.mark.parametrize("outputs", [3, 5])
def test_class_numbers_stay_numbers_for_the_losses_that_take_them(loss, outputs):
    y = targets(labelled(3), loss, outputs)
    assert y.dtype.kind == "i"
    np.testing.assert_array_equal(y, np.arange(12) % 3)


@pytest.mark.parametrize("loss", [MSELoss(), BCELoss(), BCEWithLogitsLoss(), MSLELoss()])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_class_numbers_become_a_row_for_the_others(loss, dtype):
    data = labelled(3, dtype)
    y = targets(data, loss, 3)
    np.testing.assert_array_equal(y, LabelBinarizer().fit_transform(data.y).astype(dtype), strict=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_two_classes_become_a_column_for_one_output(dtype):
    data = labelled(2, dtype)
    y = targets(data, BCEWithLogitsLoss(), 1)
    np.testing.assert_array_equal(y, LabelBinarizer().fit_transform(data.y).astype(dtype), strict=True)
    np.testing.assert_array_equal(targets(data, BCEWithLogitsLoss(), 2)[:, 1:], y)


def test_a_part_without_some_class_has_its_column_still():
    part = labelled(3).subset(np.array([0, 3]))
    assert targets(part, MSELoss(), 3).tolist() == [[1, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize("outputs", [1, 2])
def test_numbers_become_columns(outputs):
    data = numbers(outputs)
    y = targets(data, MSELoss(), outputs)
    assert y.shape == (12, outputs)
    np.testing.assert_array_equal(y.ravel(), data.y.ravel())


@pytest.mark.parametrize(
    ("data", "loss", "outputs", "words"),
    [
        (labelled(3), CrossEntropyLoss(), 2, "has 2 outputs and labelled needs 3"),
        (labelled(2), CrossEntropyLoss(), 1, "has 1 outputs and labelled needs 2"),
        (labelled(3), BCEWithLogitsLoss(), 1, "has 1 outputs and labelled needs 3"),
        (labelled(3), MSELoss(), 4, "has 4 outputs and labelled needs 3"),
        (labelled(2), BCELoss(), 3, r"has 3 outputs and labelled needs 1 \| 2"),
        (numbers(2), MSELoss(), 1, "has 1 outputs and numbers needs 2"),
        (numbers(1), MSELoss(), 2, "has 2 outputs and numbers needs 1"),
        (
            numbers(1),
            CrossEntropyLoss(),
            2,
            "CrossEntropyLoss is for classification, and numbers has real-valued targets",
        ),
    ],
)
def test_outputs_that_fit_no_form_are_said(data, loss, outputs, words):
    with pytest.raises(ShapeError, match=words):
        targets(data, loss, outputs)


def test_the_words_in_spanish():
    set_language("es")
    with pytest.raises(ShapeError, match=r"2 salidas.*labelled.*3"):
        targets(labelled(3), MSELoss(), 2)


def test_the_class_is_the_largest_output():
    scores = np.random.default_rng(0).normal(size=(20, 4))
    expected = [row.tolist().index(max(row)) for row in scores]
    assert classes(CrossEntropyLoss(), scores).tolist() == expected


@pytest.mark.parametrize(
    ("loss", "boundary"), [(BCEWithLogitsLoss(), 0.0), (BCELoss(), 0.5), (MSELoss(), 0.5)]
)
def test_one_output_says_yes_above_its_boundary(loss, boundary):
    column = np.array([[boundary - 0.1], [boundary], [boundary + 0.1]])
    assert classes(loss, column).tolist() == [0, 0, 1]
