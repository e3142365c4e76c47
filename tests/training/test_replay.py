"""Steps reached again in any order, against a training that is stopped there."""

from typing import Any

import numpy as np
import pytest

from gradiente import (
    SGD,
    Adam,
    BatchNorm1d,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Dropout,
    EarlyStopping,
    Linear,
    Network,
    Scheduler,
    StepLR,
    Tanh,
    Trainer,
)
from gradiente.data import Dataset, load
from gradiente.data.toy import toy
from gradiente.errors import ArgumentError
from gradiente.training.replay import Replay, SnapshotRing

pytestmark = pytest.mark.compiled
Made = tuple[Trainer, Dataset, dict[str, Any]]
XOR, BLOBS = load("xor")[0], toy("blobs", 150, seed=0)


def xor() -> Made:
    network = Network([Linear(2, 3), Tanh(), Linear(3, 1)], seed=1)
    return Trainer(network, BCEWithLogitsLoss(), SGD(lr=0.5), engine="compiled"), XOR, {"batch_size": "all"}


def drawing() -> Made:
    layers = [Linear(2, 8), Tanh(), Dropout(0.1), Linear(8, 3)]
    trainer = Trainer(Network(layers, seed=1), CrossEntropyLoss(), Adam(lr=0.01), engine="compiled")
    return trainer, BLOBS, {"batch_size": 16, "validation": 0.2}


def normalized() -> Made:
    layers = [Linear(2, 8), BatchNorm1d(8), Tanh(), Linear(8, 3)]
    callbacks = [Scheduler(StepLR(step_size=3, gamma=0.5))]
    trainer = Trainer(
        Network(layers, seed=1), CrossEntropyLoss(), SGD(lr=0.1, momentum=0.9), callbacks=callbacks
    )
    return trainer, BLOBS, {"batch_size": 32}


RUNS = [xor, drawing, normalized]


def bits(snapshot):
    state, partial = snapshot.state, snapshot.partial
    arrays = [state.theta, *state.slots.values(), *state.buffers.values()]
    generators = None if partial is None else partial.generators[0]["layers"]
    losses = snapshot.history["loss"]
    return state.t, [each.tobytes() for each in arrays], generators, snapshot.step, losses


@pytest.mark.parametrize("make", RUNS)
def test_every_step_is_that_of_a_training_stopped_there(make):
    trainer, data, options = make()
    replay = Replay(trainer, data, epochs=1000, **options)
    generator = np.random.default_rng(0)
    for step in [300, *generator.integers(0, 300, 66).tolist(), 303]:
        snapshot = replay.go_to(step)
        stopped, _, _ = make()
        stopped.fit(data, epochs=1000, max_steps=step, **options)
        assert bits(snapshot) == bits(stopped.last)
        np.testing.assert_array_equal(trainer.network.theta, stopped.network.theta)


def test_memory_is_bounded_and_the_first_and_last_stay():
    trainer, data, options = drawing()
    replay = Replay(trainer, data, epochs=1000, memory=20_000, **options)
    for step in range(0, 600, 7):
        replay.go_to(step)
    ring = replay.ring
    assert ring.steps[0] == 0
    assert ring.steps[-1] == replay.furthest == 595
    one = sum(each.nbytes for each in (trainer.network.theta, *trainer.engine.state().slots.values()))
    assert 3 <= len(ring.steps) <= 20_000 / one
    assert max(np.diff(ring.steps)) <= 4 * np.median(np.diff(ring.steps))


def test_two_snapshots_are_kept_whatever_they_take():
    trainer, data, options = xor()
    replay = Replay(trainer, data, epochs=100, memory=1, **options)
    replay.go_to(50)
    assert replay.ring.steps == [0, 50]
    assert replay.go_to(20).state.t == 20


def test_a_run_ends_by_its_epochs_or_a_callback():
    trainer, data, options = xor()
    assert Replay(trainer, data, epochs=30, **options).go_to(99).state.t == 30
    layers = [Linear(2, 8), Tanh(), Linear(8, 3)]
    trainer = Trainer(
        Network(layers, seed=1), CrossEntropyLoss(), Adam(lr=1.0), callbacks=[EarlyStopping(patience=2)]
    )
    replay = Replay(trainer, BLOBS, validation=0.2, epochs=500, batch_size="all")
    end = replay.go_to(400)
    assert 2 < end.state.t < 400
    assert bits(replay.go_to(401)) == bits(end)
    np.testing.assert_array_equal(trainer.network.theta, end.state.theta)


def test_it_begins_with_a_snapshot():
    trainer, data, options = drawing()
    trainer.fit(data, epochs=1000, max_steps=25, **options)
    middle = trainer.last
    other, _, _ = drawing()
    replay = Replay(other, data, epochs=1000, start=middle, **options)
    trainer.fit(data, epochs=1000, max_steps=60, resume=middle, **options)
    assert bits(replay.go_to(60)) == bits(trainer.last)
    with pytest.raises(ArgumentError, match="at least 25"):
        replay.go_to(24)


@pytest.mark.parametrize("memory", [0, -1, 2.5])
def test_a_memory_that_is_none_is_refused(memory):
    with pytest.raises(ArgumentError, match="bytes"):
        SnapshotRing(memory)
