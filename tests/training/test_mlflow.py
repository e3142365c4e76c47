"""The callback for MLflow, against a module that keeps what it is given."""

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gradiente import ArgumentError, CrossEntropyLoss, Linear, MLflow, Network, Trainer
from gradiente.data import Dataset
from gradiente.optimizers import SGD


class Kept:
    """mlflow, as far as the callback uses it."""

    __spec__ = SimpleNamespace(name="mlflow")

    def __init__(self) -> None:
        self.run: Any = None
        self.calls = list[tuple[Any, ...]]()

    def active_run(self):
        return self.run

    def set_experiment(self, name):
        self.calls.append(("experiment", name))

    def start_run(self, run_name=None):
        self.run = run_name or "invented"
        self.calls.append(("start", run_name))

    def log_params(self, parameters):
        self.calls.append(("parameters", parameters))

    def log_metrics(self, metrics, step):
        self.calls.append(("metrics", step, metrics))

    def end_run(self):
        self.run = None
        self.calls.append(("end",))


@pytest.fixture
def mlflow(monkeypatch):
    kept = Kept()
    monkeypatch.setitem(sys.modules, "mlflow", kept)
    return kept


def train(callback, epochs=3):
    x = np.random.default_rng(0).normal(size=(40, 2))
    data = Dataset(x, (x[:, 0] > 0).astype(int), "classification", "halves")
    trainer = Trainer(Network([Linear(2, 2)]), CrossEntropyLoss(), SGD(lr=0.5), callbacks=[callback])
    return trainer.fit(data, validation=0.25, epochs=epochs, batch_size=10)


def test_a_run_of_its_own_has_every_measure_of_every_epoch(mlflow):
    history = train(MLflow(experiment="halves", name="first"))
    assert mlflow.calls[:2] == [("experiment", "halves"), ("start", "first")]
    assert mlflow.calls[-1] == ("end",)
    (parameters,) = [call[1] for call in mlflow.calls if call[0] == "parameters"]
    assert parameters["layers"].startswith("[Linear(in_features=2, out_features=2")
    assert parameters["optimizer"].startswith("SGD(lr=0.5")
    logged = {call[1]: call[2] for call in mlflow.calls if call[0] == "metrics"}
    assert list(logged) == [1, 2, 3]
    for record in history.records:
        metrics = logged[record["epoch"]]
        for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
            assert metrics[name] == record[name]
        assert metrics["gradient_norms/0.weight"] == record["gradient_norms"]["0.weight"]


def test_an_active_run_is_logged_to_and_stays_open(mlflow):
    mlflow.run = "somebody's"
    train(MLflow())
    assert not [call for call in mlflow.calls if call[0] in ("start", "end")]
    assert mlflow.run == "somebody's"


def test_without_mlflow_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ArgumentError, match=r"gradiente\[mlflow\]"):
        MLflow()
