"""Metrics whose rows have weights: scikit-learn's, and rows of whole weights as often as they count."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from gradiente import DataError, ShapeError, metrics
from gradiente.metrics import undefined_metrics

from .problems import indicators, labels, silently

SEEDS = st.integers(0, 2**32 - 1)
COUNTED: Any = {
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "f1": sk.f1_score,
}


def drawn(rows, seed, *, zeros=True):
    """Weights, of which some are 0."""
    weights = np.random.default_rng(seed).integers(0 if zeros else 1, 4, rows) / 2
    return weights if weights.any() else weights + 1


@given(labels(), SEEDS)
def test_of_classes(problem, seed):
    truth, prediction = problem
    weights = drawn(len(truth), seed)
    of: Any = {"sample_weight": weights}
    assert metrics.accuracy(truth, prediction, **of) == pytest.approx(
        sk.accuracy_score(truth, prediction, **of)
    )
    assert metrics.hamming_loss(truth, prediction, **of) == pytest.approx(
        sk.hamming_loss(truth, prediction, **of)
    )
    occurring = np.union1d(truth, prediction)
    matrix = metrics.confusion_matrix(truth, prediction, **of)[np.ix_(occurring, occurring)]
    np.testing.assert_allclose(matrix, silently(sk.confusion_matrix, truth, prediction, **of))
    with undefined_metrics():
        for name, theirs in COUNTED.items():
            for average in ("macro", "micro", "weighted"):
                expected = silently(theirs, truth, prediction, average=average, zero_division=0, **of)
                found = getattr(metrics, name)(truth, prediction, average=average, **of)
                assert found == pytest.approx(expected, abs=1e-12)
        kappa = metrics.cohen_kappa(truth, prediction, **of)
    expected = silently(sk.cohen_kappa_score, truth, prediction, **of)
    assert kappa == pytest.approx(0 if np.isnan(expected) else expected, abs=1e-12)


@given(indicators(), SEEDS)
def test_of_labels(problem, seed):
    truth, prediction = problem
    of: Any = {"sample_weight": drawn(len(truth), seed)}
    assert metrics.accuracy(truth, prediction, **of) == pytest.approx(
        sk.accuracy_score(truth, prediction, **of)
    )
    assert metrics.hamming_loss(truth, prediction, **of) == pytest.approx(
        sk.hamming_loss(truth, prediction, **of)
    )
    with undefined_metrics():
        for name, theirs in COUNTED.items():
            for average in ("macro", "micro", "weighted", "samples"):
                expected = silently(theirs, truth, prediction, average=average, zero_division=0, **of)
                found = getattr(metrics, name)(truth, prediction, average=average, **of)
                assert found == pytest.approx(expected, abs=1e-12)


def test_of_scores():
    random = np.random.default_rng(0)
    weights = random.random(100)
    for classes in (2, 4):
        truth, scores = random.integers(classes, size=100), random.random((100, classes)).round(1)
        theirs: Any = scores[:, 1] if classes == 2 else scores / scores.sum(axis=1, keepdims=True)
        ours = scores if classes == 2 else theirs
        for average in ("macro", "weighted"):
            options: Any = {"average": average, "sample_weight": weights}
            expected = sk.roc_auc_score(truth, theirs, multi_class="ovr", **options)
            assert metrics.roc_auc(truth, ours, **options) == pytest.approx(expected, abs=1e-12)
    truth, scores = random.integers(2, size=(100, 3)), random.random((100, 3)).round(1)
    for average in ("macro", "weighted", "micro"):
        options = {"average": average, "sample_weight": weights}
        expected = sk.roc_auc_score(truth, scores, **options)
        assert metrics.roc_auc(truth, scores, **options) == pytest.approx(expected, abs=1e-12)
    truth, scores = random.integers(4, size=100), random.random((100, 4))
    expected = sk.top_k_accuracy_score(truth, scores, k=2, sample_weight=weights)
    assert metrics.top_k_accuracy(truth, scores, k=2, sample_weight=weights) == pytest.approx(expected)


@pytest.mark.parametrize("targets", [1, 3])
def test_of_numbers(targets):
    random = np.random.default_rng(targets)
    truth, prediction = random.normal(3, 2, (2, 60, targets))
    weights = random.integers(0, 4, 60) / 2
    theirs = {
        "mae": sk.mean_absolute_error,
        "mape": sk.mean_absolute_percentage_error,
        "mse": sk.mean_squared_error,
        "r2": sk.r2_score,
    }
    found = metrics.regression_metrics(truth, prediction, sample_weight=weights)
    for name, theirs_of in theirs.items():
        assert found[name] == pytest.approx(theirs_of(truth, prediction, sample_weight=weights), rel=1e-12)
    repeated = [np.repeat(a, (2 * weights).astype(int), axis=0) for a in (truth, prediction)]
    assert found["pearson"] == pytest.approx(metrics.pearson(*repeated), rel=1e-12)


@pytest.mark.parametrize("task", ["classes", "labels"])
def test_all_metrics_of_repeated_rows(task):
    random = np.random.default_rng(0)
    shape = (70,) if task == "classes" else (70, 3)
    truth, p = random.integers(2, size=shape), random.random(shape)
    times = random.integers(0, 4, 70)
    found = metrics.classification_metrics(truth, p, sample_weight=times / 2)
    repeated = (np.repeat(a, times, axis=0) for a in (truth, p))
    assert found == pytest.approx(metrics.classification_metrics(*repeated), abs=1e-12)


@pytest.mark.parametrize(
    ("weights", "error", "said"),
    [
        ([1.0, 2.0], ShapeError, "3 rows"),
        ([1.0, -2.0, 1.0], DataError, "row 1 is -2"),
        ([1.0, np.nan, 1.0], DataError, "row 1"),
        ([0, 0, 0], DataError, "all weights are 0"),
    ],
)
def test_what_are_no_weights(weights, error, said):
    for metric in (metrics.accuracy, metrics.precision, metrics.mae, metrics.roc_auc):
        with pytest.raises(error, match=said):
            metric([0, 1, 1], [0, 1, 0], sample_weight=weights)
