"""Several columns of a table as targets: which are numbers, which are labels, and what cannot be either."""

from typing import Any

import numpy as np
import pytest

from gradiente import ArgumentError, DataError
from gradiente.data.load import load
from gradiente.data.own_table import Reading, read_own_table
from gradiente.data.tables.several_targets import several_targets, target_names
from gradiente.data.tables.table import read_table

ROWS = [
    # x, price, size, rain, wind, colour, a,b
    ("0.1", "10.5", "3", "yes", "1", "red", "0"),
    ("0.2", "11.5", "4", "no", "0", "blue", "1"),
    ("0.3", "12.5", "5", "yes", "0", "green", "1"),
    ("0.4", "13.5", "6", "no", "1", "red", "0"),
    ("0.5", "14.5", "7", "no", "0", "red", "1"),
    ("0.6", "15.5", "8", "yes", "1", "blue", "0"),
]
HEADER = 'x,price,size,rain,wind,colour,"a,b"'


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "day.csv"
    file.write_text("\n".join([HEADER, *map(",".join, ROWS)]) + "\n")
    return file


def columns(*places):
    return [[row[place] for row in ROWS] for place in places]


def test_names_with_commas_between_them(path):
    table = read_table(path)
    assert target_names(table, None) == ("a,b",)
    assert target_names(table, "price") == ("price",)
    assert target_names(table, "price, size") == ("price", "size")
    assert target_names(table, ["price", "size"]) == ("price", "size")
    assert target_names(table, "a,b") == ("a,b",)  # a column of that name is one column
    with pytest.raises(ArgumentError, match="size is named twice"):
        target_names(table, "size,size")
    with pytest.raises(ArgumentError, match=r"no column prize: did you mean price"):
        target_names(table, "size,prize")


def test_numbers(path):
    found = several_targets(read_table(path), ("price", "size"))
    assert (found.task, found.classes, found.labels) == ("regression", (), {})
    np.testing.assert_array_equal(found.y.T, np.array(columns(1, 2), float))


def test_labels_of_words_and_of_numbers(path):
    found = several_targets(read_table(path), ("rain", "wind"))
    assert found.task == "multilabel"
    assert found.labels == {"rain": ("no", "yes"), "wind": ("0", "1")}
    rain, wind = columns(3, 4)
    np.testing.assert_array_equal(found.y[:, 0], np.array(rain) == "yes")
    np.testing.assert_array_equal(found.y[:, 1], np.array(wind) == "1")
    assert "rain, wind" in found.remarks[0]


def test_two_values_are_numbers_where_that_is_asked_for(path):
    table = read_table(path)
    options: Any
    for options in ({"task": "regression"}, {"prefer_numbers": True}):
        found = several_targets(table, ("wind", "a,b"), **options)
        assert (found.task, found.y.dtype) == ("regression", np.float64)
    assert several_targets(table, ("wind", "rain"), prefer_numbers=True).task == "multilabel"


@pytest.mark.parametrize(
    ("names", "task", "said"),
    [
        (("rain", "colour"), None, r"colour has 3 different values \('blue', 'green', 'red'\)"),
        (("rain", "price"), "classification", "price has 6 different values"),
        (("colour", "price"), None, "colour has 3 different values"),
        (("rain", "price"), None, "Train two, --target rain and --target price"),
        (("wind", "price"), None, "--task regression"),
        (("rain", "price"), "regression", "column rain: expected a number, got 'yes'"),
    ],
)
def test_what_can_be_neither(path, names, task, said):
    with pytest.raises((ArgumentError, DataError), match=said):
        several_targets(read_table(path), names, task)


def test_a_label_that_every_row_has(path):
    path.write_text(path.read_text().replace("no,", "yes,"))
    with pytest.raises(DataError, match="rain is yes in every row"):
        several_targets(read_table(path), ("rain", "wind"))


def test_a_number_that_every_row_has(path):
    lines = [(*row[:1], "7", *row[2:]) for row in ROWS]
    path.write_text("\n".join([HEADER, *map(",".join, lines)]))
    with pytest.raises(DataError, match="price is 7 in every row"):
        read_own_table(path, Reading(target="size,price", drop=["rain", "wind", "colour", "a,b"]))


def test_a_target_that_is_missing_is_said_with_its_column(path):
    path.write_text(path.read_text().replace("12.5,5,", "12.5,,").replace("14.5,7,no", "14.5,7,"))
    with pytest.raises(DataError, match="line 4, column size"):
        read_own_table(path, Reading(target="price,size", drop=["rain"]))
    with pytest.raises(DataError, match="line 6, column rain"):
        read_own_table(path, Reading(target="rain,wind", drop=["size"]))
    kept = read_own_table(path, Reading(target="rain,wind", missing="drop"))
    assert kept.origin.rows.tolist() == [1, 2, 4, 6]
    np.testing.assert_array_equal(kept.target.y, [[1, 1], [0, 0], [0, 1], [1, 1]])


def test_targets_are_no_features(path):
    own = read_own_table(path, Reading(target="rain,wind", drop=["a,b"]))
    assert list(own.columns) == ["x", "price", "size", "colour"]
    for reading in (
        Reading(target="rain,wind", features=["x", "wind"]),
        Reading(target="price,size", weight="size"),
    ):
        with pytest.raises(ArgumentError, match=r"wind|size"):
            read_own_table(path, reading)


def test_each_target_is_standardized_by_its_own_training_rows(tmp_path):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(50, 2))
    y = np.column_stack([1000 + 50 * x[:, 0], 0.01 * x[:, 1]])
    lines = [",".join(map(repr, row)) for row in np.column_stack([x, y]).tolist()]
    (tmp_path / "two.csv").write_text("\n".join(["u,v,far,near", *lines]))
    parts: Any = load(tmp_path / "two.csv", target="far,near", standardize_target=True)
    train, test = parts
    assert (train.task, train.outputs, train.encoder.target) == ("regression", 2, ("far", "near"))
    np.testing.assert_allclose(train.y.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(train.y.std(axis=0), 1, rtol=1e-5)
    whole = np.concatenate([train.in_units(train.y), test.in_units(test.y)])
    rows = np.concatenate([train.origin.rows, test.origin.rows]) - 1
    np.testing.assert_allclose(whole, y[rows], rtol=1e-5)
