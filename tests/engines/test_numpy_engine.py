import math

import numpy as np
import pytest
import torch

from gradiente import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    ArgumentError,
    BCELoss,
    BCEWithLogitsLoss,
    Context,
    CrossEntropyLoss,
    Linear,
    MSELoss,
    MSLELoss,
    NAdam,
    Network,
    RAdam,
    RMSprop,
    Sigmoid,
    Tanh,
    course,
)
from gradiente.clip import Clip
from gradiente.engines import NumpyEngine, numpy_engine
from gradiente.objective import Objective

INPUTS, OUTPUTS, BATCH = 5, 3, 7
TRAINING = Context(training=True)

optimizers = pytest.mark.parametrize(
    "optimizer",
    [
        SGD(lr=0.01),
        SGD(lr=0.002, momentum=0.9, dampening=0.2, weight_decay=0.01),
        SGD(lr=0.003, momentum=0.9, nesterov=True),
        Adagrad(lr=0.05),
        Adadelta(lr=1.0),
        RMSprop(lr=0.01),
        Adam(lr=0.01),
        AdamW(lr=0.01),
        Adamax(lr=0.01),
        NAdam(lr=0.01),
        RAdam(lr=0.01),
    ],
    ids=lambda optimizer: f"{type(optimizer).__name__}-{optimizer.lr}",
)
losses = pytest.mark.parametrize(
    "loss",
    [
        MSELoss(),
        MSELoss(reduction="sum"),
        MSLELoss(),
        BCELoss(),
        BCEWithLogitsLoss(),
        CrossEntropyLoss(),
    ],
    ids=lambda loss: f"{type(loss).__name__}-{loss.reduction}",
)


def network(loss=None, dtype="float64", hidden=6):
    last = [Sigmoid()] if isinstance(loss, BCELoss | MSLELoss) else []
    layers = [Linear(INPUTS, hidden), Tanh(), Linear(hidden, OUTPUTS), *last]
    return Network(layers, seed=1, dtype=dtype)


def batches(loss, count):
    """As many batches, the last of them shorter, with targets that the loss takes."""
    generator = np.random.default_rng(2)
    for step in range(count):
        rows = BATCH if step < count - 1 else 3
        x = generator.normal(size=(rows, INPUTS))
        y = generator.random((rows, OUTPUTS))
        yield x, generator.integers(0, OUTPUTS, rows) if loss.is_multiclass else y


def torch_module(net):
    """The same network in PyTorch."""
    module = torch.nn.Sequential(*(layer.to_torch() for layer in net.layers)).double()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in net.state_dict().items()})
    return module


def agrees(net, module):
    for name, value in module.state_dict().items():
        np.testing.assert_allclose(net.parameters[name], value.numpy(), rtol=0, atol=1e-10)


@optimizers
@losses
def test_a_hundred_steps_equal_pytorch(loss, optimizer):
    net = network(loss)
    module, torch_loss = torch_module(net), loss.to_torch()
    engine = NumpyEngine(Objective(net, loss), optimizer)
    torch_optimizer = optimizer.to_torch(module.parameters())
    for step, (x, y) in enumerate(batches(loss, 100)):
        value, _, prediction = engine.step(x, y, TRAINING, optimizer)
        torch_optimizer.zero_grad()
        torch_prediction = module(torch.from_numpy(x))
        torch_value = torch_loss(torch_prediction, torch.from_numpy(y))
        torch_value.backward()
        torch_optimizer.step()
        assert value == pytest.approx(torch_value.item(), abs=1e-10)
        np.testing.assert_allclose(prediction, torch_prediction.detach().numpy(), rtol=0, atol=1e-10)
        if step == 0:
            agrees(net, module)
    agrees(net, module)
    assert engine.state().t == 100


@pytest.mark.parametrize(
    "optimizer", [SGD(lr=0.1, momentum=0.9), Adam(amsgrad=True), RMSprop(centered=True), course.Nesterov()]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("block", [1, 7, 57, 10_000])
def test_an_update_in_blocks_is_the_rule_on_the_whole_array(optimizer, dtype, block, monkeypatch):
    monkeypatch.setattr(numpy_engine, "BLOCK", block)
    net = network(dtype=dtype)
    theta, slots = net.theta.copy(), optimizer.initial_slots(net.theta)
    engine = NumpyEngine(Objective(net, MSELoss()), optimizer)
    for t, (x, y) in enumerate(batches(MSELoss(), 5), start=1):
        engine.step(x, y, TRAINING, optimizer)
        theta, slots = optimizer.rule(theta, net.gradient.copy(), slots, t)
        state = engine.state()
        np.testing.assert_array_equal(state.theta, theta, strict=True)
        assert state.slots.keys() == slots.keys()
        for name, slot in slots.items():
            np.testing.assert_array_equal(state.slots[name], slot, strict=True)


def test_a_network_larger_than_a_block_as_it_comes():
    optimizer, net = Adam(), network(dtype="float32", hidden=4000)
    assert net.theta.size > numpy_engine.BLOCK
    theta, slots = net.theta.copy(), optimizer.initial_slots(net.theta)
    engine = NumpyEngine(Objective(net, MSELoss()), optimizer)
    for t, (x, y) in enumerate(batches(MSELoss(), 2), start=1):
        engine.step(x, y, TRAINING, optimizer)
        theta, slots = optimizer.rule(theta, net.gradient.copy(), slots, t)
    np.testing.assert_array_equal(net.theta, theta)


def clipped(clip, scale):
    """The gradient of one step under a clip, and the parameters of the torch module with theirs."""
    loss = MSELoss(reduction="sum")
    net = network()
    module = torch_module(net)
    x, y = next(batches(loss, 2))
    NumpyEngine(Objective(net, loss, clip=clip), SGD(lr=0.0)).step(scale * x, y, TRAINING, SGD(lr=0.0))
    loss.to_torch()(module(torch.from_numpy(scale * x)), torch.from_numpy(y)).backward()
    return net.gradient, list(module.parameters())


def flat(parameters):
    return torch.cat([parameter.grad.flatten() for parameter in parameters]).numpy()


@pytest.mark.parametrize("bound", [1e-3, 0.5, 1e3])
def test_clipping_by_value_is_pytorchs(bound):
    gradient, parameters = clipped(Clip(value=bound), scale=3)
    torch.nn.utils.clip_grad_value_(parameters, bound)
    np.testing.assert_allclose(gradient, flat(parameters), rtol=0, atol=1e-12)


@pytest.mark.parametrize("bound", [1e-3, 0.5, 1e3])
def test_clipping_by_norm_is_pytorchs(bound):
    gradient, parameters = clipped(Clip(norm=bound), scale=3)
    length = torch.nn.utils.clip_grad_norm_(parameters, bound).item()
    np.testing.assert_allclose(gradient, flat(parameters), rtol=0, atol=1e-12)
    assert np.linalg.norm(gradient) == pytest.approx(min(length, bound), rel=1e-6)


def test_clipping_by_both_cuts_the_entries_first():
    gradient, parameters = clipped(Clip(norm=0.1, value=0.05), scale=3)
    torch.nn.utils.clip_grad_value_(parameters, 0.05)
    length = torch.nn.utils.clip_grad_norm_(parameters, 0.1).item()
    assert length > 0.1
    np.testing.assert_allclose(gradient, flat(parameters), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["norm", "value"])
@pytest.mark.parametrize("bound", [0, -1.0, math.inf, math.nan, "1"])
def test_a_bound_that_cannot_be_is_refused(name, bound):
    with pytest.raises(ArgumentError, match=f"Clip.*{name}"):
        Clip(**{name: bound})


@pytest.mark.parametrize("poison", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_updates_nothing(poison):
    optimizer, net = Adam(), network()
    engine = NumpyEngine(Objective(net, MSELoss()), optimizer)
    steps = list(batches(MSELoss(), 4))
    for x, y in steps[:3]:
        engine.step(x, y, TRAINING, optimizer)
    before, gradient = engine.state(), net.gradient.copy()
    x, y = steps[3]
    value, _, _ = engine.step(x, np.full_like(y, poison), TRAINING, optimizer)
    assert not math.isfinite(value)
    same(engine.state(), before)
    np.testing.assert_array_equal(net.gradient, gradient)


@optimizers
def test_a_state_taken_back_is_continued_to_the_same_bits(optimizer):
    loss, steps = MSELoss(), list(batches(MSELoss(), 20))
    first = NumpyEngine(Objective(network(), loss), optimizer)
    for x, y in steps[:10]:
        first.step(x, y, TRAINING, optimizer)
    kept = first.state()
    other = NumpyEngine(Objective(Network(network().layers, seed=9, dtype="float64"), loss), optimizer)
    for x, y in steps[5:]:
        other.step(x, y, TRAINING, optimizer)
    other.load_state(kept)
    for x, y in steps[10:]:
        assert first.step(x, y, TRAINING, optimizer)[0] == other.step(x, y, TRAINING, optimizer)[0]
    same(first.state(), other.state())
    assert kept.t == 10  # the copy stays where it was taken
    assert not np.array_equal(kept.theta, first.network.theta)


def test_loading_a_state_keeps_the_views_of_the_network_and_shares_no_memory():
    net, optimizer = network(), Adam()
    engine = NumpyEngine(Objective(net, MSELoss()), optimizer)
    state = engine.state()
    state.theta[...] = 3
    engine.load_state(state)
    assert all((view == 3).all() for view in net.parameters.values())
    x, y = next(batches(MSELoss(), 2))
    engine.step(x, y, TRAINING, optimizer)
    assert (state.theta == 3).all()
    assert not any(slot.any() for slot in state.slots.values())


def test_predict_is_the_output_of_the_network():
    net = network()
    x, _ = next(batches(MSELoss(), 2))
    engine = NumpyEngine(Objective(net, MSELoss()), SGD())
    np.testing.assert_allclose(
        engine.predict(x), torch_module(net)(torch.from_numpy(x)).detach().numpy(), rtol=0, atol=1e-12
    )


def same(one, other):
    assert one.t == other.t
    np.testing.assert_array_equal(one.theta, other.theta, strict=True)
    assert one.slots.keys() == other.slots.keys()
    for name, slot in one.slots.items():
        np.testing.assert_array_equal(slot, other.slots[name], strict=True)
