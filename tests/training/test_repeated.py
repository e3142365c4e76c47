"""Epochs of a single step, which the compiled engine takes many at a time: nothing of them differs."""

from typing import Any

import numpy as np
import pytest

from gradiente import (
    SGD,
    Adam,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    DivergenceError,
    Linear,
    MSELoss,
    Network,
    Tanh,
    Trainer,
)
from gradiente.data import Dataset
from gradiente.training.callbacks import Callback

pytestmark = pytest.mark.compiled
EPOCHS = 300


class Watches(Callback):
    """Makes the trainer take epoch after epoch."""

    def epoch_end(self, state):
        pass


def data(task: Any = "classification"):
    generator = np.random.default_rng(0)
    y = np.arange(12) % 2 if task == "classification" else generator.normal(size=12).astype(np.float32)
    return Dataset(generator.normal(size=(12, 3)).astype(np.float32), y, task, "twelve")


def trainer(loss, optimizer, callbacks=(), **options) -> Any:
    network = Network([Linear(3, 4), Tanh(), Linear(4, loss_outputs(loss))], seed=2)
    return Trainer(network, loss, optimizer, callbacks=callbacks, engine="compiled", **options)


def loss_outputs(loss):
    return 2 if isinstance(loss, CrossEntropyLoss) else 1


def without_seconds(history):
    return [{name: value for name, value in record.items() if name != "seconds"} for record in history]


@pytest.mark.parametrize(
    ("loss", "optimizer", "task", "monitor"),
    [
        (BCEWithLogitsLoss(), SGD(lr=0.5, momentum=0.9), "classification", None),
        (CrossEntropyLoss(reduction="sum"), Adam(lr=0.05), "classification", "accuracy"),
        (MSELoss(), SGD(lr=0.1), "regression", None),
    ],
    ids=["BCEWithLogits", "CrossEntropy", "MSE"],
)
def test_history_best_epoch_and_parameters_are_those_of_epoch_after_epoch(loss, optimizer, task, monitor):
    together, one_by_one = (
        trainer(loss, optimizer, monitor=monitor),
        trainer(loss, optimizer, [Watches()], monitor=monitor),
    )
    histories = [each.fit(data(task), epochs=EPOCHS, batch_size="all") for each in (together, one_by_one)]
    assert len(histories[0]) == EPOCHS
    first, second = map(without_seconds, histories)
    assert first == second
    assert together.network.theta.tobytes() == one_by_one.network.theta.tobytes()
    best = [each.last.best for each in (together, one_by_one)]
    assert best[0].epoch == best[1].epoch
    assert best[0].theta.tobytes() == best[1].theta.tobytes()


def test_a_resumed_training_is_the_same_to_the_bit():
    whole, parts = (trainer(BCEWithLogitsLoss(), Adam(lr=0.05)) for _ in range(2))
    history = whole.fit(data(), epochs=EPOCHS, batch_size="all")
    parts.fit(data(), epochs=77, batch_size="all")
    resumed = parts.fit(data(), epochs=EPOCHS, batch_size="all", resume=parts.last)
    assert without_seconds(resumed) == without_seconds(history)
    assert parts.network.theta.tobytes() == whole.network.theta.tobytes()


def test_a_divergence_is_found_at_its_epoch():
    messages = []
    for callbacks in ((), (Watches(),)):
        diverging = trainer(MSELoss(), SGD(lr=50.0), callbacks)
        with pytest.raises(DivergenceError) as raised:
            diverging.fit(data("regression"), epochs=EPOCHS, batch_size="all")
        messages.append((str(raised.value), len(diverging.last.history), diverging.network.theta.tobytes()))
    assert messages[0] == messages[1]
