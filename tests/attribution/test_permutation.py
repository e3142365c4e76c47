"""Permutation importance: scikit-learn's in expectation, columns of categories, and what is not used."""

from typing import Any

import numpy as np
import pytest
from sklearn import inspection
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

import gradiente as gr
from gradiente.data import Dataset, load
from gradiente.training.targets import classes


class Classifier(ClassifierMixin, BaseEstimator):
    def __init__(self, network: Any = None, loss: Any = None):
        self.network, self.loss = network, loss

    def fit(self, x, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, x):
        return classes(self.loss, self.network.predict(x))


class Regressor(RegressorMixin, BaseEstimator):
    def __init__(self, network: Any = None):
        self.network = network

    def fit(self, x, y):
        self.fitted_ = True
        return self

    def predict(self, x):
        return self.network.predict(x)[:, 0]


@pytest.fixture(scope="module")
def learned():
    train, test = load("iris", seed=0)
    net = gr.Network([gr.Linear(4, 16), gr.Tanh(), gr.Linear(16, 3)], seed=0)
    gr.Trainer(net, gr.CrossEntropyLoss(), gr.Adam(lr=0.02)).fit(train, epochs=40, batch_size=16)
    return net, train, test


def test_it_is_that_of_scikit_learn_in_expectation(learned):
    net, train, _ = learned
    repeats = 400
    ours = gr.permutation_importance(net, gr.CrossEntropyLoss(), train, repeats=repeats)
    estimator = Classifier(net, gr.CrossEntropyLoss()).fit(train.x, train.y)
    theirs: Any = inspection.permutation_importance(
        estimator, train.x, train.y, n_repeats=repeats, random_state=3
    )
    error = np.sqrt((ours.deviation**2 + theirs.importances_std**2) / repeats)
    assert (np.abs(ours.mean - theirs.importances_mean) <= 5 * error + 1e-12).all()
    np.testing.assert_allclose(ours.deviation, theirs.importances_std, rtol=0.25, atol=1e-3)
    assert list(ours.columns) == list(train.features)
    assert ours.score == pytest.approx(estimator.score(train.x, train.y))


def test_that_of_a_regression_is_of_r2():
    generator = np.random.default_rng(1)
    x = generator.normal(size=(300, 3)).astype(np.float32)
    data = Dataset(x, 2 * x[:, 0] - x[:, 1], "regression", "plane", features=("a", "b", "c"))
    net = gr.Network([gr.Linear(3, 1)])
    net.theta[...] = [2.0, -1.0, 0.0, 0.0]
    ours = gr.permutation_importance(net, gr.MSELoss(), data, repeats=300)
    estimator = Regressor(net).fit(x, data.y)
    theirs: Any = inspection.permutation_importance(estimator, x, data.y, n_repeats=300, random_state=5)
    error = np.sqrt((ours.deviation**2 + theirs.importances_std**2) / 300)
    assert (np.abs(ours.mean - theirs.importances_mean) <= 5 * error + 1e-9).all()
    assert ours.mean[2] == 0
    assert [name for name, _, _ in ours.ranked()] == ["a", "b", "c"]


def test_the_categories_of_a_column_are_shuffled_together(tmp_path):
    generator = np.random.default_rng(2)
    city, size = generator.choice(["Cali", "Pasto", "Tunja"], 200), generator.normal(size=200)
    lines = [f"{c},{s:.3f},{'yes' if c == 'Cali' else 'no'}" for c, s in zip(city, size, strict=True)]
    path = tmp_path / "towns.csv"
    path.write_text("city,size,coast\n" + "\n".join(lines) + "\n")
    train, test = load(str(path), target="coast")
    net = gr.Network([gr.Linear(4, 8), gr.Tanh(), gr.Linear(8, 1)], seed=0)
    gr.Trainer(net, gr.BCEWithLogitsLoss(), gr.Adam(lr=0.05)).fit(train, epochs=30)
    found = gr.permutation_importance(net, gr.BCEWithLogitsLoss(), test)
    assert list(found.columns) == ["city", "size"]
    city, size = found.mean
    assert city > 0.2 > abs(size)
    assert train.encoder is not None
    assert train.encoder.places == {"city": [0, 1, 2], "size": [3]}


def test_the_data_are_not_changed_and_the_seed_decides(learned):
    net, _, test = learned
    before = test.x.copy()
    first, second = (gr.permutation_importance(net, gr.CrossEntropyLoss(), test, seed=4) for _ in range(2))
    assert np.array_equal(first.drops, second.drops)
    assert np.array_equal(test.x, before)
    with pytest.raises(gr.ArgumentError, match="repeats"):
        gr.permutation_importance(net, gr.CrossEntropyLoss(), test, repeats=0)
