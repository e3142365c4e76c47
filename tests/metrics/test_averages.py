"""Precision, recall, specificity and F: every average, every zero_division, of classes and of labels."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk
from torchmetrics.functional import classification as tm

from gradiente import metrics
from gradiente.metrics import undefined_metrics

from .problems import indicators, labels, silently

BETA = 0.5
BY_COUNTS = {
    "precision": (metrics.precision, sk.precision_score),
    "recall": (metrics.recall, sk.recall_score),
    "f1": (metrics.f1, sk.f1_score),
    "fbeta": (partial(metrics.fbeta, beta=BETA), partial(sk.fbeta_score, beta=BETA)),
}
by_counts = pytest.mark.parametrize(("ours", "theirs"), BY_COUNTS.values(), ids=BY_COUNTS)
OF_CLASSES = ("micro", "macro", "weighted", "none")
OF_LABELS = (*OF_CLASSES, "samples")
instead = st.sampled_from([0, 1, math.nan])


def has_many_classes(truth, prediction):
    return max(truth.max(), prediction.max()) > 1


def classes_of(truth, prediction):
    return range(max(truth.max(), prediction.max()) + 1)


@by_counts
@pytest.mark.parametrize("average", OF_CLASSES)
@given(pair=labels(), zero_division=instead)
def test_every_average_over_classes_is_that_of_scikit_learn(ours, theirs, average, pair, zero_division):
    asked = {"average": None, "labels": classes_of(*pair)} if average == "none" else {"average": average}
    expected = silently(theirs, *pair, **asked, zero_division=zero_division)
    found = ours(*pair, average=average, zero_division=zero_division)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@by_counts
@given(pair=labels(), zero_division=instead)
def test_two_classes_are_measured_by_class_1_and_more_by_their_mean(ours, theirs, pair, zero_division):
    average = "macro" if has_many_classes(*pair) else "binary"
    expected = silently(theirs, *pair, average=average, zero_division=zero_division)
    for asked in (None, average):
        found = ours(*pair, average=asked, zero_division=zero_division)
        assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


@by_counts
@pytest.mark.parametrize("average", OF_LABELS)
@given(pair=indicators(), zero_division=instead)
def test_every_average_over_labels_is_that_of_scikit_learn(ours, theirs, average, pair, zero_division):
    asked = None if average == "none" else average
    expected = silently(theirs, *pair, average=asked, zero_division=zero_division)
    found = ours(*pair, average=average, zero_division=zero_division)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    if average == "macro":
        assert ours(*pair, zero_division=zero_division) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def specificity_of_scikit_learn(pair, average, zero_division):
    """By its counts of every class that occurs, or of every label or row."""
    tn, fp, fn, tp = (
        sk.multilabel_confusion_matrix(*pair, samplewise=average == "samples").reshape(-1, 4).T.astype(float)
    )
    if average == "micro":
        tn, fp = tn.sum(keepdims=True), fp.sum(keepdims=True)
    of_class = np.array([a / (a + b) if a + b else zero_division for a, b in zip(tn, fp, strict=True)])
    kept = ~np.isnan(of_class)
    if average == "none":
        return of_class
    if not kept.any():
        return math.nan
    weights = (tp + fn)[kept] if average == "weighted" else np.ones(kept.sum())
    return np.average(of_class[kept], weights=weights if weights.any() else None)


@given(pair=labels(), average=st.sampled_from(["micro", "macro", "weighted"]), zero_division=instead)
def test_specificity_is_the_recall_of_the_other_classes(pair, average, zero_division):
    expected = specificity_of_scikit_learn(pair, average, zero_division)
    found = metrics.specificity(*pair, average=average, zero_division=zero_division)
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)
    each = metrics.specificity(*pair, average="none", zero_division=zero_division)
    of_rest = [
        silently(sk.recall_score, *(a != k for a in pair), zero_division=zero_division)
        for k in classes_of(*pair)
    ]
    np.testing.assert_allclose(each, of_rest, rtol=0, atol=1e-12)
    if not has_many_classes(*pair):
        of_zero = (
            silently(sk.recall_score, *pair, pos_label=0, zero_division=zero_division)
            if 0 in np.union1d(*pair)
            else zero_division
        )
        assert metrics.specificity(*pair, zero_division=zero_division) == pytest.approx(
            of_zero, abs=1e-12, nan_ok=True
        )


@pytest.mark.parametrize("average", OF_LABELS)
@given(pair=indicators(), zero_division=instead)
def test_specificity_of_labels_is_by_the_counts_of_scikit_learn(average, pair, zero_division):
    expected = specificity_of_scikit_learn(pair, average, zero_division)
    found = metrics.specificity(*pair, average=average, zero_division=zero_division)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("average", OF_CLASSES)
@pytest.mark.parametrize("name", ["precision", "recall", "specificity", "f1_score"])
def test_torchmetrics_gives_the_same_where_every_class_occurs(name, average):
    random = np.random.default_rng(0)
    ours = getattr(metrics, name.removesuffix("_score"))
    truth, prediction = (np.concatenate([np.arange(5), random.integers(5, size=60)]) for _ in range(2))
    theirs = getattr(tm, f"multiclass_{name}")
    expected = theirs(torch.tensor(prediction), torch.tensor(truth), num_classes=5, average=average)
    np.testing.assert_allclose(ours(truth, prediction, average=average), expected, rtol=1e-6)
    truth, prediction = random.integers(2, size=(2, 60, 3))
    theirs = getattr(tm, f"multilabel_{name}")
    expected = theirs(torch.tensor(prediction), torch.tensor(truth), num_labels=3, average=average)
    np.testing.assert_allclose(ours(truth, prediction, average=average), expected, rtol=1e-6)


@given(labels())
def test_with_one_class_a_row_the_micro_average_is_the_accuracy(pair):
    for metric in (metrics.precision, metrics.recall, metrics.f1):
        assert metric(*pair, average="micro") == pytest.approx(sk.accuracy_score(*pair), abs=1e-15)


@given(labels())
def test_the_weighted_recall_is_the_accuracy(pair):
    assert metrics.recall(*pair, average="weighted") == pytest.approx(sk.accuracy_score(*pair), abs=1e-15)


@given(labels(), st.sampled_from(OF_CLASSES))
def test_without_a_zero_division_of_ones_own_it_counts_as_zero(pair, average):
    for metric in (metrics.precision, metrics.recall, metrics.specificity, metrics.f1):
        with undefined_metrics():
            found = metric(*pair, average=average)
        np.testing.assert_array_equal(found, metric(*pair, average=average, zero_division=0))


@given(labels(), instead, st.sampled_from([0, 1e-3, 0.5, 1, 2, 1e3, 1e100]))
def test_fbeta_is_that_of_scikit_learn_for_any_beta(pair, zero_division, beta):
    options = {"average": "macro", "zero_division": zero_division}
    found = metrics.fbeta(*pair, beta=beta, **options)
    expected = silently(sk.fbeta_score, *pair, beta=beta, **options)
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)
    if beta == 1:
        assert found == pytest.approx(metrics.f1(*pair, **options), abs=1e-15, nan_ok=True)


def test_booleans_floats_and_lists_are_labels_too():
    truth, prediction = np.array([[1, 0], [1, 1]]), np.array([[1, 0], [0, 1]])
    expected = sk.f1_score(truth, prediction, average="macro")
    for kind in (bool, float, np.uint8):
        assert metrics.f1(truth.astype(kind), prediction.astype(kind)) == pytest.approx(expected)
    assert metrics.f1(truth.tolist(), prediction.tolist()) == pytest.approx(expected)
