import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from sklearn import metrics as sk

from gradiente import metrics
from gradiente.metrics import UndefinedMetricWarning, undefined_metrics

from .problems import silently


@st.composite
def targets(draw):
    rows, columns = draw(st.integers(2, 20)), draw(st.integers(1, 3))
    number = st.integers(-40, 40).map(lambda i: i / 8)
    truth, prediction = (draw(arrays(np.float64, (rows, columns), elements=number)) for _ in range(2))
    return truth, prediction


@given(targets())
def test_the_regression_metrics_are_those_of_scikit_learn_and_scipy(pair):
    truth, prediction = pair
    expected = {
        "mae": sk.mean_absolute_error(truth, prediction),
        "mape": sk.mean_absolute_percentage_error(truth, prediction),
        "mse": sk.mean_squared_error(truth, prediction),
        "r2": sk.r2_score(truth, prediction),
        "pearson": np.mean(
            [silently(stats.pearsonr, *pair).statistic for pair in zip(truth.T, prediction.T, strict=True)]
        ),
    }
    with undefined_metrics() as undefined:
        ours = metrics.regression_metrics(truth, prediction)
    assert list(ours) == list(expected)
    assert ours == pytest.approx(expected, rel=1e-10, abs=1e-12, nan_ok=True)
    assert [entry.metric for entry in undefined] == (["pearson"] if np.isnan(expected["pearson"]) else [])


def test_one_row_and_numbers_of_any_size_are_measured():
    with pytest.warns(UndefinedMetricWarning, match="R² is not defined .* single row"):
        assert np.isnan(metrics.r2([1.0], [2.0]))
    with pytest.warns(UndefinedMetricWarning, match="correlation is not defined .* constant"):
        assert np.isnan(metrics.pearson([1.0], [2.0]))
    assert metrics.pearson([1e-200, 2e-200, 4e-200], [-1e200, -2e200, -4e200]) == pytest.approx(-1)
    with pytest.warns(UndefinedMetricWarning):  # the computed mean of these is not 0.1
        assert np.isnan(metrics.pearson([0.1, 0.1, 0.1], [1.0, 2.0, 3.0]))


def test_a_single_target_may_be_flat_or_a_column():
    random = np.random.default_rng(0)
    truth, prediction = random.normal(size=(2, 9))
    flat = metrics.regression_metrics(truth, prediction)
    assert metrics.regression_metrics(truth, prediction[:, np.newaxis]) == flat
    assert metrics.regression_metrics(truth[:, np.newaxis], prediction) == flat
