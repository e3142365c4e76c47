from dataclasses import replace

import numpy as np
import pytest
import torch

from gradiente import (
    SGD,
    Adam,
    ArgumentError,
    CrossEntropyLoss,
    DivergenceError,
    Linear,
    Network,
    Tanh,
    course,
)
from gradiente.data import load
from gradiente.parity import DEFAULTS, TrainingSetup, follow
from gradiente.parity.trajectory import compare_networks
from gradiente.training.build import plan

from . import broken


def tiny(**changed):
    generator = np.random.default_rng(0)
    network = Network([Linear(5, 7), Tanh(), Linear(7, 3)], seed=1, dtype="float64")
    x, y = generator.normal(size=(40, 5)), generator.integers(3, size=40)
    given = {"network": network, "loss": CrossEntropyLoss(), "optimizer": Adam(lr=0.01), "data": None}
    return TrainingSetup(**{**given, "x": x, "y": y, "batch_size": 16, **changed})


@pytest.mark.parametrize("config", DEFAULTS, ids=["dense", "convolutional"])
def test_200_steps_of_adam_agree_in_every_weight(config):
    train, _ = load(config.data.name)
    done = follow(TrainingSetup.of(plan(config.changed(dtype="float64"), train), train))
    assert done.steps == 200
    assert done.passed, done.worst
    assert done.worst[1].relative <= 1e-9
    assert done.losses[-1, 0] < 0.25 * done.losses[0, 0]
    np.testing.assert_allclose(done.losses[:, 0], done.losses[:, 1], rtol=1e-9)


@pytest.mark.parametrize(
    "rule",
    [SGD(lr=0.1, momentum=0.9), course.Momentum(), course.Nesterov(), course.Adam(lr=0.01)],
    ids=lambda rule: type(rule).__name__,
)
def test_other_rules_agree_too(rule):
    done = follow(tiny(optimizer=rule), 60)
    assert done.passed, done.worst


def test_its_weights_are_those_of_a_loop_in_pytorch():
    """The same batches through modules of PyTorch's own, written here; and both are what `differences` says."""
    start = tiny()
    done = follow(start, 25)
    module = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 3)).double()
    module.load_state_dict({name: torch.tensor(value) for name, value in start.network.state_dict().items()})
    optimizer = torch.optim.Adam(module.parameters(), lr=0.01)
    batches, losses = start.batches(), []
    for _ in range(25):
        x, y, _ = next(batches)
        loss = torch.nn.functional.cross_entropy(module(torch.tensor(x)), torch.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(done.losses[:, 1], losses, rtol=1e-12)
    weights = module.state_dict()
    for entry in done.differences:
        expected = weights[entry.quantity][entry.entry].item()
        assert entry.pytorch == pytest.approx(expected, rel=1e-9)
        assert entry.closed_form == pytest.approx(expected, rel=1e-9)


def test_every_weight_and_statistic_is_compared_after_every_step():
    done = follow(tiny(), 9)
    assert {entry.quantity for entry in done.differences} == set(tiny().network.parameters)
    assert len(done.drift) == len(done.losses) == 9
    assert done.drift[-1] == max(done.differences, key=lambda entry: entry.relative)
    step, worst = done.worst
    assert worst == done.drift[step - 1]
    assert worst.relative == max(entry.relative for entry in done.drift)
    assert "on both" in done.outcome()
    assert (
        f"{done.place(worst)} after step {step} differs most: relative difference {worst.size()}"
        in done.outcome()
    )


def test_small_weights_are_measured_against_a_hundredth_of_the_largest():
    one, other = (Network([Linear(3, 1)], dtype="float64") for _ in range(2))
    one.theta[...] = [2.0, 1e-8, 0.5, 0.0]
    other.theta[...] = [2.0, 2e-8, 0.5 + 1e-7, 0.0]
    weight, bias = compare_networks(one, other)
    assert (weight.entry, bias.relative) == ((0, 1), 0)  # 10⁻⁸ of 0.02 is more than 10⁻⁷ of 0.5
    assert weight.relative == pytest.approx(1e-8 / 2e-2)
    one.theta[1] = 2e-8
    weight, _ = compare_networks(one, other)
    assert (weight.entry, weight.relative) == ((0, 2), pytest.approx(2e-7, rel=1e-6))


@pytest.mark.parametrize(
    ("wrong", "bad"),
    [
        ({"optimizer": broken.WrongSGD(lr=0.1)}, 1e-9),
        ({"network": Network([Linear(5, 7), broken.WrongTanh(), Linear(7, 3)])}, 1e-2),
    ],
    ids=["rule", "layer"],
)
def test_what_is_wrong_drifts(wrong, bad):
    done = follow(tiny(**wrong), 20)
    assert not done.passed
    assert done.worst[1].relative > bad
    assert "in PyTorch" in done.outcome()


def test_a_loss_that_is_not_finite_ends_it():
    with pytest.raises(DivergenceError, match="learning rate 1e"):
        follow(tiny(optimizer=SGD(lr=1e308)), 20)


def test_what_cannot_be_followed():
    with pytest.raises(ArgumentError, match="at least 1, got 0"):
        follow(tiny(), 0)
    with pytest.raises(ArgumentError, match=r"whole number.*got 2\.5"):
        follow(tiny(), 2.5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="nothing to train"):
        follow(tiny(network=Network([Tanh()], input_shape=(5,))), 1)
    frozen = tiny().network
    frozen.freeze(0, 2)
    with pytest.raises(ArgumentError, match="nothing to train"):
        follow(replace(tiny(), network=frozen), 1)
