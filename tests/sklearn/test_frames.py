"""DataFrames: columns by name, text as categories."""

import logging
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import gradiente as gr

from .frames import of_either_kind, table

MLPClassifier: Any = gr.MLPClassifier
MLPRegressor: Any = gr.MLPRegressor
QUICK = {"max_iter": 40, "n_iter_no_change": 40, "learning_rate_init": 0.01, "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def classified(frame):
    columns, score = table()
    y = np.where(score > 0, "yes", "no")
    return frame(columns), y, MLPClassifier(**QUICK).fit(frame(columns), y)


@of_either_kind
def test_text_is_one_feature_for_each_category(frame):
    x, y, model = classified(frame)
    assert list(model.feature_names_in_) == ["height", "city", "member"]
    assert model.n_features_in_ == 3
    assert model.encoder_.features == ("height", "city=Cali", "city=Pasto", "city=Tunja", "member")
    assert model.score(x, y) > 0.95  # without the cities: 75 %


def test_pandas_and_polars_are_the_same():
    (x, _, first), (other, _, second) = classified(pd.DataFrame), classified(pl.DataFrame)
    assert np.array_equal(first.predict_proba(x), second.predict_proba(other))
    assert np.array_equal(first.predict_proba(other), second.predict_proba(x))


@of_either_kind
def test_the_order_of_the_columns_does_not_matter(frame):
    x, y, model = classified(frame)
    turned = x[["member", "height", "city"]]
    assert np.array_equal(model.predict_proba(turned), model.predict_proba(x))
    assert model.score(turned, y) == model.score(x, y)


@of_either_kind
def test_nor_does_it_among_numbers_alone(frame):
    columns, score = table()
    x = frame({"height": columns["height"], "score": score})
    model = MLPRegressor(**QUICK).fit(x, 3 * score + 1)
    assert np.array_equal(model.predict(x[["score", "height"]]), model.predict(x))


@of_either_kind
def test_columns_that_are_missing_or_too_many_are_said_as_scikit_learn_does(frame):
    x, _, model = classified(frame)
    with pytest.raises(ValueError, match=r"now missing:\n- city"):
        model.predict(x[["height", "member"]])
    more = frame({**{name: x[name] for name in x.columns}, "age": x["height"]})
    with pytest.raises(ValueError, match=r"unseen at fit time:\n- age"):
        model.predict(more)


@of_either_kind
def test_a_category_that_was_never_seen_is_counted(frame, caplog):
    _, _, model = classified(frame)
    columns, _ = table()
    columns["city"] = ["Leticia", "Leticia", *columns["city"][2:]]
    with caplog.at_level(logging.WARNING, "gradiente"):
        model.predict(frame(columns))
    assert "city" in caplog.text
    assert "2 of 120 rows" in caplog.text
    assert "Leticia" in caplog.text


@of_either_kind
@pytest.mark.parametrize("column", ["height", "city"])
def test_a_value_that_is_missing_is_refused_with_its_place(frame, column):
    _, _, model = classified(frame)
    columns, _ = table()
    columns[column] = [*list(columns[column])[:7], None, *list(columns[column])[8:]]
    with pytest.raises(ValueError, match=rf"{column}, row 7"):
        model.predict(frame(columns))


@of_either_kind
def test_a_missing_number_is_the_median_where_that_is_asked_for(frame):
    columns, score = table()
    heights = columns["height"].copy()
    heights[::5] = np.nan
    model = MLPRegressor(**QUICK, missing="median").fit(frame({**columns, "height": heights}), score)
    filled = np.where(np.isnan(heights), np.nanmedian(heights), heights)
    expected = model.predict(frame({**columns, "height": filled}))
    assert np.array_equal(model.predict(frame({**columns, "height": heights})), expected)


def test_dates_are_refused():
    x = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=4), "city": list("abab")})
    with pytest.raises(ValueError, match="column day holds values of type Datetime"):
        MLPClassifier(**QUICK).fit(x, [0, 1, 0, 1])


@of_either_kind
def test_an_empty_table_is_refused(frame):
    x, _, model = classified(frame)
    with pytest.raises(ValueError, match="0 sample"):
        model.predict(x[:0])


def test_a_pipeline_of_scikit_learn_encodes_to_the_same():
    columns, score = table()
    x = pd.DataFrame(columns)
    numbers: Any = StandardScaler()
    encoded = make_column_transformer((numbers, ["height"]), (OneHotEncoder(), ["city"]), remainder=numbers)
    model = MLPRegressor(**QUICK, standardize=False)
    ours = MLPRegressor(**QUICK).fit(x, score).predict(x)
    theirs = make_pipeline(encoded, model).fit(x, score).predict(x)
    assert np.allclose(ours, theirs, atol=1e-4)


def test_frames_between_the_steps_of_a_pipeline():
    columns, score = table()
    x = pd.DataFrame({"height": columns["height"], "member": columns["member"].astype(float)})
    pipeline = make_pipeline(StandardScaler(), MLPRegressor(**QUICK)).set_output(transform="pandas")
    pipeline.fit(x, score)
    assert list(pipeline[-1].feature_names_in_) == ["height", "member"]
    alone = MLPRegressor(**QUICK).fit(x, score)
    assert np.allclose(pipeline.predict(x), alone.predict(x), atol=1e-4)
