"""L1 and L2 against finite differences, hand-made terms in PyTorch, and PyTorch's weight_decay."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradiente import (
    L1,
    L2,
    SGD,
    Adam,
    AdamW,
    ArgumentError,
    BatchNorm1d,
    DivergenceError,
    Linear,
    MSELoss,
    Network,
    ReLU,
    Trainer,
)
from gradiente.data import Dataset
from gradiente.notation import parse, write
from gradiente.penalties import REGISTRY

every_penalty = pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
weights = arrays(np.float64, (3, 4), elements=st.floats(-5, 5).filter(lambda w: abs(w) > 1e-3))


def regression(instances=40):
    generator = np.random.default_rng(1)
    return Dataset(
        generator.normal(size=(instances, 6)), generator.normal(size=(instances, 2)), "regression", "some"
    )


def network(*, bias=False):
    return Network([Linear(6, 8, bias=bias), ReLU(), Linear(8, 2, bias=bias)], seed=2, dtype="float64")


def torch_module(net):
    module = torch.nn.Sequential(*(layer.to_torch() for layer in net.layers)).double()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in net.state_dict().items()})
    return module


def descend_in_torch(net, optimizer, data, epochs, term=lambda module: 0.0):
    """Whole-batch training of the torch module with a term of one's own in J; the values of J, and the parameters."""
    module = torch_module(net)
    rule = optimizer(module.parameters())
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    values = []
    for _ in range(epochs):
        rule.zero_grad()
        loss = torch.nn.functional.mse_loss(module(x), y) + term(module)
        loss.backward()
        rule.step()
        values.append(loss.item())
    return values, {name: value.numpy() for name, value in module.state_dict().items()}


@every_penalty
@given(weight=weights)
def test_gradient_is_the_derivative_of_the_value(kind, weight):
    penalty, step = kind(0.3), 1e-6
    for index in np.ndindex(weight.shape):
        above, below = weight.copy(), weight.copy()
        above[index] += step
        below[index] -= step
        expected = (penalty.value(above) - penalty.value(below)) / (2 * step)
        np.testing.assert_allclose(penalty.gradient(weight)[index], expected, rtol=1e-6, atol=1e-8)


def test_the_gradient_of_l1_at_zero_is_zero():
    assert L1(2.0).gradient(np.array([0.0, -0.0])).tolist() == [0, 0]


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_training_is_pytorchs_with_the_same_terms_in_j(engine):
    net, data = network(bias=True), regression()

    def term(module):
        own = [value for name, value in module.named_parameters() if name.endswith("weight")]
        return sum(0.02 * w.abs().sum() + 0.03 / 2 * (w**2).sum() for w in own)

    expected, parameters = descend_in_torch(net, lambda p: torch.optim.Adam(p, lr=0.01), data, 40, term)
    trainer = Trainer(net, MSELoss(), Adam(lr=0.01), penalties=[L1(0.02), L2(0.03)], engine=engine)
    history = trainer.fit(data, epochs=40, batch_size="all")
    np.testing.assert_allclose(history["loss"], expected, rtol=1e-10)
    for name, value in net.parameters.items():
        np.testing.assert_allclose(value, parameters[name], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD(lr=0.05, momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1)),
        (Adam(lr=0.01), lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1)),
    ],
    ids=["SGD", "Adam"],
)
def test_without_biases_l2_is_pytorchs_weight_decay_in_the_gradient(ours, theirs):
    net, data = network(), regression()
    _, parameters = descend_in_torch(net, theirs, data, 60)
    Trainer(net, MSELoss(), ours, penalties=[L2(0.1)]).fit(data, epochs=60, batch_size="all")
    for name, value in net.parameters.items():
        np.testing.assert_allclose(value, parameters[name], rtol=1e-8, atol=1e-10)


def test_in_adam_it_is_not_the_decay_of_adamw():
    data = regression()
    with_l2, decayed = network(), network()
    Trainer(with_l2, MSELoss(), Adam(lr=0.01), penalties=[L2(0.1)]).fit(data, epochs=60, batch_size="all")
    Trainer(decayed, MSELoss(), AdamW(lr=0.01, weight_decay=0.1)).fit(data, epochs=60, batch_size="all")
    assert np.abs(with_l2.theta - decayed.theta).max() > 0.05


def test_biases_scales_and_shifts_are_not_punished():
    net = Network([Linear(6, 8), BatchNorm1d(8), Linear(8, 2)], dtype="float64")
    before = net.state_dict()
    data = regression()
    trainer = Trainer(net, MSELoss(), SGD(lr=1e-3), penalties=[L2(100.0), L1(10.0)])
    expected = sum(
        50 * np.sum(before[n] ** 2) + 10 * np.abs(before[n]).sum() for n in ("0.weight", "2.weight")
    )
    history = trainer.fit(data, epochs=1, batch_size="all")
    assert history["penalty"] == [pytest.approx(expected)]
    assert np.linalg.norm(net.parameters["0.weight"]) < 0.95 * np.linalg.norm(before["0.weight"])
    assert np.abs(net.parameters["1.weight"] - 1).max() < 0.01


def test_the_history_says_how_much_of_the_loss_is_the_penalty():
    data = regression()
    plain = Trainer(network(), MSELoss(), SGD(lr=0.0)).fit(data, epochs=1, batch_size=7, validation=data)
    record = (
        Trainer(network(), MSELoss(), SGD(lr=0.0), penalties=[L1(0.5)])
        .fit(data, epochs=1, batch_size=7, validation=data)
        .records[0]
    )
    assert record["loss"] - record["penalty"] == pytest.approx(plain["loss"][0])
    assert record["val_loss"] == pytest.approx(plain["val_loss"][0])
    assert "penalty" not in plain.records[0]


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_penalty_that_overflows_updates_nothing_and_is_named(engine):
    net = Network([Linear(6, 2)])
    net.theta[...] = 3e19
    data = Dataset(np.zeros((40, 6), np.float32), np.zeros((40, 2)), "regression", "zeros")
    net.parameters["0.bias"][...] = 0
    before = net.state_dict()
    trainer = Trainer(net, MSELoss(), Adam(lr=0.1), penalties=[L2(0.1)], engine=engine)
    with pytest.raises(DivergenceError, match=r"the penalty overflows: the weights reach 3e\+19"):
        trainer.fit(data, epochs=1)
    assert all(np.array_equal(value, before[name]) for name, value in net.state_dict().items())


@pytest.mark.parametrize("penalties", [L2(0.1), ["L2(0.1)"], [L2]])
def test_what_is_no_list_of_penalties(penalties):
    with pytest.raises(ArgumentError, match="list of penalties"):
        Trainer(network(), MSELoss(), Adam(), penalties=penalties)


@every_penalty
def test_strengths_and_notation(kind):
    assert parse(write(kind(0.25), REGISTRY), REGISTRY) == kind(0.25)
    assert kind.equation
    assert kind.derivative
    for strength in (-0.1, float("nan"), float("inf"), "much"):
        with pytest.raises(ArgumentError, match="strength"):
            kind(strength)
