"""Dropout beyond the contract of all layers: what is drawn, and that nothing is needed afterwards."""

import numpy as np
import pytest
import torch

from gradiente import (
    ArgumentError,
    Context,
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    MSELoss,
    Network,
    ShapeError,
    trace,
)
from gradiente.pytorch.dropout import Masks

CHANNELS = {Dropout1d: (3,), Dropout2d: (3, 3), Dropout3d: (2, 3, 2)}


def training(seed=0):
    return Context(training=True, generator=np.random.default_rng(seed))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_so_many_are_dropped_and_the_others_make_up_for_it(p):
    x = np.full((400, 500), 3.0)
    y, mask = Dropout(p).forward({}, x, training())
    np.testing.assert_allclose(np.unique(y), [0, 3 / (1 - p)], rtol=1e-12)
    assert np.mean(y == 0) == pytest.approx(p, abs=0.005)
    assert y.mean() == pytest.approx(3, abs=0.05)
    np.testing.assert_array_equal(y, x * mask)


@pytest.mark.parametrize("kind", CHANNELS)
def test_whole_channels_are_dropped(kind):
    y, mask = kind(0.5).forward({}, np.ones((200, 8, *CHANNELS[kind])), training())
    assert mask is not None
    assert mask.shape == (200, 8, *(1,) * len(CHANNELS[kind]))
    channels = y.reshape(200, 8, -1)
    np.testing.assert_array_equal(channels.min(axis=2), channels.max(axis=2))
    assert set(np.unique(channels)) == {0, 2}
    assert np.mean(channels == 0) == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("kind", [Dropout, Dropout2d])
def test_the_same_generator_draws_the_same_and_another_draws_another(kind):
    layer, x = kind(0.5), np.ones((4, 8, 3, 3))
    first, second, other = (layer.forward({}, x, training(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_when_not_training_nothing_happens():
    x = np.random.default_rng(0).normal(size=(3, 4))
    assert Network([Dropout(0.9)], dtype="float64").forward(x)[0].tolist() == x.tolist()


@pytest.mark.parametrize("kind", [Dropout, *CHANNELS])
def test_everything_is_dropped(kind):
    layer, x = kind(1.0), np.full((2, 3, *CHANNELS.get(kind, ())), 7.0)
    y, cache = layer.forward({}, x, training())
    module = layer.to_torch().train()
    leaf = torch.tensor(x, requires_grad=True)
    same = module(leaf)
    same.backward(torch.ones_like(same))
    assert leaf.grad is not None
    np.testing.assert_array_equal(y, same.detach())
    np.testing.assert_array_equal(layer.input_gradient({}, cache, np.ones_like(y)), leaf.grad)
    np.testing.assert_array_equal(layer.forward({}, x, Context())[0], module.eval()(leaf).detach())


def test_everything_is_dropped_in_a_trace_and_by_the_torch_engines_masks():
    step = trace(Network([Dropout(1.0)], dtype="float64"), MSELoss(), np.ones((3, 2)), np.ones((3, 2)))
    assert [step.entry(name, 1, 1).total for name in ("D[0]", "dX")] == [0, 0]
    assert step["D[0]"].formula == "D^{[0]} = 0"
    module = torch.nn.Sequential(torch.nn.Dropout(1.0)).train()
    Masks(module, torch.Generator().manual_seed(0))
    assert module(torch.ones(4, 5)).tolist() == [[0.0] * 5] * 4


@pytest.mark.parametrize("kind", [Dropout, *CHANNELS])
@pytest.mark.parametrize("p", [1.1, -0.1, 2, float("nan"), "half"])
def test_a_probability_out_of_range(kind, p):
    with pytest.raises(ArgumentError, match=r"p.*\[0, 1\]"):
        kind(p)


def test_a_training_without_a_generator_and_a_wrong_rank():
    with pytest.raises(ArgumentError, match="default_rng"):
        Dropout(0.5).forward({}, np.ones((2, 3)), Context(training=True))
    with pytest.raises(ShapeError, match="channels, height, width"):
        Dropout2d(0.5).forward({}, np.ones((2, 3)), training())
