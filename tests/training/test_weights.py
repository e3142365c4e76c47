"""Weights of instances and of classes, from the data set to the trained network."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gradiente import (
    SGD,
    Adam,
    ArgumentError,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    DataError,
    Linear,
    MSELoss,
    Network,
    Tanh,
    Trainer,
)
from gradiente.data import Dataset
from gradiente.engines import REGISTRY

every_engine = pytest.mark.parametrize("engine", REGISTRY)


def classified(rows=60, weights=None, class_weight=None, dtype="float64"):
    generator = np.random.default_rng(7)
    x = generator.normal(size=(rows, 4)).astype(dtype)
    y = (x[:, 0] + 0.3 * generator.normal(size=rows) > 0.8).astype(int)
    return Dataset(x, y, "classification", "drawn", ("no", "yes"), weights=weights, class_weight=class_weight)


def trained(data, engine="numpy", loss=None, optimizer=None, outputs=2, dtype="float64", **options):
    network = Network([Linear(4, 7), Tanh(), Linear(7, outputs)], seed=2, dtype=dtype)
    trainer = Trainer(network, loss or CrossEntropyLoss(), optimizer or Adam(lr=0.02), engine=engine)
    history = trainer.fit(data, **{"epochs": 6, "batch_size": "all", **options})
    return trainer, history


@every_engine
@pytest.mark.parametrize("epochs", [6, 200])
def test_whole_weights_are_repeated_rows_on_the_whole_batch(engine, epochs):
    times = np.random.default_rng(1).integers(0, 4, 60)
    weighted, history = trained(classified(weights=times), engine, epochs=epochs)
    repeated, other = trained(classified().subset(np.repeat(np.arange(60), times)), engine, epochs=epochs)
    np.testing.assert_allclose(weighted.network.theta, repeated.network.theta, rtol=0, atol=1e-7)
    np.testing.assert_allclose(history["loss"], other["loss"], rtol=1e-9)


@every_engine
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weights_of_one_give_the_bits_of_no_weights(engine, dtype):
    plain, history = trained(classified(dtype=dtype), engine, dtype=dtype, batch_size=16)
    ones, other = trained(classified(dtype=dtype, weights=np.ones(60)), engine, dtype=dtype, batch_size=16)
    np.testing.assert_array_equal(ones.network.theta, plain.network.theta)
    assert other["loss"] == history["loss"]


@every_engine
@pytest.mark.parametrize(("loss", "outputs"), [(CrossEntropyLoss(), 2), (BCEWithLogitsLoss(), 1)])
def test_every_engine_takes_the_same_weighted_steps(engine, loss, outputs):
    weights = np.random.default_rng(3).uniform(0, 2, 60)
    data = classified(weights=weights, class_weight={"yes": 5})
    options = {"loss": loss, "outputs": outputs, "batch_size": 8, "validation": 0.2}
    ours, history = trained(data, engine, **options)
    numpy, expected = trained(data, "numpy", **options)
    np.testing.assert_allclose(ours.network.theta, numpy.network.theta, rtol=0, atol=1e-10)
    for measure in ("loss", "val_loss"):
        np.testing.assert_allclose(history[measure], expected[measure], rtol=1e-10)


def test_class_weights_train_as_the_losss_own():
    ours, history = trained(classified(class_weight=(1.0, 4.0)), batch_size=16)
    by_loss, expected = trained(classified(), loss=CrossEntropyLoss(weight=(1.0, 4.0)), batch_size=16)
    np.testing.assert_allclose(ours.network.theta, by_loss.network.theta, rtol=0, atol=1e-13)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-12)


def test_a_step_is_pytorchs():
    data = classified(class_weight="balanced")
    trainer, _ = trained(data, optimizer=SGD(lr=0.5), epochs=1)
    module = Network([Linear(4, 7), Tanh(), Linear(7, 2)], seed=2, dtype="float64").to_torch()
    loss = torch.nn.CrossEntropyLoss(weight=torch.tensor(data.class_weight, dtype=torch.float64))
    loss(module(torch.tensor(data.x)), torch.tensor(data.y)).backward()
    for (name, parameter), ours in zip(
        module.named_parameters(), trainer.network.parameters.values(), strict=True
    ):
        assert parameter.grad is not None
        stepped = (parameter - 0.5 * parameter.grad).detach().numpy()
        np.testing.assert_allclose(ours, stepped, rtol=0, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("batch_size", ["all", 8])
def test_instances_of_weight_0_are_not_there(batch_size):
    weights = np.where(np.arange(60) % 3 == 0, 0.0, 2.0)
    there = np.flatnonzero(weights)
    with_them, history = trained(classified(weights=weights), batch_size=batch_size, optimizer=SGD(lr=0.1))
    without, other = trained(classified().subset(there), batch_size=len(there), optimizer=SGD(lr=0.1))
    if batch_size == "all":
        np.testing.assert_allclose(with_them.network.theta, without.network.theta, rtol=0, atol=1e-12)
        np.testing.assert_allclose(history["loss"], other["loss"], rtol=1e-12)
    assert np.isfinite(history["loss"]).all()


def test_the_loss_of_an_evaluation_is_weighted():
    weights = np.random.default_rng(3).uniform(0, 2, 60)
    data = classified(weights=weights, class_weight=(1.0, 3.0))
    trainer, _ = trained(data)
    by_instance = weights * np.where(data.y == 1, 3.0, 1.0)
    each = CrossEntropyLoss(reduction="none").value(trainer.predict(data.x), data.y)
    expected = (by_instance * each).sum() / by_instance.sum()
    assert trainer.evaluate(data)["loss"] == pytest.approx(expected, rel=1e-12)


def test_a_regression_takes_weights():
    generator = np.random.default_rng(5)
    x = generator.normal(size=(40, 4))
    times = generator.integers(1, 4, 40)
    data = Dataset(x, x[:, :2] @ [[1.0], [2.0]], "regression", "drawn", weights=times)
    repeated = replace(data, weights=None).subset(np.repeat(np.arange(40), times))
    weighted, _ = trained(data, loss=MSELoss(), outputs=1)
    other, _ = trained(repeated, loss=MSELoss(), outputs=1)
    np.testing.assert_allclose(weighted.network.theta, other.network.theta, rtol=0, atol=1e-8)


def test_balanced_weights_are_scikit_learns():
    from sklearn.utils.class_weight import compute_class_weight

    data = classified()
    ours = data.with_class_weight("balanced").class_weight
    assert ours == pytest.approx(compute_class_weight("balanced", classes=np.array([0, 1]), y=data.y))
    times = np.arange(60) % 4
    repeated = data.subset(np.repeat(np.arange(60), times)).with_class_weight("balanced")
    assert replace(data, weights=times).with_class_weight("balanced").class_weight == repeated.class_weight


def test_weights_follow_the_instances_of_a_subset():
    data = classified(weights=np.arange(60.0), class_weight={"yes": 10})
    part = data.subset(np.array([5, 50]))
    assert part.weights is not None
    assert part.weights.tolist() == [5, 50]
    assert part.class_weight == (1.0, 10.0)
    assert data.with_class_weight(None).class_weight is None


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (np.ones(59), "one number per instance"),
        (np.ones((60, 1)), "one number per instance"),
        (np.zeros(60), "all instances have weight 0"),
        (np.full(60, np.nan), "nan"),
        (np.where(np.arange(60) == 7, -1.0, 1.0), "row 7 is -1"),
        (np.array(["a"] * 60), "weights"),
    ],
)
def test_weights_that_cannot_be(weights, said):
    with pytest.raises((DataError, ValueError), match=said):
        classified(weights=weights)


@pytest.mark.parametrize(
    ("class_weight", "said"),
    [
        ("balance", "balanced"),
        ({"yess": 2}, "no class 'yess'.*yes"),
        ((1.0,), "2 classes and 1"),
        ({"yes": -1}, "class yes.*-1"),
        ({"yes": float("nan")}, "class yes"),
        ((0.0, 0.0), "every class has weight 0"),
    ],
)
def test_class_weights_that_cannot_be(class_weight, said):
    with pytest.raises(ArgumentError, match=said):
        classified(class_weight=class_weight)


def test_a_regression_has_no_class_weights():
    data = Dataset(np.eye(3), np.arange(3.0), "regression", "three")
    with pytest.raises(ArgumentError, match="has no classes"):
        data.with_class_weight("balanced")


def test_another_class_weight_is_another_training():
    trainer, _ = trained(classified(), epochs=2)
    with pytest.raises(Exception, match="class_weight"):
        trainer.fit(classified(class_weight="balanced"), epochs=4, batch_size="all", resume=trainer.last)
