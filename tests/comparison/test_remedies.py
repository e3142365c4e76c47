"""Every remedy acts."""

from dataclasses import replace

import numpy as np
import pytest

from gradiente.comparison import compare, draw, remedies_named
from gradiente.errors import ArgumentError
from gradiente.layers import BatchNorm1d, Dropout, Linear, ReLU
from gradiente.losses import CrossEntropyLoss
from gradiente.network import Network
from gradiente.optimizers import Adam
from gradiente.training import Callback, Trainer

from .conftest import EPOCHS, SEEDS, SMALL, by_name, digits, row


def plain_run(seed, epochs):
    """What the row "none" is said to be, in full."""
    few, held_out = draw(digits()[0], 60, seed)
    network = Network([Linear(64, 32), ReLU(), Linear(32, 10)], seed=seed)
    trainer = Trainer(network, CrossEntropyLoss(), Adam(lr=0.003), seed=seed)
    history = trainer.fit(few, validation=held_out, epochs=epochs, batch_size=32)
    return network, history


def weights(outcome):
    return np.concatenate([weight.ravel() for weight, _ in outcome.network.weights()])


def test_the_plain_network_is_that_of_a_trainer():
    for outcome in row("none").outcomes:
        network, history = plain_run(outcome.seed, EPOCHS)
        np.testing.assert_array_equal(outcome.network.theta, network.theta)
        assert outcome.curves["validation"] == history["val_loss"]
        assert outcome.best_epoch == 1 + int(np.argmin(history["val_loss"]))


def test_early_stopping_ends_with_the_network_of_its_best_epoch():
    train, test = digits()
    eager = replace(by_name["early-stopping"], values={"patience": 3})
    for outcome in compare(train, test, [eager], seeds=SEEDS, samples=200, epochs=60).rows[0].outcomes:
        assert (
            len(outcome.curves["train"]) == len(outcome.curves["validation"]) == outcome.best_epoch + 3 < 60
        )
        few, held_out = draw(train, 200, outcome.seed)
        layers = [Linear(64, 128), ReLU(), Linear(128, 128), ReLU(), Linear(128, 10)]
        network = Network(layers, seed=outcome.seed)
        trainer = Trainer(network, CrossEntropyLoss(), Adam(lr=0.003), seed=outcome.seed)
        trainer.fit(few, validation=held_out, epochs=outcome.best_epoch, batch_size=32)
        np.testing.assert_allclose(outcome.network.theta, network.theta, rtol=1e-4, atol=1e-6)


def test_penalties_make_weights_small():
    for none, l1, l2 in zip(*(row(name).outcomes for name in ("none", "l1", "l2")), strict=True):
        assert np.abs(weights(l1)).sum() < 0.9 * np.abs(weights(none)).sum()
        assert np.square(weights(l2)).sum() < 0.9 * np.square(weights(none)).sum()
        assert np.mean(np.abs(weights(l1)) < 1e-3) > 2 * np.mean(np.abs(weights(none)) < 1e-3)


def test_layers_of_a_remedy_are_in_every_hidden_layer():
    few = {**SMALL, "hidden": (8, 6), "epochs": 1}
    done = compare(*digits(), remedies_named(["dropout", "batch-norm"]), seeds=[0], **few)
    dropout, norm = (row.outcomes[0].network.layers for row in done.rows)
    assert [type(layer) for layer in dropout] == [Linear, ReLU, Dropout, Linear, ReLU, Dropout, Linear]
    assert [type(layer) for layer in norm] == [Linear, BatchNorm1d, ReLU, Linear, BatchNorm1d, ReLU, Linear]


class Spy(Callback):
    def __init__(self, seen):
        self.seen = seen

    def fit_begin(self, state):
        layers = [i for i, layer in enumerate(state.network.layers) if isinstance(layer, Linear)]
        self.seen.append([state.network.parameters[f"{i}.weight"].copy() for i in layers])


def test_every_remedy_starts_with_the_same_weights():
    starts = []
    spies = [
        replace(remedy, trainer=lambda **_: {"callbacks": [Spy(starts)]})
        for remedy in remedies_named(["none", "dropout", "batch-norm"])
    ]
    compare(*digits(), spies, seeds=[7], samples=60, hidden=(8, 6), epochs=1)
    assert len(starts) == 3
    for other in starts[1:]:
        for one, same in zip(starts[0], other, strict=True):
            np.testing.assert_array_equal(one, same)


def test_augmentation_changes_what_is_learned_from():
    for none, augmented in zip(row("none").outcomes, row("augmentation").outcomes, strict=True):
        assert not np.array_equal(none.network.theta, augmented.network.theta)
        assert augmented.curves["train"][-1] > none.curves["train"][-1]


def test_an_unknown_remedy():
    with pytest.raises(ArgumentError, match="did you mean dropout"):
        remedies_named(["none", "dropuot"])
