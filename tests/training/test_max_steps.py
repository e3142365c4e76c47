"""Training that ends after a number of steps, against one that a callback stops there, and against the whole."""

import numpy as np
import pytest

from gradiente import SGD, Adam, BCEWithLogitsLoss, CrossEntropyLoss, Dropout, Linear, Network, Tanh, Trainer
from gradiente.data import load
from gradiente.data.toy import toy
from gradiente.errors import ArgumentError
from gradiente.training import Callback
from gradiente.training.stopping import MaxSteps, Requested

ENGINES = ["numpy", "compiled", "torch"]


class StopBefore(Callback):
    """Stop where so many steps are taken."""

    def __init__(self, steps):
        self.steps = steps

    def step_begin(self, state, step):
        if state.steps == self.steps - 1:
            state.stop = Requested()


def blobs(engine, callbacks=()):
    """100 instances in batches of 16: 7 steps an epoch."""
    network = Network([Linear(2, 8), Tanh(), Dropout(0.1), Linear(8, 3)], seed=1)
    return Trainer(network, CrossEntropyLoss(), Adam(lr=0.01), engine=engine, callbacks=callbacks)


def xor(engine, callbacks=()):
    """One step an epoch, many of which are taken at once."""
    network = Network([Linear(2, 3), Tanh(), Linear(3, 1)], seed=1)
    return Trainer(network, BCEWithLogitsLoss(), SGD(lr=0.5), engine=engine, callbacks=callbacks)


RUNS = {"blobs": (blobs, toy("blobs", 100, seed=0), 16), "xor": (xor, load("xor")[0], "all")}


def bits(snapshot):
    state, partial = snapshot.state, snapshot.partial
    arrays = [state.theta, *state.slots.values(), *state.buffers.values()]
    generators = None if partial is None else partial.generators[0]["layers"]
    return state.t, [each.tobytes() for each in arrays], generators, snapshot.epoch, snapshot.step


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("steps", [1, 9, 14, 40])
def test_it_ends_after_exactly_these_steps_with_the_same_bits(name, engine, steps):
    make, data, size = RUNS[name]
    stopped = make(engine, [StopBefore(steps)])
    stopped.fit(data, epochs=100, batch_size=size)
    trainer = make(engine)
    trainer.fit(data, epochs=100, batch_size=size, max_steps=steps)
    assert trainer.last is not None
    assert stopped.last is not None
    assert bits(trainer.last) == bits(stopped.last)
    assert trainer.last.state.t == steps
    assert trainer.stopped == MaxSteps(steps)


@pytest.mark.compiled
@pytest.mark.parametrize("name", RUNS)
def test_steps_before_resuming_count_and_the_rest_is_the_same(name):
    make, data, size = RUNS[name]
    whole = make("compiled")
    whole.fit(data, epochs=8, batch_size=size)
    trainer = make("compiled")
    for steps in (3, 3, 5, 8):
        trainer.fit(data, epochs=8, batch_size=size, max_steps=steps, resume=trainer.last)
        assert trainer.last.state.t == steps
    trainer.fit(data, epochs=8, batch_size=size, resume=trainer.last)
    assert trainer.stopped is None
    np.testing.assert_array_equal(trainer.network.theta, whole.network.theta)


def test_the_epochs_end_before_more_steps():
    trainer = xor("numpy")
    trainer.fit(RUNS["xor"][1], epochs=5, batch_size="all", max_steps=9)
    assert trainer.last is not None
    assert (trainer.last.epoch, trainer.stopped) == (5, None)


@pytest.mark.parametrize("steps", [-1, 1.5, "3", True])
def test_a_number_that_is_none_is_refused(steps):
    with pytest.raises(ArgumentError, match="total number of steps"):
        xor("numpy").fit(RUNS["xor"][1], max_steps=steps)


def test_fewer_steps_than_are_taken_are_refused():
    trainer = xor("numpy")
    trainer.fit(RUNS["xor"][1], epochs=4)
    with pytest.raises(ArgumentError, match="already taken"):
        trainer.fit(RUNS["xor"][1], epochs=9, max_steps=3, resume=trainer.last)
