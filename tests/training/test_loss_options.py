"""Trainings by losses with options: the mean of an epoch, means of nothing, options that do not fit the network."""

import numpy as np
import pytest
import torch

from gradiente import (
    SGD,
    BCEWithLogitsLoss,
    Conv1d,
    CrossEntropyLoss,
    DataError,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    Linear,
    Network,
    ShapeError,
    SmoothL1Loss,
    Tanh,
    Torch,
    Trainer,
    Unflatten,
)
from gradiente.data import Dataset
from gradiente.metrics.undefined import undefined_metrics

every_engine = pytest.mark.parametrize("engine", ["numpy", "compiled", Torch(device="cpu")], ids=str)
WEIGHTS = (0.5, 2.0, 3.0)


def data(labels=(0, 1, 2), rows=30):
    y = np.resize(labels, rows)
    x = np.random.default_rng(0).normal(size=(rows, 4))
    return Dataset(x, y, "classification", "drawn", classes=("a", "b", "c"))


def network(outputs=3):
    return Network([Linear(4, 6), Tanh(), Linear(6, outputs)], seed=1, dtype="float64")


@every_engine
@pytest.mark.parametrize(
    "loss",
    [
        CrossEntropyLoss(WEIGHTS),
        CrossEntropyLoss(ignore_index=2, label_smoothing=0.1),
        CrossEntropyLoss(WEIGHTS, ignore_index=0, reduction="sum"),
        BCEWithLogitsLoss(WEIGHTS, pos_weight=3.0),
        KLDivLoss("batchmean"),
        KLDivLoss(),
        L1Loss(),
        SmoothL1Loss(beta=0.5),
        HuberLoss("sum", 0.5),
    ],
    ids=repr,
)
def test_the_loss_of_an_epoch_is_that_of_all_its_targets_at_once(engine, loss):
    train = data()
    trainer = Trainer(network(), loss, SGD(lr=0.0), engine=engine)
    history = trainer.fit(train, epochs=2, batch_size=8)
    prediction = torch.tensor(trainer.predict(train.x))
    target = torch.tensor(train.y if loss.is_multiclass else np.eye(3)[train.y])
    expected = loss.to_torch()(prediction, target).item()
    assert history["loss"] == pytest.approx([expected] * 2, rel=1e-12)
    with undefined_metrics():
        measured = trainer.evaluate(train)
    assert measured["loss"] == pytest.approx(expected, rel=1e-12)


@every_engine
def test_a_batch_in_which_no_target_counts_stops_the_training_with_its_cause(engine):
    trainer = Trainer(network(), CrossEntropyLoss(ignore_index=1), SGD(lr=0.1), engine=engine)
    with pytest.raises(DataError, match="CrossEntropyLoss: every target of this batch is ignored"):
        trainer.fit(data(labels=(0, 1)), epochs=3, batch_size=1)
    with pytest.raises(DataError, match="every target of this batch is ignored"):
        trainer.partial_fit(data().subset(np.array([1, 4])))
    assert np.isfinite(trainer.network.theta).all()


def test_validation_data_in_which_no_target_counts():
    trainer = Trainer(network(), CrossEntropyLoss((1.0, 0.0, 1.0)), SGD(lr=0.1))
    with pytest.raises(DataError, match="has weight 0"):
        trainer.fit(data(), validation=data().subset(np.array([1, 4])), epochs=1)


@every_engine
@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (CrossEntropyLoss((1.0, 2.0)), "2 weights.*3 classes"),
        (BCEWithLogitsLoss(pos_weight=(1.0, 2.0)), r"pos_weight of shape \(2,\)"),
        (BCEWithLogitsLoss(np.ones((7, 3))), r"predictions of shape \(2, 3\)"),
    ],
)
def test_weights_that_do_not_fit_the_network_are_refused_before_the_first_step(engine, loss, words):
    trainer = Trainer(network(), loss, SGD(lr=0.1), engine=engine)
    before = trainer.network.theta.copy()
    with pytest.raises(ShapeError, match=words):
        trainer.fit(data(), epochs=1, batch_size=7)
    np.testing.assert_array_equal(trainer.network.theta, before)


def test_data_have_one_label_for_an_instance_so_the_network_has_one_row():
    positions = Network([Unflatten(1, (1, 4)), Conv1d(1, 3, 1)], dtype="float64")
    with pytest.raises(ShapeError, match=r"output of the network has shape \(batch, 3, 4\)"):
        Trainer(positions, CrossEntropyLoss(), SGD()).fit(data())
