"""Trainings that go wrong are named; trainings that do not are not accused."""

import numpy as np
import pytest

from gradiente import Adam, ArgumentError, BCEWithLogitsLoss, EarlyStopping, Network, Trainer
from gradiente.data import load
from gradiente.diagnosis import Diagnosis
from gradiente.locale import catalogue, language
from gradiente.training import History

from .trainings import BROKEN, HEALTHY, base, mlp, silent, trained


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_training_is_named_first_or_second(name):
    make, wanted = BROKEN[name]
    found = make()
    assert wanted & {finding.key for finding in found.findings[:2]}, [finding.key for finding in found]
    for code in ("en", "es"):
        with language(code):
            for finding in found:
                words = finding.to_dict()
                assert all(words[part] for part in ("statement", "why", "remedy"))
                assert "{" not in words["statement"] + words["remedy"]
            assert found.findings[0].statement in str(found)


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_training_is_not_accused(name):
    found = HEALTHY[name]()
    assert not found.keys, str(found)


def test_every_finding_has_its_three_texts_in_the_catalogue():
    keys = {key for key in catalogue("en") if key.startswith("diagnosis.")}
    words = {"diagnosis.nothing", "diagnosis.why", "diagnosis.remedy"}
    named = {key for key in keys - words if not key.endswith((".why", ".remedy"))}
    assert keys - words == named | {f"{key}.why" for key in named} | {f"{key}.remedy" for key in named}


def fitted(*, optimizer=None, change=None, validation=0.2, epochs=5, **more):
    network = Network(mlp(), seed=1)
    if change is not None:
        change(network.parameters)
    trainer = Trainer(network, BCEWithLogitsLoss(), optimizer or Adam(lr=0.003), **more)
    return trainer, trainer.fit(base(), validation=validation, epochs=epochs, batch_size=128)


def test_the_dead_units_are_counted_as_numpy_counts_them():
    trainer, history = fitted(change=silent)
    weight, bias = (trainer.network.parameters[f"0.{name}"] for name in ("weight", "bias"))
    dead = ((base().x @ weight.T + bias) <= 0).all(axis=0)
    finding = next(finding for finding in history.diagnosis if finding.key == "dead_units")
    assert finding.evidence["count"] == dead.sum() == 64


def test_the_weights_of_a_tiny_rate_moved_as_far_as_said():
    network = Network(mlp(), seed=1)
    before = {name: network.parameters[name].copy() for name in ("0.weight", "2.weight")}
    trainer = Trainer(network, BCEWithLogitsLoss(), Adam(lr=1e-6))
    history = trainer.fit(base(), epochs=3, batch_size=128)
    moved = [
        np.linalg.norm(network.parameters[name] - value) / np.linalg.norm(value)
        for name, value in before.items()
    ]
    finding = history.diagnosis[0]
    assert finding.key == "rate_small"
    assert finding.evidence["moved"] == pytest.approx(max(moved), rel=1e-3)
    assert finding.evidence["steps"] == 3 * 12


def test_overfitting_is_said_from_the_best_epoch_and_not_where_that_was_restored():
    def history(**more):
        network = Network(mlp(6, 128, 128), seed=1)
        trainer = Trainer(network, BCEWithLogitsLoss(), Adam(lr=0.01), **more)
        data = base().subset(np.arange(300))
        return trainer.fit(data, validation=0.3, epochs=60, batch_size=32)

    overfitted = history()
    finding = next(finding for finding in overfitted.diagnosis if finding.key == "overfitting")
    assert finding.evidence["epoch"] == overfitted.best("val_loss")["epoch"]
    assert "overfitting" not in history(callbacks=[EarlyStopping(patience=60)]).diagnosis.keys


def test_a_diagnosis_changes_neither_the_network_nor_its_gradient():
    trainer, history = fitted()
    theta, gradient = trainer.network.theta.copy(), trainer.network.gradient.copy()
    assert isinstance(history.diagnosis, Diagnosis)
    np.testing.assert_array_equal(trainer.network.theta, theta)
    np.testing.assert_array_equal(trainer.network.gradient, gradient)


def test_a_resumed_training_can_be_diagnosed_without_its_first_weights():
    trainer, _ = fitted(optimizer=Adam(lr=100.0))
    again = trainer.fit(base(), validation=0.2, epochs=8, batch_size=128, resume=trainer.last)
    assert isinstance(again.diagnosis, Diagnosis)


def test_a_history_of_no_training_has_no_diagnosis():
    with pytest.raises(ArgumentError, match=r"Trainer\.fit"):
        History([{"epoch": 1, "loss": 0.5}]).diagnosis  # noqa: B018
    assert len(fitted(epochs=0)[1].diagnosis) == 0


def test_a_rare_category_is_no_constant_column_and_a_constant_column_is_left_out_by_name(tmp_path):
    x, y = np.random.default_rng(0).normal(size=2500).round(3), np.arange(2500) % 2
    city = np.where(np.isin(np.arange(2500), (3, 4)), "Leticia", np.where(y, "Cali", "Pasto"))
    rows = [f"{x[i]},7,{city[i]},{x[i] + y[i]:.3f}" for i in range(2500)]
    (tmp_path / "t.csv").write_text("\n".join(["x,seven,city,y", *rows]))
    train, _ = load(tmp_path / "t.csv", standardize_target=True)
    assert "city=Leticia" in train.features
    found = [each for each in trained(train, mlp(train.x.shape[1])) if "column" in each.evidence]
    assert [(each.key, each.remedy) for each in found] == [("constant_column", "--drop seven")]
