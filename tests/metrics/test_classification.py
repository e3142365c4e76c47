import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from gradiente import metrics
from gradiente.metrics import undefined_metrics

from .problems import indicators, labels, silently


@given(labels())
def test_accuracy_and_hamming_loss_of_classes_are_those_of_scikit_learn(pair):
    assert metrics.accuracy(*pair) == pytest.approx(sk.accuracy_score(*pair), abs=1e-12)
    assert metrics.hamming_loss(*pair) == pytest.approx(sk.hamming_loss(*pair), abs=1e-12)


@given(indicators())
def test_accuracy_and_hamming_loss_of_labels_are_those_of_scikit_learn(pair):
    assert metrics.accuracy(*pair) == pytest.approx(sk.accuracy_score(*pair), abs=1e-12)
    assert metrics.hamming_loss(*pair) == pytest.approx(sk.hamming_loss(*pair), abs=1e-12)


@given(labels())
def test_kappa_is_that_of_scikit_learn(pair):
    expected = silently(sk.cohen_kappa_score, *pair, replace_undefined_by=0.0)
    with undefined_metrics() as undefined:
        assert metrics.cohen_kappa(*pair) == pytest.approx(expected, abs=1e-12)
    assert bool(undefined) == (len(np.union1d(*pair)) == 1)


@given(labels(), st.integers(5, 7))
def test_the_confusion_matrix_is_that_of_scikit_learn(pair, classes):
    truth, prediction = pair
    expected = sk.confusion_matrix(truth, prediction, labels=range(classes))
    np.testing.assert_array_equal(metrics.confusion_matrix(truth, prediction, classes=classes), expected)
    largest = max(truth.max(), prediction.max())
    np.testing.assert_array_equal(
        metrics.confusion_matrix(truth, prediction), expected[: largest + 1, : largest + 1]
    )


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
            **({"average_precision": sk.average_precision_score(truth, scores)} if classes == 2 else {}),
        },
        abs=1e-12,
    )


@pytest.mark.parametrize("count", [2, 5])
def test_classification_metrics_of_labels_takes_every_label_above_a_half(count):
    random = np.random.default_rng(count)
    truth, p = random.integers(2, size=(200, count)), random.random((200, count))
    prediction = (p > 0.5).astype(int)
    ours = metrics.classification_metrics(truth, p)
    assert ours == pytest.approx(
        {
            "accuracy": sk.accuracy_score(truth, prediction),
            "precision": sk.precision_score(truth, prediction, average="macro"),
            "recall": sk.recall_score(truth, prediction, average="macro"),
            "specificity": sk.recall_score(1 - truth, 1 - prediction, average="macro"),
            "f1": sk.f1_score(truth, prediction, average="macro"),
            "f1_micro": sk.f1_score(truth, prediction, average="micro"),
            "hamming_loss": sk.hamming_loss(truth, prediction),
            "roc_auc": sk.roc_auc_score(truth, p, average="macro"),
            "average_precision": sk.average_precision_score(truth, p, average="macro"),
        },
        abs=1e-12,
    )


def test_average_precision_is_that_of_the_positive_class():
    random = np.random.default_rng(3)
    truth, p = random.integers(2, size=80), random.random(80).round(1)
    for positive in (0, 1):
        expected = sk.average_precision_score(truth, p if positive else 1 - p, pos_label=positive)
        for shown in (p, np.column_stack([1 - p, p])):
            found = metrics.classification_metrics(truth, shown, positive=positive)
            assert found["average_precision"] == pytest.approx(expected, abs=1e-12)


def test_the_probability_of_class_one_is_enough():
    random = np.random.default_rng(0)
    truth, p = random.integers(2, size=50), random.random(50)
    of_columns = metrics.classification_metrics(truth, np.column_stack([1 - p, p]))
    assert metrics.classification_metrics(truth, p) == of_columns
    assert metrics.classification_metrics(truth[:, np.newaxis].astype(float), p[:, np.newaxis]) == of_columns


def test_three_columns_are_three_classes_whatever_occurs():
    truth, p = np.array([0, 1, 1]), np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.6, 0.4, 0.0]])
    expected = sk.precision_score(truth, p.argmax(axis=1), average="macro")
    with undefined_metrics():  # of class 2 there is no area under the curve
        assert metrics.classification_metrics(truth, p)["precision"] == pytest.approx(expected)
