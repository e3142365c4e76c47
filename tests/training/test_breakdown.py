"""What stands behind the metrics: classes one by one, errors of targets, what a constant answer gives."""

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics
from sklearn.dummy import DummyClassifier, DummyRegressor

from gradiente import ArgumentError, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss
from gradiente.data import Dataset
from gradiente.training import evaluate
from gradiente.training.breakdown import breakdown


def classified(classes, rows=200):
    generator = np.random.default_rng(classes)
    names = tuple("abcdefg"[:classes])
    y = generator.choice(classes, rows, p=np.arange(1, classes + 1) / sum(range(1, classes + 1)))
    return Dataset(generator.normal(size=(rows, 3)), y, "classification", "drawn", names), generator


def test_every_class_has_scikit_learns_numbers():
    data, generator = classified(4)
    z = generator.normal(size=(200, 4)) + 2 * np.eye(4)[data.y]
    found = breakdown(z, data, CrossEntropyLoss())
    expected = sklearn_metrics.precision_recall_fscore_support(data.y, z.argmax(axis=1))
    ours = np.array([[each.precision, each.recall, each.f1, each.count] for each in found.classes])
    np.testing.assert_allclose(ours.T, np.array(expected, float), rtol=1e-12)
    assert [each.name for each in found.classes] == list("abcd")
    assert found.positive is None


def test_the_baseline_is_that_of_the_most_frequent_class():
    data, generator = classified(3)
    found = breakdown(generator.normal(size=(200, 3)), data, CrossEntropyLoss())
    dummy = DummyClassifier(strategy="most_frequent").fit(data.x, data.y)
    assert found.baseline == pytest.approx(dummy.score(data.x, data.y))
    assert found.majority == data.classes[int(dummy.predict(data.x[:1])[0])]


@pytest.mark.parametrize(("positive", "number"), [(None, 1), ("a", 0), ("b", 1)])
@pytest.mark.parametrize("outputs", [1, 2])
def test_the_positive_class_is_that_of_scikit_learns_pos_label(positive, number, outputs):
    data, generator = classified(2)
    data = data.with_positive(positive)
    z = generator.normal(size=(200, outputs))
    loss = BCEWithLogitsLoss() if outputs == 1 else CrossEntropyLoss()
    y_hat = (z[:, 0] > 0).astype(int) if outputs == 1 else z.argmax(axis=1)
    ours = evaluate(z, data, loss)
    for name in ("precision", "recall", "f1"):
        theirs = getattr(sklearn_metrics, f"{name}_score")(data.y, y_hat, pos_label=number)
        assert ours[name] == pytest.approx(theirs, rel=1e-12)
    theirs = sklearn_metrics.recall_score(data.y, y_hat, pos_label=1 - number)
    assert ours["specificity"] == pytest.approx(theirs, rel=1e-12)
    found = breakdown(z, data, loss)
    assert found.positive == "ab"[number]
    assert found.to_dict()["positive"] == "ab"[number]


def test_a_class_that_never_occurs_has_no_numbers():
    data = Dataset(np.eye(4), np.array([0, 1, 1, 0]), "classification", "four", ("a", "b", "c"))
    found = breakdown(np.eye(3)[[0, 1, 1, 0]], data, CrossEntropyLoss())
    assert (found.classes[2].count, np.isnan(found.classes[2].recall)) == (0, True)


def test_a_positive_class_that_cannot_be():
    data, _ = classified(2)
    with pytest.raises(ArgumentError, match=r"no such class.*a, b"):
        data.with_positive("x")
    with pytest.raises(ArgumentError, match="has 3"):
        classified(3)[0].with_positive("a")
    with pytest.raises(ArgumentError, match="two classes"):
        Dataset(np.eye(2), np.arange(2.0), "regression", "numbers").with_positive("a")


@pytest.mark.parametrize("targets", [1, 2])
def test_the_errors_of_every_target(targets):
    generator = np.random.default_rng(1)
    y = generator.normal(3, 5, (300, targets))
    prediction = y + generator.standard_t(3, y.shape)
    data = Dataset(generator.normal(size=(300, 2)), y if targets > 1 else y[:, 0], "regression", "drawn")
    found = breakdown(prediction, data, MSELoss())
    assert [each.name for each in found.targets] == (["y"] if targets == 1 else ["y1", "y2"])
    for k, each in enumerate(found.targets):
        truth, predicted = y[:, k], prediction[:, k]
        errors = np.sort(np.abs(truth - predicted))
        mean = DummyRegressor(strategy="mean").fit(data.x, truth).predict(data.x)
        median = DummyRegressor(strategy="median").fit(data.x, truth).predict(data.x)
        assert each.rmse == pytest.approx(sklearn_metrics.root_mean_squared_error(truth, predicted))
        assert each.mean_rmse == pytest.approx(sklearn_metrics.root_mean_squared_error(truth, mean))
        assert each.mae == pytest.approx(sklearn_metrics.mean_absolute_error(truth, predicted))
        assert each.median_mae == pytest.approx(sklearn_metrics.mean_absolute_error(truth, median))
        assert errors[149] <= each.half <= errors[150]
        assert errors[268] <= each.most <= errors[270]
        assert errors[295] <= each.nearly_all <= errors[297]
        assert each.largest == errors[-1]
        assert each.r2 == pytest.approx(sklearn_metrics.r2_score(truth, predicted))
