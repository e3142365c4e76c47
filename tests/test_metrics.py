import warnings
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from sklearn import metrics as sk

from gradiente import metrics
from gradiente.errors import ArgumentError, DataError, GradienteError, ShapeError
from gradiente.locale import LANGUAGES, set_language

BY_COUNTS = {
    metrics.precision: sk.precision_score,
    metrics.recall: sk.recall_score,
    metrics.f1: sk.f1_score,
}


@st.composite
def labels(draw, *, classes=None):
    """Truth and prediction of up to five classes, any of which may be absent, constant or never right."""
    k = draw(st.integers(2, 5)) if classes is None else classes
    rows = draw(st.integers(1, 30))
    return tuple(draw(arrays(np.int64, rows, elements=st.integers(0, k - 1))) for _ in range(2))


@st.composite
def scored(draw, *, classes):
    """Truth and scores on a coarse grid, so that ties are many."""
    rows = draw(st.integers(1, 30))
    truth = draw(arrays(np.int64, rows, elements=st.integers(0, classes - 1)))
    shape = rows if classes == 2 else (rows, classes)
    return truth, draw(arrays(np.int64, shape, elements=st.integers(0, 6))) / 6


@st.composite
def targets(draw):
    rows, columns = draw(st.integers(2, 20)), draw(st.integers(1, 3))
    number = st.integers(-40, 40).map(lambda i: i / 8)
    truth, prediction = (draw(arrays(np.float64, (rows, columns), elements=number)) for _ in range(2))
    return truth, prediction


def silently(function: Callable[..., Any], *arguments, **options) -> Any:
    """scikit-learn and scipy warn where a number is undefined; ours must not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments, **options)


def has_many_classes(truth, prediction):
    return max(truth.max(), prediction.max()) > 1


@given(labels())
def test_the_counting_metrics_are_those_of_scikit_learn(pair):
    truth, prediction = pair
    average = "macro" if has_many_classes(*pair) else "binary"
    assert metrics.accuracy(*pair) == pytest.approx(sk.accuracy_score(*pair), abs=1e-12)
    for ours, theirs in BY_COUNTS.items():
        expected = silently(theirs, truth, prediction, average=average, zero_division=0)
        assert ours(truth, prediction) == pytest.approx(expected, abs=1e-12)
        expected = silently(theirs, truth, prediction, average="macro", zero_division=0)
        assert ours(truth, prediction, average="macro") == pytest.approx(expected, abs=1e-12)


@given(labels())
def test_specificity_is_the_recall_of_the_rest(pair):
    truth, prediction = pair
    present = np.union1d(truth, prediction)
    of_class = {
        k: silently(sk.recall_score, truth != k, prediction != k, zero_division=0) for k in {*present, 1}
    }
    macro = np.mean([of_class[k] for k in present])
    expected = macro if has_many_classes(*pair) else of_class[1]
    assert metrics.specificity(truth, prediction) == pytest.approx(expected, abs=1e-12)
    assert metrics.specificity(truth, prediction, average="macro") == pytest.approx(macro, abs=1e-12)


@given(labels())
def test_kappa_is_that_of_scikit_learn(pair):
    expected = silently(sk.cohen_kappa_score, *pair, replace_undefined_by=0.0)
    assert metrics.cohen_kappa(*pair) == pytest.approx(expected, abs=1e-12)


@given(labels(), st.integers(5, 7))
def test_the_confusion_matrix_is_that_of_scikit_learn(pair, classes):
    truth, prediction = pair
    expected = sk.confusion_matrix(truth, prediction, labels=range(classes))
    np.testing.assert_array_equal(metrics.confusion_matrix(truth, prediction, classes=classes), expected)
    largest = max(truth.max(), prediction.max())
    np.testing.assert_array_equal(
        metrics.confusion_matrix(truth, prediction), expected[: largest + 1, : largest + 1]
    )


@given(scored(classes=2))
def test_roc_auc_of_two_classes_is_that_of_scikit_learn(problem):
    truth, scores = problem
    expected = silently(sk.roc_auc_score, truth, scores)
    assert metrics.roc_auc(truth, scores) == pytest.approx(expected, abs=1e-12, nan_ok=True)
    columns = np.column_stack([1 - scores, scores])
    assert metrics.roc_auc(truth, columns) == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(scored(classes=4))
def test_roc_auc_of_many_classes_averages_over_those_present(problem):
    truth, scores = problem
    one_against_the_rest = [silently(sk.roc_auc_score, truth == k, scores[:, k]) for k in np.unique(truth)]
    assert metrics.roc_auc(truth, scores) == pytest.approx(
        np.mean(one_against_the_rest), abs=1e-12, nan_ok=True
    )


def test_roc_auc_of_many_classes_is_that_of_scikit_learn():
    random = np.random.default_rng(0)
    for rows, classes in product((20, 200), (3, 10)):
        truth = np.concatenate([np.arange(classes), random.integers(classes, size=rows)])
        p = random.dirichlet(np.ones(classes), size=len(truth))
        expected = sk.roc_auc_score(truth, p, multi_class="ovr", average="macro")
        assert metrics.roc_auc(truth, p) == pytest.approx(expected, abs=1e-12)


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
    ours = metrics.regression_metrics(truth, prediction)
    assert list(ours) == list(expected)
    assert ours == pytest.approx(expected, rel=1e-10, abs=1e-12, nan_ok=True)


def test_one_row_and_numbers_of_any_size_are_measured():
    assert np.isnan(metrics.r2([1.0], [2.0]))
    assert np.isnan(metrics.pearson([1.0], [2.0]))
    assert metrics.pearson([1e-200, 2e-200, 4e-200], [-1e200, -2e200, -4e200]) == pytest.approx(-1)
    assert np.isnan(metrics.pearson([0.1, 0.1, 0.1], [1.0, 2.0, 3.0]))  # whose computed mean is not 0.1


def test_a_single_target_may_be_flat_or_a_column():
    random = np.random.default_rng(0)
    truth, prediction = random.normal(size=(2, 9))
    flat = metrics.regression_metrics(truth, prediction)
    assert metrics.regression_metrics(truth, prediction[:, np.newaxis]) == flat
    assert metrics.regression_metrics(truth[:, np.newaxis], prediction) == flat


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_classification_metrics_takes_the_most_probable_class(classes):
    random = np.random.default_rng(classes)
    truth = random.integers(classes, size=300)
    p = random.dirichlet(np.ones(classes), size=300)
    average = "binary" if classes == 2 else "macro"
    prediction = p.argmax(axis=1)
    scores = p[:, 1] if classes == 2 else p
    ours = metrics.classification_metrics(truth, p)
    assert ours == pytest.approx(
        {
            "accuracy": sk.accuracy_score(truth, prediction),
            "precision": sk.precision_score(truth, prediction, average=average),
            "recall": sk.recall_score(truth, prediction, average=average),
            "specificity": np.mean(
                [
                    sk.recall_score(truth != k, prediction != k)
                    for k in ([1] if classes == 2 else range(classes))
                ]
            ),
            "f1": sk.f1_score(truth, prediction, average=average),
            "cohen_kappa": sk.cohen_kappa_score(truth, prediction),
            "roc_auc": sk.roc_auc_score(truth, scores, multi_class="ovr"),
        },
        abs=1e-12,
    )


def test_the_probability_of_class_one_is_enough():
    random = np.random.default_rng(0)
    truth, p = random.integers(2, size=50), random.random(50)
    of_columns = metrics.classification_metrics(truth, np.column_stack([1 - p, p]))
    assert metrics.classification_metrics(truth, p) == of_columns
    assert metrics.classification_metrics(truth[:, np.newaxis].astype(float), p[:, np.newaxis]) == of_columns


def test_three_columns_are_three_classes_whatever_occurs():
    truth, p = np.array([0, 1, 1]), np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.6, 0.4, 0.0]])
    expected = sk.precision_score(truth, p.argmax(axis=1), average="macro")
    assert metrics.classification_metrics(truth, p)["precision"] == pytest.approx(expected)


def test_of_one_class_alone_there_is_no_roc_auc():
    assert np.isnan(metrics.roc_auc([1, 1], [0.2, 0.3]))
    assert "roc_auc" not in metrics.classification_metrics([1, 1], [0.2, 0.3])
    assert "roc_auc" not in metrics.classification_metrics([2, 2], np.full((2, 3), 1 / 3))


WRONG = [
    (metrics.accuracy, ([0, 1], [[0.2, 0.8], [0.7, 0.3]]), ShapeError, "argmax"),
    (metrics.f1, ([0, 1], [0]), ShapeError, "(2,)"),
    (metrics.recall, ([], []), DataError, ""),
    (metrics.accuracy, (["cat"], ["dog"]), ShapeError, "<U3"),
    (metrics.accuracy, ([0, -1], [0, 0]), DataError, "-1"),
    (metrics.cohen_kappa, ([0, 1], [0, 0.5]), DataError, "0.5"),
    (metrics.cohen_kappa, ([0, np.nan], [0, 1]), DataError, "nan"),
    (metrics.roc_auc, ([0, 1, 1], [0.5, 0.5]), ShapeError, "(3,)"),
    (metrics.roc_auc, ([0, 1], [[0.5], [0.5]]), ShapeError, "(2, 1)"),
    (metrics.roc_auc, ([], []), DataError, ""),
    (metrics.roc_auc, ([0, 1], [0.5, np.nan]), DataError, "1"),
    (metrics.roc_auc, ([0, 3], np.ones((2, 3))), DataError, "3"),
    (metrics.roc_auc, ([0, 2], [0.5, 0.5]), DataError, "2"),
    (metrics.classification_metrics, ([0, 1], np.ones((3, 4))), ShapeError, "(3, 4)"),
    (metrics.classification_metrics, ([], np.ones((0, 3))), DataError, ""),
    (metrics.mse, (np.ones((3, 2)), np.ones((3, 1))), ShapeError, "(3, 2)"),
    (metrics.mae, (np.ones((3, 2, 1)), np.ones((3, 2, 1))), ShapeError, "(3, 2, 1)"),
    (metrics.mae, (1.0, 2.0), ShapeError, "()"),
    (metrics.pearson, ([], []), DataError, ""),
    (metrics.r2, ([1.0, np.inf], [1.0, 2.0]), DataError, "1"),
    (metrics.mape, (["1.5"], ["2.5"]), ShapeError, "<U3"),
]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(("metric", "arguments", "error", "said"), WRONG)
def test_what_cannot_be_measured_is_said_clearly(metric, arguments, error, said, code):
    with pytest.raises(error) as caught:
        metric(*arguments)
    set_language(code)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("metric", "options", "said"),
    [
        (metrics.precision, {"average": "micro"}, "'micro'"),
        (metrics.precision, {"average": "binary"}, "2"),
        (metrics.confusion_matrix, {"classes": 0}, "0"),
        (metrics.confusion_matrix, {"classes": 2}, "2"),
    ],
)
def test_options_that_cannot_be_are_refused(metric, options, said):
    with pytest.raises(GradienteError, match=said) as caught:
        metric([0, 1, 2], [0, 1, 1], **options)
    assert isinstance(caught.value, ArgumentError | DataError)
