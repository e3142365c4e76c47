"""`gr.Run(FOLDER).predict` of rows in memory, beside `gradiente predict` of the same rows in a file."""

import csv
import logging

import numpy as np
import pandas as pd
import polars as pl
import pytest

import gradiente as gr

from .conftest import gradiente

ROWS = 80
KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "dict": dict}
of_every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two runs on a table of people: who is a member, and how much they spend."""
    folder = tmp_path_factory.mktemp("people")
    generator = np.random.default_rng(0)
    city = generator.choice(["Cali", "Pasto", "Tunja"], ROWS)
    height, code = generator.normal(170, 10, ROWS).round(1), generator.choice(["007", "011"], ROWS)
    member = np.where(height + 10 * (city == "Cali") > 172, "yes", "no")
    with open(folder / "people.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["height", "city", "code", "spent", "member"])
        writer.writerows(zip(height, city, code, (height * 1000).round(), member, strict=True))
    options = ["--epochs", 5, "--no-report", "--missing", "error"]
    target = ["--target", "member", "--drop", "spent"]
    done = gradiente("train", folder / "people.csv", *target, *options, "--run", folder / "member")
    assert done.status == 0, done.err
    target = ["--target", "spent", "--drop", "member", "--task", "regression"]
    done = gradiente("train", folder / "people.csv", *target, *options, "--run", folder / "spent")
    assert done.status == 0, done.err
    return folder


COLUMNS = {"city": ["Tunja", "Cali"], "height": [168.5, 181.0], "code": ["011", "007"], "other": ["a", "b"]}


def from_file(folder, run, tmp_path):
    pl.DataFrame(COLUMNS).write_csv(tmp_path / "new.csv")
    return gradiente("predict", folder / run, tmp_path / "new.csv", "--json").data


@of_every_kind
def test_labels_and_probabilities(folder, tmp_path, kind):
    found = gr.Run(folder / "member").predict(kind(COLUMNS))
    expected = from_file(folder, "member", tmp_path)
    assert len(found) == 2
    assert found.labels is not None
    assert found.probabilities is not None
    assert found.values is None
    assert found.classes == ("no", "yes")
    assert found.labels.tolist() == [row["class"] for row in expected]
    assert np.array_equal(found.probabilities, [list(row["probabilities"].values()) for row in expected])


@of_every_kind
def test_the_numbers_of_a_regression(folder, tmp_path, kind):
    found = gr.Run(str(folder / "spent")).predict(kind(COLUMNS))
    assert found.labels is None
    assert found.values is not None
    assert found.values.tolist() == [row["value"] for row in from_file(folder, "spent", tmp_path)]
    assert found.values.min() > 50_000


def test_one_row_as_a_dict(folder):
    one = gr.Run(folder / "spent").predict({"city": "Cali", "height": 181.0, "code": "007"})
    both = gr.Run(folder / "spent").predict(COLUMNS)
    assert one.values is not None
    assert both.values is not None
    assert np.allclose(one.values, both.values[1:])


def test_dates_in_columns_that_are_not_used(folder):
    frame = pd.DataFrame(COLUMNS).assign(day=pd.Timestamp("2026-01-01"))
    assert gr.Run(folder / "member").predict(frame).classes == ("no", "yes")


@of_every_kind
def test_categories_that_were_never_seen_are_counted(folder, kind, caplog):
    with caplog.at_level(logging.WARNING, "gradiente"):
        gr.Run(folder / "member").predict(kind({**COLUMNS, "city": ["Leticia", "Cali"], "code": [7, 11]}))
    assert "column city: 1 of 2 rows" in caplog.text
    assert "'Leticia'" in caplog.text
    assert "column code: 2 of 2 rows" in caplog.text


def test_what_does_not_fit_is_said(folder):
    run = gr.Run(folder / "member")
    with pytest.raises(gr.DataError, match=r"lacks columns of the training data: height.*it has city, code"):
        run.predict({"city": ["Cali"], "code": ["007"]})
    with pytest.raises(gr.DataError, match=r"column height, row 1 .*missing, in 1 row in all"):
        run.predict(pd.DataFrame({**COLUMNS, "height": [168.5, None]}))
    with pytest.raises(gr.DataError, match=r"column city, row 0 .*missing"):
        run.predict(pl.DataFrame({**COLUMNS, "city": [None, "Cali"]}))
    with pytest.raises(gr.DataError, match=r"column height, row 1 .*expected a number, got 'tall'"):
        run.predict({**COLUMNS, "height": ["168.5", "tall"]})
    with pytest.raises(gr.DataError, match=r"contains inf in row 1.*height"):
        run.predict({**COLUMNS, "height": [168.5, np.inf]})
    with pytest.raises(gr.DataError, match="different lengths"):
        run.predict({**COLUMNS, "height": [168.5]})
    with pytest.raises(gr.DataError, match="at least one instance"):
        run.predict(pl.DataFrame(COLUMNS)[:0])
    with pytest.raises(gr.ArgumentError, match=r"a DataFrame, or a dict.*got list"):
        run.predict([[1, 2, 3]])
    with pytest.raises(gr.ArgumentError, match="height"):
        run.predict(pd.DataFrame([["Cali", 1, "007", 2]], columns=["city", "height", "code", "height"]))
    with pytest.raises(gr.FileError, match="nowhere"):
        gr.Run(folder / "nowhere").predict(COLUMNS)


@of_every_kind
def test_missing_numbers_are_filled_as_in_training(folder, tmp_path, kind):
    run = tmp_path / "filled"
    options = ["--target", "member", "--drop", "spent", "--missing", "median", "--epochs", 3, "--no-report"]
    assert gradiente("train", folder / "people.csv", *options, "--run", run).status == 0
    encoder = gr.Run(run).description().table_encoder()
    assert encoder is not None
    gap, filled = {**COLUMNS, "height": [None, 181.0]}, {**COLUMNS, "height": [encoder.fill[0], 181.0]}
    first, second = (
        gr.Run(run).predict(kind(gap)).probabilities,
        gr.Run(run).predict(kind(filled)).probabilities,
    )
    assert first is not None
    assert second is not None
    assert np.array_equal(first, second)


def test_rows_of_an_array():
    gradiente("train", "iris", "--epochs", 2, "--run", "iris", "--no-report")
    _, test = gr.data.load("iris")
    rows = np.array([[5.1, 3.5, 1.4, 0.2]])
    names = gr.Run("iris").description().table_encoder()
    assert names is not None
    by_name = gr.Run("iris").predict(dict(zip(names.columns, rows.T, strict=True)))
    in_order = gr.Run("iris").predict(rows)
    assert by_name.probabilities is not None
    assert in_order.probabilities is not None
    assert np.allclose(by_name.probabilities, in_order.probabilities)
    with pytest.raises(gr.DataError, match=r"contains nan in row 0.*sepal"):
        gr.Run("iris").predict(np.full((1, 4), np.nan))
    assert test.classes == in_order.classes


def test_a_run_of_pictures_has_no_columns():
    gradiente("train", "digits", "--epochs", 1, "--run", "digits", "--no-report")
    _, test = gr.data.load("digits")
    assert len(gr.Run("digits").predict(test.x)) == len(test)
    with pytest.raises(gr.ArgumentError, match="columns have no names"):
        gr.Run("digits").predict({"a": [1]})
