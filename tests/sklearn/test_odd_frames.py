"""DataFrames as people have them: numbers as text, columns without names, missing values of every kind."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import gradiente as gr

from .frames import of_either_kind, table

MLPClassifier: Any = gr.MLPClassifier
MLPRegressor: Any = gr.MLPRegressor
QUICK = {"max_iter": 10, "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def fitted(frame):
    return MLPRegressor(**QUICK).fit(frame, table()[1])


@of_either_kind
@pytest.mark.parametrize("mark", [".", ","])
def test_numbers_as_text_are_no_categories(frame, mark):
    columns, _ = table()
    heights = [f"{height:.2f}".replace(".", mark) for height in columns["height"]]
    with pytest.raises(ValueError, match=f"height holds numbers as text, such as '{heights[0]}'"):
        fitted(frame({**columns, "height": heights}))


@of_either_kind
def test_a_cell_among_them_that_is_none_is_named(frame):
    columns, _ = table()
    heights = [f"{height:.2f}" for height in columns["height"]]
    heights[7] = "tall"
    with pytest.raises(ValueError, match="others are not: 'tall'"):
        fitted(frame({**columns, "height": heights}))


@of_either_kind
@pytest.mark.parametrize("code", ["{:03d}", "{}"])
def test_codes_are_categories(frame, code):
    columns, _ = table()
    zones = [code.format(row % 5) for row in range(120)]
    assert len(fitted(frame({**columns, "zone": zones})).encoder_.categories["zone"]) == 5


def test_measures_that_are_called_categories_are():
    columns, _ = table()
    sizes = pd.Series([f"{row % 4 / 2}" for row in range(120)], dtype="category")
    assert fitted(pd.DataFrame({**columns, "size": sizes})).encoder_.categories["size"] == (
        "0.0",
        "0.5",
        "1.0",
        "1.5",
    )


def test_columns_without_names_and_with_two_are_taken():
    columns, score = table()
    named = MLPRegressor(**QUICK).fit(pd.DataFrame(columns), score)
    pairs = pd.MultiIndex.from_tuples([("a", "height"), ("b", "city"), ("b", "member")])
    for names in (pd.Index([0, 1, 2]), pairs):
        x = pd.DataFrame(columns)
        x.columns = names
        np.testing.assert_array_equal(fitted(x).predict(x), named.predict(pd.DataFrame(columns)))


def test_two_columns_of_one_name_are_refused():
    x = pd.DataFrame(table()[0]).set_axis(["a", "a", "b"], axis=1)
    with pytest.raises(ValueError, match="cannot be told apart by name"):
        fitted(x)


def test_every_way_to_write_a_missing_word_is_the_same():
    columns, _ = table()
    words = pd.Series(columns["city"])
    gaps = [words.where(words.index != 3, gap) for gap in (None, np.nan, pd.NA, pd.NaT)]
    gaps += [words.astype("string").where(words.index != 3), words.astype("category").where(words.index != 3)]
    answers = [fitted(x := pd.DataFrame({**columns, "city": gap})).predict(x) for gap in gaps]
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer, answers[0])


@of_either_kind
@pytest.mark.parametrize(
    ("value", "message"), [(np.nan, "row 3 .*missing=: median"), (np.inf, "row 3 .*finite number")]
)
def test_a_number_that_is_none_is_named_by_its_row(frame, value, message):
    columns, _ = table()
    heights = columns["height"].copy()
    heights[3] = value
    with pytest.raises(ValueError, match=message):
        fitted(frame({**columns, "height": heights}))


def test_decimals_of_a_data_base_are_numbers():
    columns, _ = table()
    exact = [Decimal(f"{height:.4f}") for height in columns["height"]]
    plain = pd.DataFrame({**columns, "height": list(map(float, exact))})
    x = pd.DataFrame({**columns, "height": exact})
    np.testing.assert_array_equal(fitted(x).predict(x), fitted(plain).predict(plain))


@of_either_kind
def test_codes_that_come_back_as_numbers_are_the_same_categories(frame):
    columns, _ = table()
    zones = [str(1 + row % 3) for row in range(120)]
    numbers = {"height": columns["height"]}
    model = fitted(frame({**numbers, "zone": zones}))
    expected = model.predict(frame({**numbers, "zone": zones}))
    np.testing.assert_array_equal(
        model.predict(frame({**numbers, "zone": list(map(float, zones))})), expected
    )


def test_a_lazy_frame_is_to_be_collected():
    with pytest.raises(ValueError, match=r"collect\(\)"):
        fitted(pl.DataFrame(table()[0]).lazy())


@of_either_kind
def test_a_target_that_cannot_be_learned_is_said(frame):
    columns, price = table()
    classes = np.where(price > np.median(price), "dear", "cheap").astype(object)
    dates = np.datetime64("2024-01-01") + np.arange(120)
    classifier = MLPClassifier(**QUICK)
    for x in (frame(columns), np.random.default_rng(0).normal(size=(120, 2))):
        without, mixed = classes.copy(), classes.copy()
        without[[3, 8]] = None
        mixed[5] = 1
        for y, words in (
            (without, "row 3 .* in 2 rows"),
            (mixed, "'.*' and 1: write all classes in one way"),
        ):
            with pytest.raises(ValueError, match=words):
                classifier.fit(x, y)
        with pytest.raises(ValueError, match="y holds dates, such as 2024-01-01"):
            MLPRegressor(**QUICK).fit(x, dates)
