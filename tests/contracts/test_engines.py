"""What every engine of the registry must satisfy; a new one is covered the moment it is registered."""

import math
from inspect import isabstract

import numpy as np
import pytest

from gradiente import (
    SGD,
    Adam,
    Adamax,
    BCEWithLogitsLoss,
    Context,
    CrossEntropyLoss,
    HuberLoss,
    Linear,
    Lion,
    MSELoss,
    NAdam,
    Network,
    RAdam,
    ReLU,
    Tanh,
    Trainer,
    course,
)
from gradiente.clip import Clip
from gradiente.data import Dataset
from gradiente.engines import REGISTRY, Engine
from gradiente.objective import Objective

every_engine = pytest.mark.parametrize("name", REGISTRY)
STEPS, BATCH = 60, 8
TRAINING = Context(training=True)


def network(outputs=3, dtype="float64"):
    return Network([Linear(4, 9), Tanh(), Linear(9, 5), ReLU(), Linear(5, outputs)], seed=3, dtype=dtype)


def steps(loss, outputs=3):
    generator = np.random.default_rng(4)
    for _ in range(STEPS):
        x = generator.normal(size=(BATCH, 4))
        integer = loss.is_multiclass
        yield x, generator.integers(0, outputs, BATCH) if integer else generator.random((BATCH, outputs))


def plain_loop(net, loss, optimizer, clip_norm=None):
    """The losses of a training written with nothing but the formulas: each layer by itself, θ as a whole."""
    slots, losses = optimizer.initial_slots(net.theta), []
    for t, (x, y) in enumerate(steps(loss), start=1):
        a, caches = x.astype(net.dtype), []
        for index, layer in enumerate(net.layers):
            a, cache = layer.forward(net.node_parameters(index), a, TRAINING)
            caches.append(cache)
        losses.append(loss.value(a, y))
        delta, gradients = loss.gradient(a, y), []
        for index in reversed(range(len(net.layers))):
            delta, own = net.layers[index].backward(net.node_parameters(index), caches[index], delta)
            gradients = [*(gradient.ravel() for gradient in own.values()), *gradients]
        gradient = np.concatenate(gradients)
        if clip_norm is not None:
            gradient = gradient * min(1.0, clip_norm / (np.sqrt(np.sum(gradient**2)) + 1e-6))
        net.theta[...], slots = optimizer.rule(net.theta, gradient, slots, t)
    return np.array(losses)


@every_engine
@pytest.mark.parametrize(
    ("loss", "optimizer"),
    [
        (MSELoss(), SGD(lr=0.05, momentum=0.9)),
        (CrossEntropyLoss(), Adam(lr=0.01)),
        (CrossEntropyLoss((0.5, 2.0, 3.0), ignore_index=0, label_smoothing=0.1), SGD(lr=0.05)),
        (BCEWithLogitsLoss((0.5, 2.0, 3.0), pos_weight=4.0), SGD(lr=0.05)),
        (BCEWithLogitsLoss(reduction="sum"), course.RMSprop(lr=0.001)),
        (CrossEntropyLoss(), Adamax(lr=0.01)),
        (MSELoss(), NAdam(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True)),
        (CrossEntropyLoss(), RAdam(lr=0.01)),
        (MSELoss(), Lion(lr=0.001)),
    ],
    ids=["SGD", "Adam", "classes", "weights", "course.RMSprop", "Adamax", "NAdam", "RAdam", "Lion"],
)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-4)])
def test_losses_are_those_of_the_formulas_step_by_step(name, loss, optimizer, dtype, tolerance):
    net = network(dtype=dtype)
    expected_net = network(dtype=dtype)
    engine = REGISTRY[name](Objective(net, loss), optimizer)
    losses = np.array([engine.step(x, y, TRAINING, optimizer)[0] for x, y in steps(loss)])
    np.testing.assert_allclose(losses, plain_loop(expected_net, loss, optimizer), rtol=tolerance)
    np.testing.assert_allclose(engine.state().theta, expected_net.theta, rtol=0, atol=tolerance)


@every_engine
@pytest.mark.parametrize(
    "loss",
    [
        CrossEntropyLoss(),
        CrossEntropyLoss((0.5, 2.0, 3.0), ignore_index=0, label_smoothing=0.1),
        BCEWithLogitsLoss(pos_weight=4.0),
        MSELoss(reduction="sum"),
        HuberLoss(),
    ],
    ids=["classes", "class weights", "questions", "sum", "Huber"],
)
@pytest.mark.parametrize("hidden", [9, 300])
def test_losses_with_weights_are_those_of_the_formulas_step_by_step(name, loss, hidden):
    def made():
        return Network([Linear(4, hidden), Tanh(), Linear(hidden, 3)], seed=3, dtype="float64")

    optimizer, theirs, generator = SGD(lr=0.001), made(), np.random.default_rng(5)
    engine = REGISTRY[name](Objective(made(), loss), optimizer)
    for x, y in list(steps(loss))[:15]:
        w = generator.choice([0.25, 1.0, 3.0], BATCH)
        given = engine.step(x, y, TRAINING, optimizer, weights=w)[0]
        prediction, caches = theirs.forward(x, TRAINING)
        assert given == pytest.approx(loss.value(prediction, y, w), rel=1e-10)
        theirs.backward(caches, loss.gradient(prediction, y, w))
        theirs.theta[...] -= 0.001 * theirs.gradient
    np.testing.assert_allclose(engine.state().theta, theirs.theta, rtol=0, atol=1e-11)


@every_engine
def test_losses_under_a_clip_are_those_of_the_formulas(name):
    loss, optimizer = MSELoss(reduction="sum"), SGD(lr=0.05)
    engine = REGISTRY[name](Objective(network(), loss, clip=Clip(norm=0.3)), optimizer)
    losses = [engine.step(x, y, TRAINING, optimizer)[0] for x, y in steps(loss)]
    np.testing.assert_allclose(losses, plain_loop(network(), loss, optimizer, clip_norm=0.3), rtol=1e-10)


@every_engine
def test_the_rule_of_a_step_may_change_on_the_way(name):
    loss = MSELoss()
    engine = REGISTRY[name](Objective(network(), loss), SGD(lr=0.1))
    for t, (x, y) in enumerate(steps(loss)):
        before = engine.state().theta
        engine.step(x, y, TRAINING, SGD(lr=0.1 if t % 2 else 0.0))
        assert np.array_equal(engine.state().theta, before) == (t % 2 == 0)


@every_engine
@pytest.mark.parametrize("optimizer", [Adam(lr=0.01), NAdam(lr=0.01), RAdam(lr=0.01), Lion(lr=0.001)])
def test_a_state_can_be_left_and_taken_up_again_to_the_same_bits(name, optimizer):
    loss, rows = CrossEntropyLoss(), list(steps(CrossEntropyLoss()))
    engine = REGISTRY[name](Objective(network(), loss), optimizer)
    for x, y in rows[:20]:
        engine.step(x, y, TRAINING, optimizer)
    state = engine.state()
    first = [engine.step(x, y, TRAINING, optimizer)[0] for x, y in rows[20:]]
    engine.load_state(state)
    again = [engine.step(x, y, TRAINING, optimizer)[0] for x, y in rows[20:]]
    assert first == again


@every_engine
@pytest.mark.parametrize("poison", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_updates_nothing(name, poison):
    loss, optimizer = MSELoss(), Adam()
    engine = REGISTRY[name](Objective(network(), loss), optimizer)
    before = engine.state()
    x, y = next(steps(loss))
    assert not math.isfinite(engine.step(x, y * poison, TRAINING, optimizer)[0])
    after = engine.state()
    assert after.t == before.t
    np.testing.assert_array_equal(after.theta, before.theta)
    for slot, array in before.slots.items():
        np.testing.assert_array_equal(after.slots[slot], array)


@every_engine
def test_predict_takes_any_number_of_instances(name):
    net = network()
    engine = REGISTRY[name](Objective(net, MSELoss()), SGD())
    x = np.random.default_rng(0).normal(size=(2500, 4))
    np.testing.assert_allclose(engine.predict(x), net.forward(x)[0], rtol=1e-12, atol=1e-15)


@every_engine
def test_the_trainer_takes_it_by_its_name(name):
    generator = np.random.default_rng(0)
    data = Dataset(generator.normal(size=(12, 4)), np.arange(12) % 3, "classification", "twelve")
    trainer = Trainer(network(), CrossEntropyLoss(), SGD(), engine=name)
    assert type(trainer.engine) is REGISTRY[name]
    assert len(trainer.fit(data, epochs=2)) == 2


def descendants(kind):
    """The classes of the package that are built on one, however far down."""
    for child in kind.__subclasses__():
        if child.__module__.startswith("gradiente."):
            yield child
            yield from descendants(child)


def test_the_registry_holds_every_engine_under_its_own_name():
    assert set(REGISTRY.values()) == {kind for kind in descendants(Engine) if not isabstract(kind)}
    assert all(name == kind.name for name, kind in REGISTRY.items())
