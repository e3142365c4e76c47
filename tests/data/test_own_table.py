"""A table in a file as training and test data: what is found in it, decided and said."""

import logging

import numpy as np
import pytest

from gradiente.data import load
from gradiente.data.own_table import Reading, read_own_table
from gradiente.data.tables.form import Form
from gradiente.errors import ArgumentError, DataError


@pytest.fixture
def table(tmp_path, caplog):
    """Both parts of a table with those columns, as one, and what was said."""

    def read(columns, **reading):
        path = tmp_path / "own.csv"
        rows = [",".join(columns), *map(",".join, zip(*columns.values(), strict=True))]
        path.write_text("\n".join(rows), encoding="utf-8")
        caplog.clear()
        with caplog.at_level(logging.INFO, "gradiente"):
            train, test = load(
                path, standardize=False, target=reading.pop("target", None), table=Reading(**reading)
            )
        order = np.argsort(np.concatenate([train.x[:, 0], test.x[:, 0]]))
        x, y = np.concatenate([train.x, test.x])[order], np.concatenate([train.y, test.y])[order]
        return train, x, y, caplog.text

    return read


def encoded(data, path):
    assert data.encoder is not None
    return data.encoder.encode(path)


NUMBERED = {"row": [str(i) for i in range(60)]}


@pytest.mark.parametrize("gap", ["NULL", "#N/A", "None", "-", ""])
@pytest.mark.parametrize(("missing", "fill"), [("median", 20), ("mean", 20.5), ("indicator", 20)])
def test_a_missing_number_is_filled_by_the_training_part(table, gap, missing, fill):
    values = ["19", "20", "23", "20"] * 15
    cells = [gap if i % 10 == 0 else value for i, value in enumerate(values)]
    train, x, _, _ = table({**NUMBERED, "a": cells, "y": [f"{i / 7}" for i in range(60)]}, missing=missing)
    gaps = np.arange(60) % 10 == 0
    kept = [float(value) for value, out in zip(cells, gaps, strict=True) if not out]
    known = train.x[train.x[:, 0] % 10 != 0, 1]
    average = {"median": np.median, "mean": np.mean, "indicator": np.median}[missing](known)
    assert abs(average - fill) <= 0.5
    np.testing.assert_allclose(x[gaps, 1], average, rtol=1e-6)
    np.testing.assert_array_equal(x[~gaps, 1], kept)
    if missing == "indicator":
        assert train.features == ("row", "a", "a=∅")
        np.testing.assert_array_equal(x[:, 2], gaps)


def test_rows_with_a_missing_value_are_dropped(table):
    cells = ["NULL" if i in (3, 8) else f"{i}.5" for i in range(60)]
    _, x, y, said = table(
        {**NUMBERED, "a": cells, "y": ["" if i == 9 else f"{i / 7}" for i in range(60)]}, missing="drop"
    )
    assert x[:, 0].tolist() == [i for i in range(60) if i not in (3, 8, 9)]
    np.testing.assert_allclose(y, x[:, 0] / 7, rtol=1e-6)
    assert "3 of 60 rows have a missing value" in said


def test_without_a_choice_what_is_missing_is_named(table):
    cells = ["NULL" if i in (3, 8) else f"{i}.5" for i in range(60)]
    with pytest.raises(
        DataError, match=r"line 5, column a: the value is missing \('NULL'\), in 2 rows in all.*--missing"
    ):
        table({**NUMBERED, "a": cells, "y": cells[::-1]})


def test_the_target_of_a_row_is_never_filled(table):
    cells = ["NULL" if i in (3, 8) else f"{i}.5" for i in range(60)]
    _, x, _, said = table({**NUMBERED, "y": cells}, missing="median")
    assert len(x) == 58
    assert "2 of 60 rows" in said


def test_whole_numbers_may_be_classes_or_numbers_and_it_is_said(table):
    columns = {**NUMBERED, "quality": [str(3 + i % 6) for i in range(60)]}
    train, *_, said = table(columns)
    assert train.classes == ("3", "4", "5", "6", "7", "8")
    assert "6 different whole numbers: taken as classes (--task regression" in said
    for reading in ({"task": "regression"}, {"prefer_numbers": True}):
        train, _, y, said = table(columns, **reading)
        assert (train.task, sorted(set(y))) == ("regression", [3, 4, 5, 6, 7, 8])
    assert "taken as numbers (--task classification" in said


def test_a_class_of_a_single_row_is_a_number(table):
    train, *_, said = table({**NUMBERED, "y": ["17", *(str(i % 8) for i in range(59))]})
    assert train.task == "regression"
    assert "9 different whole numbers: taken as numbers" in said


def test_two_numbers_are_classes_whatever_the_loss(table):
    assert table({**NUMBERED, "y": ["0", "1"] * 30}, prefer_numbers=True)[0].classes == ("0", "1")


def test_classes_have_the_names_that_are_written(table):
    assert table({**NUMBERED, "code": ["010", "007", "1E3"] * 20})[0].classes == ("007", "010", "1E3")
    assert table({**NUMBERED, "y": ["10", "9", "10.0"] * 20})[0].classes == ("9", "10")


def test_a_column_that_is_called_like_a_target_is_named(table):
    *_, said = table(
        {"label": [str(i % 3) for i in range(60)], **NUMBERED, "pixel": [f"{i}.5" for i in range(60)]}
    )
    assert "a column is called label: --target label" in said
    *_, said = table({"label": [str(i % 3) for i in range(60)], **NUMBERED}, target="label")
    assert "called" not in said


def test_a_constant_target(table):
    with pytest.raises(DataError, match=r"the target y is 5000\.25 in every row"):
        table({**NUMBERED, "y": ["5000.25"] * 60})


def test_columns_are_chosen_and_left_out(table):
    columns = {
        **NUMBERED,
        "a": ["x", "y"] * 30,
        "b": [f"{i}" for i in range(60)],
        "y": [f"{i / 7}" for i in range(60)],
    }
    assert table(columns, drop=("a",))[0].features == ("row", "b")
    assert table(columns, features=("row", "a"))[0].features == ("row", "a=x", "a=y")
    for reading in ({"drop": ("c",)}, {"features": ("c",)}):
        with pytest.raises(ArgumentError, match="no column c"):
            table(columns, **reading)
    with pytest.raises(ArgumentError, match="the target y cannot be a feature"):
        table(columns, features=("row", "y"))


def test_text_that_is_different_in_every_row_is_no_category(table):
    with pytest.raises(DataError, match=r"column name has 60 different texts \('n0' …\).*--drop name"):
        table({**NUMBERED, "name": [f"n{i}" for i in range(60)], "y": ["0", "1"] * 30})


def test_an_empty_column_is_left_out(table):
    train, *_, said = table({**NUMBERED, "a": [""] * 60, "y": ["0", "1"] * 30})
    assert train.features == ("row",)
    assert "column a is empty" in said


def test_categories_that_training_never_saw_are_counted(table, tmp_path, caplog):
    floors = ["1", "2", "B"] * 20
    train, *_ = table({**NUMBERED, "floor": floors, "y": [f"{i / 7}" for i in range(60)]})
    (tmp_path / "new.csv").write_text("floor,row\n1,5\n1.0,5\nb,5\nPENTHOUSE,5\n")
    caplog.clear()
    rows = encoded(train, tmp_path / "new.csv")
    assert rows[:, 1:].tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert (
        "2 of 4 rows have a category that training never saw ('PENTHOUSE', 'b'; known: 1, 2, B" in caplog.text
    )


def test_rows_without_a_header_are_matched_by_place(tmp_path):
    rows = [f"{'pos' if i % 2 else 'neg'},{i}.5,{60 - i}.5" for i in range(60)]
    (tmp_path / "old.csv").write_text("\n".join(rows))
    train, _ = load(tmp_path / "old.csv", target="column_1", standardize=False)
    (tmp_path / "new.csv").write_text("7.5,3\n8,4\n")
    assert encoded(train, tmp_path / "new.csv").tolist() == [[7.5, 3], [8, 4]]


def test_the_decimal_comma_of_training_is_that_of_new_rows(tmp_path):
    rows = ["a;b;y", *(f"{i},25;{i},5;{i},75" for i in range(60))]
    (tmp_path / "old.csv").write_text("\n".join(rows))
    train, _ = load(tmp_path / "old.csv", standardize=False)
    (tmp_path / "new.csv").write_text("a;b\n1,125;2\n3,250;4\n")
    assert encoded(train, tmp_path / "new.csv").tolist() == [[1.125, 2], [3.25, 4]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"missing": "zero"}, "expected one of error, median, mean, drop, indicator, got 'zero'"),
        ({"task": "clasification"}, "expected one of classification, regression, got 'clasification'"),
    ],
)
def test_options_that_do_not_exist(options, message):
    with pytest.raises(ArgumentError, match=message):
        Reading(**options)


@pytest.mark.parametrize("options", [{"separator": "#"}, {"decimal": ";"}, {"encoding": "utf-99"}])
def test_forms_that_do_not_exist(options):
    with pytest.raises(ArgumentError, match=next(iter(options.values()))):
        Form(**options)


def test_a_column_that_is_mostly_missing_is_named_though_its_gaps_are_filled(tmp_path, caplog):
    rows = "".join(f"{'red' if i < 3 else ''},{i if i % 3 else ''},{i * 7 % 11}.5\n" for i in range(60))
    (tmp_path / "t.csv").write_text(f"kind,a,y\n{rows}", encoding="utf-8")
    with caplog.at_level("INFO", logger="gradiente"):
        read_own_table(tmp_path / "t.csv", Reading(missing="median"))
    assert [line for line in caplog.messages if "has no value" in line] == [
        "column kind has no value in 57 of 60 rows: what stands for it says little (--drop kind leaves it out)"
    ]
