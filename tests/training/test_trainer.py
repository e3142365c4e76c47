import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss
from sklearn.neural_network import MLPClassifier

from gradiente import (
    SGD,
    Adam,
    ArgumentError,
    BCEWithLogitsLoss,
    Callback,
    Checkpoint,
    CrossEntropyLoss,
    DataError,
    Linear,
    MSELoss,
    Network,
    ReLU,
    ShapeError,
    Tanh,
    Trainer,
)
from gradiente.data import Dataset, load
from gradiente.losses import Loss


def classifier(seed=0, **options):
    return Network([Linear(2, 8), Tanh(), Linear(8, 3)], seed=seed, **options)


def trained(data, *, seed=0, network_seed=0, epochs=4, **options):
    trainer = Trainer(classifier(network_seed), CrossEntropyLoss(), Adam(lr=0.05), seed=seed)
    return trainer, trainer.fit(data, epochs=epochs, **options)


def without_seconds(history):
    return [{name: value for name, value in record.items() if name != "seconds"} for record in history]


class Batches(Callback):
    """Keep the rows of every batch that the engine is given."""

    def __init__(self, trainer):
        self.epochs = []
        step = trainer.engine.step

        def recording(x, y, context, optimizer, **options):
            self.epochs[-1].append((x, y))
            return step(x, y, context, optimizer, **options)

        trainer.engine.step = recording
        trainer.callbacks = (*trainer.callbacks, self)

    def epoch_begin(self, state):
        self.epochs.append([])

    def sizes(self):
        return [[len(x) for x, _ in epoch] for epoch in self.epochs]


def test_the_same_seed_gives_the_same_bits_twice(clouds):
    one, first = trained(clouds, seed=3, batch_size=10, validation=0.2)
    other, second = trained(clouds, seed=3, batch_size=10, validation=0.2)
    np.testing.assert_array_equal(one.network.theta, other.network.theta)
    assert without_seconds(first) == without_seconds(second)


def test_another_seed_gives_another_order_and_other_numbers(clouds):
    one, _ = trained(clouds, seed=3, batch_size=10)
    other, _ = trained(clouds, seed=4, batch_size=10)
    assert not np.array_equal(one.network.theta, other.network.theta)


@pytest.mark.parametrize(
    ("batch_size", "sizes"), [(1, [1] * 69), (10, [10] * 6 + [9]), ("all", [69]), (None, [69]), (69, [69])]
)
def test_every_row_once_an_epoch_in_batches_of_the_size_asked_for(clouds, batch_size, sizes):
    trainer = Trainer(classifier(), CrossEntropyLoss(), SGD(lr=0.01))
    seen = Batches(trainer)
    trainer.fit(clouds, epochs=3, batch_size=batch_size)
    assert seen.sizes() == [sizes] * 3
    for epoch in seen.epochs:
        rows = np.concatenate([x for x, _ in epoch])
        np.testing.assert_array_equal(rows[np.lexsort(rows.T)], clouds.x[np.lexsort(clouds.x.T)])
    first, second = (np.concatenate([x for x, _ in epoch]) for epoch in seen.epochs[:2])
    assert np.array_equal(first, second) == (len(sizes) == 1)  # all instances at once have no order


def test_the_default_batch_holds_128_instances():
    data, _ = load("moons", samples=500)
    trainer = Trainer(Network([Linear(2, 1)]), BCEWithLogitsLoss(), SGD())
    seen = Batches(trainer)
    trainer.fit(data, epochs=1)
    assert seen.sizes() == [[128, 128, 128, 16]]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_shorter_last_batch_counts_by_its_rows(clouds, reduction):
    loss = CrossEntropyLoss(reduction=reduction)
    network = classifier(dtype="float64")
    trainer = Trainer(network, loss, SGD(lr=0.0))
    history = trainer.fit(clouds, epochs=2, batch_size=16)
    module = torch.nn.Sequential(*(layer.to_torch() for layer in network.layers)).double()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in network.state_dict().items()})
    expected = loss.to_torch()(module(torch.from_numpy(clouds.x)), torch.from_numpy(clouds.y)).item()
    assert history["loss"] == pytest.approx([expected] * 2, rel=1e-12)


def test_the_loss_of_an_epoch_is_that_before_every_update(clouds):
    """A training written without the trainer, over the batches that the trainer took."""
    network = classifier(dtype="float64")
    trainer = Trainer(network, CrossEntropyLoss(), SGD(lr=0.1))
    module = torch.nn.Sequential(*(layer.to_torch() for layer in network.layers)).double()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in network.state_dict().items()})
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    seen = Batches(trainer)
    history = trainer.fit(clouds, epochs=3, batch_size=20)
    for epoch, record in zip(seen.epochs, history, strict=True):
        total, correct = 0.0, 0
        for x, y in epoch:
            prediction = module(torch.from_numpy(x))
            value = torch.nn.functional.cross_entropy(prediction, torch.from_numpy(y))
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            total += value.item() * len(x)
            correct += int((prediction.argmax(1).numpy() == y).sum())
        assert record["loss"] == pytest.approx(total / 69, rel=1e-10)
        assert record["accuracy"] == correct / 69
        for name, parameter in module.named_parameters():
            assert parameter.grad is not None
            norm = torch.linalg.norm(parameter.grad).item()
            assert record["gradient_norms"][name] == pytest.approx(norm, rel=1e-8)


def test_a_history_has_a_record_an_epoch_with_what_was_measured(clouds, line):
    _, history = trained(clouds, epochs=3, validation=0.2)
    assert history["epoch"] == [1, 2, 3]
    measured = {"epoch", "lr", "loss", "accuracy", "seconds", "gradient_norms", "val_loss", "val_accuracy"}
    for record in history:
        assert record.keys() == measured
        assert list(record["gradient_norms"]) == ["0.weight", "0.bias", "2.weight", "2.bias"]
        assert record["seconds"] > 0
        assert record["lr"] == 0.05
    assert json.loads(json.dumps(history.records)) == history.records
    regression = Trainer(Network([Linear(3, 1)]), MSELoss(), SGD(lr=0.1)).fit(line, epochs=1)
    assert regression.records[0].keys() == {"epoch", "lr", "loss", "seconds", "gradient_norms"}


def test_no_epochs_change_nothing(clouds):
    trainer, history = trained(clouds, epochs=0)
    np.testing.assert_array_equal(trainer.network.theta, classifier().theta)
    assert len(history) == 0
    assert trainer.stopped is None


def test_validation_by_fraction_is_stratified_held_out_and_measured(clouds):
    trainer = Trainer(classifier(dtype="float64"), CrossEntropyLoss(), SGD(lr=0.1), seed=5)
    seen = Batches(trainer)
    history = trainer.fit(clouds, epochs=2, batch_size=10, validation=0.2)
    learned = [np.concatenate([x for x, _ in epoch]) for epoch in seen.epochs]
    rows = {tuple(row) for row in learned[0]}
    assert rows == {tuple(row) for row in learned[1]}
    held_out = np.array([tuple(row) not in rows for row in clouds.x])
    assert held_out.sum() == 69 - len(rows) == 14
    assert sorted(np.bincount(clouds.y[held_out])) == [4, 5, 5]
    scores = trainer.network.forward(clouds.x[held_out])[0]
    probabilities = torch.softmax(torch.from_numpy(scores), 1).numpy()
    assert history["val_loss"][-1] == pytest.approx(log_loss(clouds.y[held_out], probabilities), rel=1e-10)
    assert history["val_accuracy"][-1] == accuracy_score(clouds.y[held_out], scores.argmax(1))


def test_validation_by_a_set_learns_from_all_the_others(clouds):
    rows = np.arange(69)
    train, validation = clouds.subset(rows[rows % 4 > 0]), clouds.subset(rows[rows % 4 == 0])
    trainer = Trainer(classifier(), CrossEntropyLoss(), SGD(lr=0.1))
    seen = Batches(trainer)
    history = trainer.fit(train, epochs=2, batch_size="all", validation=validation)
    assert seen.sizes() == [[51], [51]]
    scores = trainer.network.predict(validation.x)
    assert history["val_accuracy"][-1] == accuracy_score(validation.y, scores.argmax(1))
    assert history["val_loss"][-1] == pytest.approx(
        torch.nn.functional.cross_entropy(torch.from_numpy(scores), torch.from_numpy(validation.y)).item(),
        rel=1e-5,
    )


def test_measuring_the_validation_does_not_touch_what_is_learned(clouds, line):
    rows = np.arange(69)
    train, validation = clouds.subset(rows[rows % 4 > 0]), clouds.subset(rows[rows % 4 == 0])
    alone, _ = trained(train, batch_size=10)
    watched, _ = trained(train, batch_size=10, validation=validation)
    np.testing.assert_array_equal(alone.network.theta, watched.network.theta)


def test_digits_are_learned_as_well_as_by_scikit_learn():
    train, test = load("digits")
    network = Network([Linear(64, 64), ReLU(), Linear(64, 10)], seed=0)
    trainer = Trainer(network, CrossEntropyLoss(), Adam(lr=0.003))
    trainer.fit(train, epochs=30, batch_size=32)
    metrics = trainer.evaluate(test)
    assert metrics["accuracy"] == accuracy_score(test.y, network.predict(test.x).argmax(1))
    assert metrics["accuracy"] >= 0.95
    other = MLPClassifier(
        (64,),
        learning_rate_init=0.003,
        batch_size=32,  # pyright: ignore[reportArgumentType]
        alpha=0,
        max_iter=30,
        n_iter_no_change=30,
        random_state=0,
    )
    with pytest.warns(UserWarning, match="Maximum iterations"):
        other.fit(train.x, train.y)
    assert metrics["accuracy"] == pytest.approx(other.score(test.x, test.y), abs=0.02)


def test_a_linear_problem_ends_at_the_least_squares_solution(line):
    network = Network([Linear(3, 1)], dtype="float64")
    trainer = Trainer(network, MSELoss(), SGD(lr=0.2))
    history = trainer.fit(line, epochs=300, batch_size="all")
    with_constant = np.column_stack([line.x, np.ones(50)])
    solution, residual, *_ = np.linalg.lstsq(with_constant, line.y)
    np.testing.assert_allclose(network.theta, solution, atol=1e-10)
    assert history["loss"][-1] == pytest.approx(residual[0] / 50, rel=1e-10)
    metrics = trainer.evaluate(line)
    assert metrics["mse"] == pytest.approx(metrics["loss"], rel=1e-10)


def test_several_targets_and_several_outputs(line):
    y = np.column_stack([line.y, -line.y])
    data = Dataset(line.x, y, "regression", "two")
    network = Network([Linear(3, 2)], dtype="float64")
    Trainer(network, MSELoss(), SGD(lr=0.4)).fit(data, epochs=300, batch_size="all")
    with_constant = np.column_stack([line.x, np.ones(50)])
    solution = np.linalg.lstsq(with_constant, y)[0]
    np.testing.assert_allclose(network.parameters["0.weight"], solution[:3].T, atol=1e-10)


@pytest.mark.parametrize("loss", [BCEWithLogitsLoss(), CrossEntropyLoss()])
def test_two_classes_by_one_output_or_two(loss):
    train, test = load("blobs", noise=0.5)
    two = [Dataset(part.x[part.y < 2], part.y[part.y < 2], "classification", "two") for part in (train, test)]
    network = Network([Linear(2, 2 if loss.is_multiclass else 1)])
    trainer = Trainer(network, loss, Adam(lr=0.1))
    history = trainer.fit(two[0], epochs=20, batch_size=32)
    assert history["accuracy"][-1] > 0.97
    assert trainer.evaluate(two[1])["accuracy"] > 0.97


def test_a_second_fit_goes_on_from_the_first_with_a_history_of_its_own(clouds):
    trainer, first = trained(clouds, epochs=3)
    before = trainer.network.theta.copy()
    second = trainer.fit(clouds, epochs=2)
    assert (len(first), len(second)) == (3, 2)
    assert not np.array_equal(trainer.network.theta, before)
    assert second["loss"][0] < first["loss"][0]


def test_a_loss_of_ones_own_is_learned_too(line):
    @dataclass(frozen=True)
    class AbsoluteError(Loss):
        def unreduced(self, prediction, target):
            return np.abs(prediction - target)

        def unreduced_gradient(self, prediction, target):
            return np.sign(prediction - target)

        def to_torch(self):
            return torch.nn.L1Loss()

    history = Trainer(Network([Linear(3, 1)]), AbsoluteError(), Adam(lr=0.1)).fit(line, epochs=60)
    assert history["loss"][-1] < 0.2 < history["loss"][0]


def unsuited(classes=("a", "b", "c"), columns=2):
    x = np.random.default_rng(0).normal(size=(12, columns))
    return Dataset(x, np.arange(12) % len(classes), "classification", "unsuited", classes=classes)


REAL_VALUED = Dataset(np.eye(12, 2), np.arange(12.0), "regression", "unsuited")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"batch_size": 0}, ArgumentError, "batch size.*from 1 to 69, the number of instances.*got 0"),
        ({"batch_size": 70}, ArgumentError, "from 1 to 69, the number of instances.*got 70"),
        (
            {"batch_size": 60, "validation": 0.2},
            ArgumentError,
            "from 1 to 55, the number of instances.*got 60",
        ),
        ({"batch_size": 2.5}, ArgumentError, "got 2.5"),
        ({"batch_size": "everything"}, ArgumentError, "got 'everything'"),
        ({"epochs": -1}, ArgumentError, "epochs.*at least 0.*got -1"),
        ({"epochs": 1.5}, ArgumentError, "epochs.*whole number.*got 1.5"),
        ({"epochs": True}, ArgumentError, "epochs.*whole number.*got True"),
        ({"validation": 0.0}, ArgumentError, "above 0 and below 1, got 0"),
        ({"validation": 1.0}, ArgumentError, "above 0 and below 1, got 1"),
        ({"validation": math.nan}, ArgumentError, "above 0 and below 1, got nan"),
        ({"validation": unsuited(columns=3)}, ShapeError, r"Linear\(2, 8\)"),
        ({"validation": unsuited(classes=tuple("abcd"))}, ShapeError, "has 3 outputs and unsuited needs 4"),
        ({"validation": REAL_VALUED}, ShapeError, "unsuited has real-valued targets"),
    ],
)
def test_what_cannot_be_fitted_changes_and_creates_nothing(clouds, tmp_path, options, error, words):
    trainer = Trainer(classifier(), CrossEntropyLoss(), Adam(lr=0.05), callbacks=[Checkpoint(tmp_path)])
    untouched(trainer, clouds, tmp_path, error, words, **options)


def untouched(trainer, data, folder, error, words, **options):
    before = trainer.engine.state()
    with pytest.raises(error, match=words):
        trainer.fit(data, **options)
    after = trainer.engine.state()
    assert after.t == before.t == 0
    np.testing.assert_array_equal(after.theta, before.theta)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("loss", "outputs", "error", "words"),
    [
        (CrossEntropyLoss(), 2, ShapeError, "has 2 outputs and clouds needs 3"),
        (MSELoss(), 1, ShapeError, "has 1 outputs and clouds needs 3"),
        (BCEWithLogitsLoss(), 4, ShapeError, "has 4 outputs and clouds needs 3"),
    ],
)
def test_a_last_layer_that_does_not_fit_the_classes_is_said_before_training(
    clouds, tmp_path, loss, outputs, error, words
):
    network = Network([Linear(2, outputs)])
    trainer = Trainer(network, loss, SGD(), callbacks=[Checkpoint(tmp_path)])
    untouched(trainer, clouds, tmp_path, error, words)


@pytest.mark.parametrize(
    ("loss", "layers", "words"),
    [
        (MSELoss(), [Linear(3, 2)], "has 2 outputs and line needs 1"),
        (
            CrossEntropyLoss(),
            [Linear(3, 2)],
            "CrossEntropyLoss is for classification, and line has real-valued targets",
        ),
        (MSELoss(), [Linear(4, 1)], r"Linear\(4, 1\) expected x of shape \(batch, 4\), got \(2, 3\)"),
    ],
)
def test_a_loss_or_a_network_of_another_task_is_said_before_training(line, tmp_path, loss, layers, words):
    trainer = Trainer(Network(layers), loss, SGD(), callbacks=[Checkpoint(tmp_path)])
    untouched(trainer, line, tmp_path, ShapeError, words)


@pytest.mark.parametrize(
    ("monitor", "validation", "words"),
    [
        (
            "val_los",
            0.2,
            "cannot monitor val_los: this training run measures loss, accuracy, val_loss, val_accuracy",
        ),
        ("val_loss", None, "cannot monitor val_loss: this training run measures loss, accuracy"),
        ("f1", 0.2, "cannot monitor f1"),
    ],
)
def test_a_measure_that_is_not_taken_cannot_be_monitored(clouds, tmp_path, monitor, validation, words):
    trainer = Trainer(
        classifier(), CrossEntropyLoss(), SGD(), callbacks=[Checkpoint(tmp_path)], monitor=monitor
    )
    untouched(trainer, clouds, tmp_path, ArgumentError, words, validation=validation)


def test_an_unknown_engine_is_answered_with_the_nearest_one():
    with pytest.raises(ArgumentError, match=r"unknown engine nunpy.*numpy"):
        Trainer(classifier(), CrossEntropyLoss(), SGD(), engine="nunpy")


@pytest.mark.parametrize("seed", [-1, 1.5, True])
def test_a_seed_that_is_no_whole_number_from_0_is_refused(seed):
    with pytest.raises(ArgumentError, match=rf"seed.*whole number of at least 0.*{seed}"):
        Trainer(classifier(), CrossEntropyLoss(), SGD(), seed=seed)


def test_a_class_with_a_single_row_cannot_be_held_out(tmp_path):
    x = np.random.default_rng(0).normal(size=(9, 2))
    data = Dataset(x, np.array([0] * 4 + [1] * 4 + [2]), "classification", "lonely")
    trainer = Trainer(classifier(), CrossEntropyLoss(), SGD(), callbacks=[Checkpoint(tmp_path)])
    untouched(trainer, data, tmp_path, DataError, "class 2 has a single row", validation=0.3)


def test_a_network_with_nothing_to_learn_is_refused():
    trainer = Trainer(Network([Tanh()]), MSELoss(), SGD(lr=0.1))
    with pytest.raises(ArgumentError, match="no parameters"):
        trainer.fit(Dataset(np.eye(2), np.eye(2), "regression", "two"))
