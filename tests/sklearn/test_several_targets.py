"""The estimators with a y of several columns: numbers, or labels that a row has or has not."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import make_multilabel_classification, make_regression
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier as Theirs
from tests.export.elsewhere import answers, session

import gradiente as gr

QUICK = {"max_iter": 20, "n_iter_no_change": 20, "learning_rate_init": 0.005, "random_state": 0}
MLPClassifier: Any = gr.MLPClassifier
MLPRegressor: Any = gr.MLPRegressor
DATA: Any = make_multilabel_classification(n_samples=400, n_features=8, n_classes=4, random_state=1)
NUMBERS: Any = make_regression(200, 5, n_targets=3, random_state=0)
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def model():
    x, y = DATA
    return MLPClassifier(**QUICK).fit(x[:300], y[:300])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_labels_are_learned_as_well_as_by_scikit_learn(model):
    x, y = DATA
    theirs: Any = Theirs(max_iter=300, random_state=0).fit(x[:300], y[:300])
    ours, expected = (
        np.mean([log_loss(y[300:, k], one.predict_proba(x[300:])[:, k]) for k in range(4)])
        for one in (model, theirs)
    )
    assert ours < expected * 1.1
    np.testing.assert_array_equal(model.classes_, theirs.classes_)
    p, said = model.predict_proba(x), model.predict(x)
    assert (p.shape, said.shape, said.dtype.kind) == ((400, 4), (400, 4), "i")
    np.testing.assert_array_equal(said, p > 0.5)
    assert model.score(x, y) == accuracy_score(y, said)


def test_the_mean_over_all_entries_is_the_loss(model):
    x, y = DATA
    p = model.predict_proba(x[:300]).astype(np.float64)
    value = model._loss.value(np.log(p / (1 - p)), y[:300].astype(float))
    assert value == pytest.approx(log_loss(y[:300].ravel(), p.ravel()), rel=1e-6)


def test_sparse_labels_lists_and_named_columns_are_the_same():
    x, y = DATA
    expected = MLPClassifier(**QUICK).fit(x, y).predict_proba(x)
    frame = pd.DataFrame(y, columns=list("abcd"))
    for given in (csr_matrix(y), y.tolist(), y.astype(bool), frame):
        model = MLPClassifier(**QUICK).fit(x, given)
        np.testing.assert_array_equal(model.predict_proba(x), expected)
    assert model.encoder_.targets == tuple("abcd")


def test_labels_step_by_step_and_with_a_part_held_out():
    x, y = DATA
    model = MLPClassifier(**QUICK)
    for rows in (slice(0, 200), slice(200, 400)):
        model.partial_fit(x[rows], y[rows], classes=range(4))
    assert model.predict(x).shape == (400, 4)
    with pytest.raises(ValueError, match="had 4 columns"):
        model.partial_fit(x, y[:, :3])
    with pytest.raises(ValueError, match="had 4 columns"):
        model.partial_fit(x, y[:, 0])
    stopped = MLPClassifier(**QUICK, early_stopping=True).fit(x, y)
    assert 0.2 < stopped.best_validation_score_ <= 1
    assert cross_val_score(MLPClassifier(**QUICK), x, y, cv=2).shape == (2,)


def test_what_are_no_labels():
    x, y = DATA
    with pytest.raises(ValueError, match=r"\[0, 1, 2\]"):
        MLPClassifier(**QUICK).fit(x, y + y[:, ::-1])


def test_numbers_with_names_keep_them(tmp_path):
    x, y = NUMBERS
    frame = pd.DataFrame(y, columns=["one", "two", "three"])
    model = MLPRegressor(**{**QUICK, "max_iter": 200}).fit(x, frame)
    assert model.encoder_.targets == ("one", "two", "three")
    assert model.score(x, y) == pytest.approx(r2_score(y, model.predict(x)))
    assert model.score(x, y) > 0.95


def test_labels_are_exported(model, tmp_path):
    x, _ = DATA
    opened = session(model.export(tmp_path / "labels.onnx"))
    given = {entry.name: x[:, [j]].astype(np.float32) for j, entry in enumerate(opened.get_inputs())}
    labels, p = answers(opened, given)
    np.testing.assert_array_equal(labels == "1", model.predict(x) == 1)
    np.testing.assert_allclose(p, model.predict_proba(x), atol=1e-5)
