"""A network with several targets: its loss, metrics and what stands behind them, as scikit-learn and PyTorch have."""

import numpy as np
import pytest
import torch
from sklearn import metrics as sk
from sklearn.dummy import DummyClassifier

import gradiente as gr
from gradiente import BCEWithLogitsLoss, CrossEntropyLoss, MSELoss, ShapeError
from gradiente.data import Dataset
from gradiente.data.encoder import Encoder
from gradiente.training import evaluate
from gradiente.training.breakdown import breakdown
from gradiente.training.predictions import predictions_of
from gradiente.training.targets import default_loss, default_outputs, right, targets

NAMES = ("rain", "wind", "sun", "snow")


def labelled(rows=300, seed=0):
    """Labels of which each follows from the inputs, some rare, with noise."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, 5))
    z = x @ generator.normal(size=(5, 4)) + [0.5, -2, 0, -1]
    return Dataset(x, (z > 0).astype(int), "multilabel", "weather", NAMES), z + generator.normal(size=z.shape)


def test_the_default_network_has_an_output_for_each_label():
    data, z = labelled()
    assert default_loss(data) == BCEWithLogitsLoss()
    assert default_outputs(data, BCEWithLogitsLoss()) == 4
    y = targets(data, BCEWithLogitsLoss(), 4)
    ours = BCEWithLogitsLoss().value(z, y)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(data.y))
    assert ours == pytest.approx(float(theirs), rel=1e-12)
    with pytest.raises(ShapeError, match="BCEWithLogitsLoss"):
        targets(data, CrossEntropyLoss(), 4)
    with pytest.raises(ShapeError, match="3"):
        targets(data, BCEWithLogitsLoss(), 3)


def test_the_metrics_of_labels_are_scikit_learns():
    data, z = labelled()
    y, p, y_hat = data.y.astype(int), 1 / (1 + np.exp(-z)), (z > 0).astype(int)
    found = evaluate(z, data, BCEWithLogitsLoss())
    expected = {
        "loss": found["loss"],
        "accuracy": sk.accuracy_score(y, y_hat),
        "precision": sk.precision_score(y, y_hat, average="macro"),
        "recall": sk.recall_score(y, y_hat, average="macro"),
        "specificity": sk.recall_score(1 - y, 1 - y_hat, average="macro"),
        "f1": sk.f1_score(y, y_hat, average="macro"),
        "f1_micro": sk.f1_score(y, y_hat, average="micro"),
        "hamming_loss": sk.hamming_loss(y, y_hat),
        "roc_auc": sk.roc_auc_score(y, p),
        "average_precision": sk.average_precision_score(y, p),
    }
    assert found == pytest.approx(expected, abs=1e-12)
    np.testing.assert_array_equal(right(data, BCEWithLogitsLoss(), z), (y == y_hat).all(axis=1))


def test_every_label_has_scikit_learns_numbers_and_a_baseline():
    data, z = labelled()
    y, y_hat = data.y.astype(int), (z > 0).astype(int)
    found = breakdown(z, data, BCEWithLogitsLoss())
    expected = sk.precision_recall_fscore_support(y, y_hat)
    ours = np.array([[each.precision, each.recall, each.f1, each.count] for each in found.labels])
    np.testing.assert_allclose(ours.T, np.array(expected, float), rtol=1e-12)
    assert [each.name for each in found.labels] == list(NAMES)
    dummy = DummyClassifier(strategy="most_frequent").fit(data.x, y)
    constant = dummy.predict(data.x)
    assert found.baseline == pytest.approx(sk.accuracy_score(y, constant))
    assert found.baseline_hamming == pytest.approx(sk.hamming_loss(y, constant))
    assert found.to_dict()["baseline"] == {
        "accuracy": found.baseline,
        "hamming_loss": found.baseline_hamming,
    }


def test_each_target_has_its_own_share_of_the_variance():
    generator = np.random.default_rng(0)
    y = generator.normal(size=(80, 3)) * [1, 10, 100]
    prediction = y + generator.normal(size=y.shape)
    encoder = Encoder(("a", "b"), target=("one", "two", "three"))
    data = Dataset(generator.normal(size=(80, 2)), y, "regression", "three", encoder=encoder)
    found = breakdown(prediction, data, MSELoss())
    assert [each.name for each in found.targets] == ["one", "two", "three"]
    np.testing.assert_allclose(
        [each.r2 for each in found.targets], sk.r2_score(y, prediction, multioutput="raw_values")
    )
    ours = evaluate(prediction, data, MSELoss())
    assert ours["r2"] == pytest.approx(sk.r2_score(y, prediction))
    assert ours["mae"] == pytest.approx(sk.mean_absolute_error(y, prediction))


def test_the_answers_have_the_words_of_the_table():
    written = {"rain": ("no", "yes"), "wind": ("0", "1")}
    encoder = Encoder(("a",), target=("rain", "wind"), labels=written)
    output = np.array([[2.0, -1.0], [-3.0, 0.5]])
    found = predictions_of(output, BCEWithLogitsLoss(), "multilabel", ["rain", "wind"], encoder)
    assert found.labels is not None
    assert found.probabilities is not None
    assert found.labels.tolist() == [["yes", "0"], ["no", "1"]]
    np.testing.assert_allclose(found.probabilities, 1 / (1 + np.exp(-output)))
    assert (found.classes, found.values, len(found.first(1))) == (("rain", "wind"), None, 1)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize("batch_size", [64, "all"])
def test_every_engine_counts_the_rows_with_all_labels_right(engine, batch_size):
    data, _ = labelled(200)
    network = gr.Network([gr.Linear(5, 8), gr.Tanh(), gr.Linear(8, 4)], seed=0, dtype="float64")
    trainer = gr.Trainer(network, BCEWithLogitsLoss(), gr.SGD(lr=0.0), engine=engine)
    history = trainer.fit(data, epochs=2, batch_size=batch_size)
    exact = sk.accuracy_score(data.y.astype(int), network.predict(data.x) > 0)
    assert history["accuracy"] == pytest.approx([exact, exact])


def test_a_healthy_training_of_labels_is_not_accused():
    data, _ = labelled(600)
    train, test = data.subset(np.arange(450)), data.subset(np.arange(450, 600))
    network = gr.Network([gr.Linear(5, 16), gr.ReLU(), gr.Linear(16, 4)], seed=0)
    trainer = gr.Trainer(network, BCEWithLogitsLoss(), gr.Adam(lr=0.01), seed=0)
    history = trainer.fit(train, validation=0.2, epochs=30, batch_size=32)
    assert history.diagnose(test).keys == []
    assert history["val_accuracy"][-1] > 0.8


def test_a_training_of_labels_that_learns_nothing_is_named():
    data, _ = labelled(300)
    network = gr.Network([gr.Linear(5, 16), gr.ReLU(), gr.Linear(16, 4)], seed=0)
    trainer = gr.Trainer(network, BCEWithLogitsLoss(), gr.SGD(lr=1e-6), seed=0)
    history = trainer.fit(data, epochs=10, batch_size=32)
    assert "rate_small" in history.diagnose().keys
