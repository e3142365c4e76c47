"""Average precision, against scikit-learn, with ties, weights and labels that nobody has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from gradiente import metrics
from gradiente.metrics import undefined_metrics

from .problems import scored, scored_indicators, silently


@given(scored(classes=2), st.integers(0, 2**32 - 1))
def test_two_classes(problem, seed):
    truth, scores = problem
    weights = np.random.default_rng(seed).integers(1, 4, len(truth)) / 2
    for of in (None, weights):
        with undefined_metrics() as undefined:
            found = metrics.average_precision(truth, scores, sample_weight=of)
        if truth.any():
            expected = silently(sk.average_precision_score, truth, scores, sample_weight=of)
            assert found == pytest.approx(expected, abs=1e-12)
        else:
            assert np.isnan(found)
            assert [entry.metric for entry in undefined] == ["average_precision"]


@given(scored_indicators())
def test_labels(problem):
    truth, scores = problem
    has = truth.any(axis=0)
    each = np.array([silently(sk.average_precision_score, *c) for c in zip(truth.T, scores.T, strict=True)])
    with undefined_metrics():
        found = metrics.average_precision(truth, scores, average="none")
        macro = metrics.average_precision(truth, scores)
        micro = metrics.average_precision(truth, scores, average="micro")
    np.testing.assert_allclose(found, np.where(has, each, np.nan), atol=1e-12)
    if has.all():
        assert macro == pytest.approx(silently(sk.average_precision_score, truth, scores), abs=1e-12)
    if has.any():
        expected = silently(sk.average_precision_score, truth, scores, average="micro")
        assert micro == pytest.approx(expected, abs=1e-12)


def test_many_classes():
    random = np.random.default_rng(0)
    truth, scores = random.integers(4, size=90), random.random((90, 4)).round(1)
    weights = random.random(90)
    for average in ("macro", "weighted", "micro"):
        found = metrics.average_precision(truth, scores, average=average, sample_weight=weights)
        expected = sk.average_precision_score(truth, scores, average=average, sample_weight=weights)
        assert found == pytest.approx(expected, abs=1e-12)


def test_scores_without_skill_give_the_share_of_the_positives():
    truth = np.array([0, 1, 0, 0])
    assert metrics.average_precision(truth, np.ones(4)) == 0.25
