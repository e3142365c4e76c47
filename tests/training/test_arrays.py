"""What people write in Python: arrays instead of a Dataset, misspelt hooks, labels from 1, NaN."""

import logging

import numpy as np
import pytest
import torch

import gradiente as gr
from gradiente.data import Dataset

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(40, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


def trainer(outputs=2, loss=None, **options):
    network = gr.Network([gr.Linear(3, outputs)], seed=0)
    return gr.Trainer(network, loss or gr.CrossEntropyLoss(), gr.SGD(lr=0.1), **options)


@pytest.mark.parametrize(
    "y", [Y, Y.astype(float), Y.astype(bool), Y.tolist(), Y[:, None], np.array(["no", "yes"])[Y]]
)
def test_arrays_are_the_data_set_of_their_classes(y):
    expected = trainer().fit(Dataset(X, Y, "classification", "X"), epochs=3, batch_size=8)
    history = trainer().fit(X, y, epochs=3, batch_size=8)
    assert history["loss"] == expected["loss"]
    assert history["accuracy"] == expected["accuracy"]


def test_numbers_are_a_regression():
    y = 2 * X[:, 0] - X[:, 2]
    history = trainer(1, gr.MSELoss()).fit(X, y, epochs=200, batch_size="all")
    assert history["loss"][-1] < 1e-6
    two = trainer(2, gr.MSELoss()).fit(X, np.column_stack([y, -y]), epochs=200, batch_size="all")
    assert two["loss"][-1] < 1e-6


def test_several_labels_of_a_row_are_learned_by_the_loss_of_two_classes():
    y = np.column_stack([X[:, 0] > 0, X[:, 1] > 0]).astype(int)
    one = trainer(2, gr.BCEWithLogitsLoss())
    first, weights = (
        one.network.parameters["0.weight"].copy(),
        torch.tensor(one.network.parameters["0.weight"]),
    )
    bias = torch.tensor(one.network.parameters["0.bias"])
    history = one.fit(X, y, epochs=1, batch_size="all")
    output = torch.tensor(X) @ weights.T + bias
    expected = torch.nn.functional.binary_cross_entropy_with_logits(
        output, torch.tensor(y, dtype=torch.float32)
    )
    assert np.isclose(history["loss"][0], float(expected))
    assert not np.array_equal(first, one.network.parameters["0.weight"])


def test_validation_data_evaluation_and_a_single_step_take_arrays_too():
    names = np.array(["no", "yes"])
    one = trainer()
    history = one.fit(X[:30], names[Y[:30]], validation=(X[30:], names[Y[30:]]), epochs=1)
    whole = Dataset(X[30:], Y[30:], "classification", "X")
    assert history["val_loss"][0] == one.evaluate(whole)["loss"] == one.evaluate(X[30:], Y[30:])["loss"]
    assert one.partial_fit(X, Y).prediction.shape == (40, 2)


def test_what_is_no_data_is_said():
    with pytest.raises(gr.ArgumentError, match=r"a Dataset, or arrays: fit\(X, y\); got ndarray alone"):
        trainer().fit(X)
    with pytest.raises(gr.ArgumentError, match="has its targets already"):
        trainer().fit(Dataset(X, Y, "classification", "X"), Y)
    with pytest.raises(gr.DataError, match="x has 40 instances and y has 39"):
        trainer().fit(X, Y[:-1])
    with pytest.raises(gr.DataError, match="label 2 in row 3"):
        trainer().fit(X, Y, validation=(X[:4], np.array(["0", "1", "0", "2"])))


def test_a_task_that_is_misspelt():
    with pytest.raises(gr.ArgumentError, match=r"mine: task is 'clasification'.*did you mean classification"):
        Dataset(X, Y, "clasification", "mine")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("labels", "gaps"), [(Y + 1, "0"), (2 * Y, "1"), (Y * 4 + 1, "0, 2, 3")])
def test_classes_without_a_row_are_said(labels, gaps, caplog):
    data = Dataset(X, labels, "classification", "mine")
    assert len(data.classes) == labels.max() + 1
    assert f"mine: no row is of class {gaps}:" in caplog.text
    assert f"make {labels.max() + 1} classes, not 2" in caplog.text


def test_classes_with_names_may_be_without_a_row(caplog):
    Dataset(X, Y, "classification", "mine", classes=("a", "b", "c"))
    Dataset(X, Y, "classification", "mine")
    assert not caplog.records


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_nan_at_prediction_is_refused_with_its_place(engine):
    x = X.copy()
    x[7, 2] = np.nan
    one = trainer(engine=engine)
    for predict in (one.predict, one.network.predict):
        with pytest.raises(gr.DataError, match=r"NaN in row 7 \(counted from 0\), column 2"):
            predict(x)
        assert np.isfinite(predict(X)).all()


def test_a_network_that_has_diverged_says_what_it_computes():
    network = gr.Network([gr.Linear(3, 2)], seed=0)
    network.theta[:] = np.nan
    assert np.isnan(network.predict(X)).all()


def callback(**methods):
    return type("Mine", (gr.Callback,), methods)()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("epoch_ends", "epoch_end"),
        ("on_epoch_end", "epoch_end"),
        ("on_train_begin", "fit_begin"),
        ("on_train_batch_end", "step_begin"),
        ("on_batch_begin", "step_begin"),
        ("step_end", "step_begin"),
        ("end_epoch", "epoch_end"),
        ("fit_start", "fit_begin"),
        ("epochend", "epoch_end"),
    ],
)
def test_a_hook_that_would_never_be_called_is_refused(name, nearest):
    with pytest.raises(gr.ArgumentError, match=rf"Mine\.{name} is not a hook.*did you mean {nearest}\?"):
        trainer(callbacks=[callback(**{name: lambda self, state: None})])


def test_methods_of_ones_own_are_left_alone():
    own = {"plot": print, "best_epoch": 3, "_epoch_ends": print, "epoch_end": lambda self, state: None}
    assert trainer(callbacks=[callback(**own), gr.EarlyStopping(), gr.Progress()])


@pytest.mark.parametrize("given", [gr.EarlyStopping(), [print], [gr.EarlyStopping]])
def test_what_is_no_callback_is_refused(given):
    with pytest.raises(
        gr.ArgumentError, match=r"callbacks must be a list of callbacks.*derived from gr\.Callback"
    ):
        trainer(callbacks=given)


def test_an_activation_that_the_loss_contains_is_said(caplog):
    gr.Trainer(gr.Network([gr.Linear(3, 2), gr.Softmax()]), gr.CrossEntropyLoss(), gr.SGD(lr=0.1))
    assert [(record.name, record.levelno) for record in caplog.records] == [("gradiente", logging.WARNING)]
    assert "already includes the last activation; this network ends with Softmax" in caplog.text
    caplog.clear()
    gr.Trainer(gr.Network([gr.Linear(3, 2), gr.LogSoftmax()]), gr.NLLLoss(), gr.SGD(lr=0.1))
    assert not caplog.records
