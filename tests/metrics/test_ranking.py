from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk
from torchmetrics.functional import classification as tm

from gradiente import metrics
from gradiente.metrics import undefined_metrics

from .problems import scored, scored_indicators, silently


@given(scored(classes=2))
def test_roc_auc_of_two_classes_is_that_of_scikit_learn(problem):
    truth, scores = problem
    expected = silently(sk.roc_auc_score, truth, scores)
    columns = np.column_stack([1 - scores, scores])
    with undefined_metrics() as undefined:
        for given_scores, average in product((scores, columns), ("macro", "micro", "weighted", "none")):
            area = metrics.roc_auc(truth, given_scores, average=average)
            assert area == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert bool(undefined) == np.isnan(expected)


def of_each(positive, scores):
    """The area of every column by scikit-learn, NaN where it has none."""
    return [silently(sk.roc_auc_score, *column) for column in zip(positive.T, scores.T, strict=True)]


def check_every_average(truth, positive, scores):
    areas = np.array(of_each(positive, scores))
    defined, share = ~np.isnan(areas), positive.sum(axis=0)
    expected: dict[Any, Any] = {
        "none": areas,
        "micro": silently(sk.roc_auc_score, positive.ravel(), scores.ravel()),
    }
    expected["macro"] = areas[defined].mean() if defined.any() else np.nan
    weighted = share[defined].any()
    expected["weighted"] = (
        np.average(areas[defined], weights=share[defined]) if weighted else expected["macro"]
    )
    for average, value in expected.items():
        with undefined_metrics() as undefined:
            found = metrics.roc_auc(truth, scores, average=average)
        np.testing.assert_allclose(found, value, rtol=0, atol=1e-12)
        if average == "macro":
            assert bool(undefined) == (not defined.all())


@given(scored(classes=4))
def test_roc_auc_of_many_classes_averages_over_those_that_have_one(problem):
    truth, scores = problem
    check_every_average(truth, truth[:, np.newaxis] == np.arange(4), scores)


@given(scored_indicators())
def test_roc_auc_of_labels_averages_over_those_that_have_one(problem):
    truth, scores = problem
    check_every_average(truth, truth, scores)
    areas = np.array(of_each(truth.T, scores.T))
    expected = areas[~np.isnan(areas)].mean() if not np.isnan(areas).all() else np.nan
    with undefined_metrics() as undefined:
        found = metrics.roc_auc(truth, scores, average="samples")
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert bool(undefined) == np.isnan(areas).any()


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", None])
def test_roc_auc_where_all_is_defined_is_that_of_scikit_learn_and_torchmetrics(average):
    random = np.random.default_rng(0)
    for rows, classes in product((20, 200), (3, 10)):
        truth = np.concatenate([np.arange(classes), random.integers(classes, size=rows)])
        p = random.dirichlet(np.ones(classes), size=len(truth))
        expected = sk.roc_auc_score(truth, p, multi_class="ovr", average=average)
        found = metrics.roc_auc(truth, p, average=average or "none")
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
        if average != "micro":
            arrays = torch.tensor(p), torch.tensor(truth)
            theirs = tm.multiclass_auroc(*arrays, num_classes=classes, average=average)
            np.testing.assert_allclose(found, theirs, rtol=1e-5)


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", "samples", None])
def test_roc_auc_of_labels_where_all_is_defined_is_that_of_scikit_learn(average):
    random = np.random.default_rng(0)
    truth, scores = random.integers(2, size=(50, 4)), random.normal(size=(50, 4))
    truth[:, 0], truth[:, 1] = 0, 1  # no row has all labels or none
    truth[0, :2] = 1, 0
    expected = sk.roc_auc_score(truth, scores, average=average)
    found = metrics.roc_auc(truth, scores, average=average or "none")
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@given(st.data())
def test_top_k_accuracy_is_that_of_scikit_learn_also_with_ties(data):
    classes = data.draw(st.integers(3, 5))
    truth, scores = data.draw(scored(classes=classes))
    k = data.draw(st.integers(1, classes - 1))
    expected = sk.top_k_accuracy_score(truth, scores, k=k, labels=range(classes))
    assert metrics.top_k_accuracy(truth, scores, k=k) == pytest.approx(expected, abs=1e-12)


def test_the_first_of_two_is_the_accuracy_and_two_is_what_is_meant_by_top_k():
    random = np.random.default_rng(0)
    truth, scores = random.integers(2, size=40), random.normal(size=(40, 2))
    expected = sk.accuracy_score(truth, scores.argmax(axis=1))
    assert metrics.top_k_accuracy(truth, scores, k=1) == pytest.approx(expected)
    truth, scores = random.integers(5, size=40), random.normal(size=(40, 5))
    expected = sk.top_k_accuracy_score(truth, scores)
    assert metrics.top_k_accuracy(truth, scores) == pytest.approx(expected)
