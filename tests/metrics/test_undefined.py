"""A metric that is not defined says so: by a warning, or into the block that asked for it."""

import math
import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from gradiente import metrics
from gradiente.locale import language
from gradiente.metrics import Undefined, UndefinedMetricWarning, undefined_metrics

LABELS = [[1, 0, 1], [0, 0, 0]], [[0, 0, 0], [0, 0, 1]]
SAID = [
    (lambda: metrics.precision([0, 1], [0, 0]), 0, "class 1 (never predicted): counted as 0"),
    (lambda: metrics.precision([0, 3, 4], [0, 0, 0]), 1 / 9, "the classes 3, 4 (never predicted)"),
    (lambda: metrics.recall([0, 1], [2, 2]), 0, "class 2 (no instances)"),
    (lambda: metrics.recall([0, 0], [0, 1]), 0, "class 1 (no instances)"),
    (lambda: metrics.specificity([1, 1], [0, 1]), 0, "class 1 (no negative instances)"),
    (lambda: metrics.f1([0, 0], [0, 0]), 0, "class 1 (no instances, and never predicted)"),
    (lambda: metrics.fbeta([0, 0], [0, 0], beta=2), 0, "Fβ is not defined for class 1"),
    (lambda: metrics.precision(*LABELS), None, "the classes 0, 1 (never predicted)"),
    (lambda: metrics.precision(*LABELS, average="samples"), 0.0, "in 1 of 2 rows (no label is predicted)"),
    (lambda: metrics.recall(*LABELS, average="samples"), 0.0, "in 1 of 2 rows (no label is true)"),
    (lambda: metrics.specificity([[1, 1]], [[1, 0]], average="micro"), 0, "defined (no label is false)"),
    (lambda: metrics.f1([[0, 0]], [[0, 0]], average="micro"), 0, "defined (no label is true or predicted)"),
    (lambda: metrics.cohen_kappa([2, 2], [2, 2]), 0, "Cohen’s kappa is not defined (truth and prediction"),
    (lambda: metrics.roc_auc([1, 1], [0.2, 0.3]), math.nan, "positives and negatives): it has no value"),
    (lambda: metrics.roc_auc([0, 1, 1], np.eye(3)), 0.875, "for class 2 (it needs both"),
    (lambda: metrics.roc_auc([2, 2], np.ones((2, 3))), math.nan, "it has no value"),
    (lambda: metrics.roc_auc([[0, 1], [1, 1]], [[0, 1], [1, 0]]), 1, "for class 1 (it needs both"),
    (
        lambda: metrics.roc_auc([[0, 1], [1, 1]], [[0, 1], [1, 0]], average="samples"),
        1,
        "in 1 of 2 rows (it needs both positives and negatives): left out of the mean",
    ),
]


@pytest.mark.parametrize(("measure", "value", "said"), SAID)
def test_an_undefined_metric_warns_once_and_says_why(measure, value, said):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = measure()
    assert [warning.category for warning in caught] == [UndefinedMetricWarning]
    assert said in str(caught[0].message)
    if value is not None:
        assert found == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("measure", [measure for measure, _, _ in SAID])
def test_what_is_said_is_in_the_language_in_use_and_by_the_names_of_the_classes(measure):
    with undefined_metrics() as undefined:
        measure()
    (entry,) = undefined
    assert "is not defined" in str(entry)
    with language("es"):
        assert "sin definición" in str(entry)
    named = entry.sentence(["Ana", "Boris"])
    assert ("Ana" in named, "Boris" in named) == (0 in entry.classes, 1 in entry.classes)


@pytest.mark.parametrize("metric", [metrics.precision, metrics.recall, metrics.specificity, metrics.f1])
def test_who_chooses_what_counts_is_not_warned(metric):
    for value in (0, 1, math.nan):
        assert metric([0, 0], [0, 0], average="none", zero_division=value).shape == (1,)
        for average in ("micro", "macro", "weighted", "samples"):
            metric(*LABELS, average=average, zero_division=value)


def test_a_class_without_weight_is_no_reason_to_warn():
    assert metrics.recall([0, 1], [2, 1], average="weighted") == 0.5  # class 2 never occurs
    assert metrics.precision([0, 1], [0, 1], average="macro") == 1
    assert metrics.roc_auc([0, 1], np.eye(3)[:2], average="weighted") == 1


def test_many_classes_are_not_all_named():
    sentence = Undefined("recall", 0, classes=tuple(range(10, 90))).sentence()
    assert (
        sentence
        == "recall is not defined for the classes 10, 11, 12, 13, 14, 15, 16, 17, … (no instances): counted as 0"
    )


def test_the_warning_points_at_the_line_that_asked():
    for ask in (
        lambda: metrics.precision([0, 1], [0, 0]),
        lambda: metrics.classification_metrics([0, 1], [0.1, 0.2]),
    ):
        with pytest.warns(UndefinedMetricWarning) as caught:
            ask()
        assert {warning.filename for warning in caught} == {__file__}


def test_a_block_is_told_instead_of_warned():
    with undefined_metrics() as outer:
        metrics.precision([0, 1], [0, 0])
        with undefined_metrics() as inner:
            metrics.recall([0, 0], [0, 1])
    assert [entry.metric for entry in outer] == ["precision"]
    assert [entry.metric for entry in inner] == ["recall"]
    with pytest.warns(UndefinedMetricWarning):
        metrics.precision([0, 1], [0, 0])


def test_all_that_is_undefined_of_a_classifier_is_told_in_order():
    with undefined_metrics() as undefined:
        values = metrics.classification_metrics([1, 1], [0.2, 0.3])
    assert [entry.metric for entry in undefined] == ["roc_auc", "precision", "specificity"]
    assert "roc_auc" not in values


def test_two_threads_are_told_of_their_own():
    together = Barrier(2)

    def ask(metric):
        with undefined_metrics() as undefined:
            together.wait()
            for _ in range(100):
                metric([1, 0], [1, 0], average="none")
                metric([0, 0], [0, 0])
        return {entry.metric for entry in undefined}

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(ask, [metrics.precision, metrics.recall])) == [{"precision"}, {"recall"}]
