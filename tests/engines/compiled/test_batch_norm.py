"""Batch normalization as machine code: against PyTorch, and the batches that have no variance."""

import numpy as np
import pytest
import torch

from gradiente import (
    PBLD,
    SGD,
    BatchNorm1d,
    BatchNorm2d,
    Callback,
    Context,
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    GroupNorm,
    Linear,
    MaxPool2d,
    MSELoss,
    Network,
    ReLU,
    Trainer,
)
from gradiente.data import Dataset
from gradiente.engines import CompiledEngine, NumpyEngine
from gradiente.errors import ShapeError
from gradiente.objective import Objective

pytestmark = pytest.mark.compiled

LAYERS = [Linear(6, 20), BatchNorm1d(20), ReLU(), Linear(20, 8, bias=False), BatchNorm1d(8), Linear(8, 3)]
IMAGES = [
    BatchNorm2d(2),
    Conv2d(2, 5, 3, padding=1),
    BatchNorm2d(5, eps=0.01),
    ReLU(),
    MaxPool2d(2),
    Conv2d(5, 4, 2, bias=False),
    BatchNorm2d(4, momentum=0.4),
    Flatten(),
    Linear(16, 3),
]
ROWS, BATCH = 50, 16


def data(shape=(6,)):
    generator = np.random.default_rng(5)
    return generator.normal(3, 2, (ROWS, *shape)), generator.integers(0, 3, ROWS)


def batches():
    return [np.arange(start, min(ROWS, start + BATCH)) for start in range(0, ROWS, BATCH)]


def take(engine, optimizer, rows, shape=(6,)):
    x, y = data(shape)
    while rows:
        divisors = [engine.objective.loss.divisor(y[each]) for each in rows]
        done = engine.steps(x, y, rows, Context(training=True), optimizer, divisors)
        assert done is not None
        rows = rows[done.taken :]


@pytest.mark.parametrize(("layers", "shape"), [(LAYERS, (6,)), (IMAGES, (2, 6, 6))], ids=["rows", "images"])
def test_steps_and_running_statistics_are_those_of_pytorch(layers, shape):
    network, optimizer = (
        Network(layers, seed=1, dtype="float64", input_shape=shape),
        SGD(lr=0.2, momentum=0.9),
    )
    module = network.to_torch()
    own = torch.optim.SGD(module.parameters(), lr=0.2, momentum=0.9)
    rows = 3 * batches()
    engine = CompiledEngine(Objective(network, CrossEntropyLoss()), optimizer)
    engine.batch_size = BATCH
    take(engine, optimizer, rows, shape)
    x, y = map(torch.from_numpy, data(shape))
    for each in rows:
        own.zero_grad()
        torch.nn.functional.cross_entropy(module(x[each]), y[each]).backward()
        own.step()
    state = network.state_dict()
    assert len(state) == (15 if layers is LAYERS else 20)
    for name, expected in module.state_dict().items():
        np.testing.assert_allclose(state[name], expected.numpy(), rtol=1e-11, atol=1e-12, err_msg=name)


def test_a_batch_of_one_row_is_refused_as_by_numpy_after_the_steps_before_it():
    refused = dict[str, str]()
    networks = list[Network]()
    for kind in (CompiledEngine, NumpyEngine):
        network, optimizer = Network(LAYERS, seed=1, dtype="float64"), SGD(lr=0.2, momentum=0.9)
        engine = kind(Objective(network, CrossEntropyLoss()), optimizer)
        engine.batch_size = BATCH
        x, y = data()
        networks.append(network)
        for rows in batches()[:2]:
            engine.step(x[rows], y[rows], Context(training=True), optimizer)
        with pytest.raises(ShapeError) as error:
            engine.step(x[:1], y[:1], Context(training=True), optimizer)
        refused[kind.name] = str(error.value)
        assert engine.t == 2
    assert refused["compiled"] == refused["numpy"]
    for name, expected in networks[1].state_dict().items():
        np.testing.assert_allclose(networks[0].state_dict()[name], expected, rtol=1e-12, atol=1e-13)


def test_steps_before_a_batch_of_one_row_are_taken_in_one_block():
    network, optimizer = Network(LAYERS, seed=1, dtype="float64"), SGD(lr=0.2, momentum=0.9)
    engine = CompiledEngine(Objective(network, CrossEntropyLoss()), optimizer)
    engine.batch_size = BATCH
    x, y = data()
    take(engine, optimizer, batches()[:1])  # where momentum begins, the rule is another one
    rows = [*batches()[:2], np.arange(1)]
    done = engine.steps(x, y, rows, Context(training=True), optimizer, [16.0, 16.0, 1.0])
    assert done is not None
    assert (done.taken, len(done.values)) == (2, 2)
    assert engine.steps(x, y, rows[2:], Context(training=True), optimizer, [1.0]) is None
    assert network.buffers["1.num_batches_tracked"] == 3


def test_a_single_image_is_normalized_over_its_positions():
    x, y = data((2, 6, 6))
    states = list[dict[str, np.ndarray]]()
    for kind in (CompiledEngine, NumpyEngine):
        network = Network(IMAGES, seed=1, dtype="float64", input_shape=(2, 6, 6))
        optimizer = SGD(lr=0.1)
        engine = kind(Objective(network, CrossEntropyLoss()), optimizer)
        engine.batch_size = BATCH
        if kind is CompiledEngine:
            done = engine.steps(x, y, [np.arange(1)], Context(training=True), optimizer, [1.0])
            assert done is not None
            assert done.taken == 1
        else:
            engine.step(x[:1], y[:1], Context(training=True), optimizer)
        states.append(network.state_dict())
    for name, expected in states[1].items():
        np.testing.assert_allclose(states[0][name], expected, rtol=1e-12, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_callback_sees_the_running_statistics_after_every_epoch(engine):
    x, y = data()
    dataset = Dataset(x, y, "classification", "numbers", ("a", "b", "c"))
    network, seen = Network(LAYERS, seed=1, dtype="float64"), list[int]()

    class Look(Callback):
        def epoch_end(self, state):
            seen.append(int(network.buffers["1.num_batches_tracked"]))

    trainer = Trainer(
        network, CrossEntropyLoss(), SGD(lr=0.2, momentum=0.9), engine=engine, seed=2, callbacks=[Look()]
    )
    trainer.fit(dataset, epochs=3, batch_size=BATCH)
    assert seen == [4, 8, 12]


@pytest.mark.parametrize(
    ("layers", "shape", "name"),
    [
        ([Conv2d(1, 2, 3), GroupNorm(1, 2), Flatten(), Linear(32, 4)], (1, 6, 6), "GroupNorm"),
        ([Linear(3, 2), PBLD(2), Linear(8, 4)], (3,), "PBLD"),
    ],
)
def test_what_is_not_compiled_is_executed_by_numpy(layers, shape, name, caplog):
    caplog.set_level("INFO", "gradiente")
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(8, *shape)), generator.random((8, 4))
    states = list[dict[str, np.ndarray]]()
    for kind in (CompiledEngine, NumpyEngine):
        network, optimizer = Network(layers, seed=1, dtype="float64", input_shape=shape), SGD(lr=0.1)
        kind(Objective(network, MSELoss()), optimizer).step(x, y, Context(training=True), optimizer)
        states.append(network.state_dict())
    assert name in caplog.text
    for name, expected in states[1].items():
        np.testing.assert_allclose(states[0][name], expected, rtol=1e-12, atol=1e-13)
