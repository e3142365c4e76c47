"""The layers of RealMLP: how they begin, what they are without what they add, and that PyTorch's tracer sees them."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from gradiente import (
    PBLD,
    SELU,
    Context,
    Linear,
    Network,
    NTKLinear,
    ParametricActivation,
    Residual,
    Scale,
    from_torch,
)

X = np.random.default_rng(0).normal(size=(400, 6))


def test_ntk_linear_is_a_linear_of_weights_divided_by_the_root_of_its_inputs():
    W, b = np.random.default_rng(1).normal(size=(3, 6)), np.arange(3.0)
    y, _ = NTKLinear(6, 3).forward({"weight": W, "bias": b}, X, Context())
    expected, _ = Linear(6, 3).forward({"weight": W / np.sqrt(6), "bias": b}, X, Context())
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)


def test_ntk_linear_begins_with_weights_of_size_1_whatever_its_width():
    for inputs in (16, 1024):
        net = Network([NTKLinear(inputs, 2000)], seed=1)
        module = NTKLinear(inputs, 2000).to_torch()
        for value in (*net.parameters.values(), *(p.detach().numpy() for p in module.parameters())):
            assert abs(value.mean()) < 0.1
            assert value.std() == pytest.approx(1, abs=0.1)


def test_scale_begins_as_the_identity():
    net = Network([Scale(6)], dtype="float64")
    np.testing.assert_array_equal(net.predict(X), X)


def test_a_parametric_activation_is_the_identity_at_0_and_the_activation_at_1():
    layer = ParametricActivation("SELU", 6)
    for part, expected in ((0.0, X), (1.0, SELU().forward({}, X, Context())[0])):
        y, _ = layer.forward({"weight": np.full(6, part)}, X, Context())
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-14)


def test_pbld_keeps_every_column_and_adds_waves_of_the_first_ones_alone():
    net = Network([PBLD(2, n_frequencies=5, others=4)], dtype="float64", seed=2)
    y = net.predict(X)
    np.testing.assert_array_equal(y[:, :6], X)
    others = X.copy()
    others[:, 2:] += 1
    np.testing.assert_array_equal(net.predict(others)[:, 6:], y[:, 6:])
    one = X.copy()
    one[:, 1] += 1
    np.testing.assert_array_equal(net.predict(one)[:, 6:9], y[:, 6:9])
    assert (net.predict(one)[:, 9:] != y[:, 9:]).all()


def test_pbld_begins_with_slow_waves_of_every_phase():
    own = Network([PBLD(400, frequency_scale=0.1)], seed=3).parameters
    assert own["0.frequency"].std() == pytest.approx(0.1, rel=0.05)
    assert np.abs(own["0.phase"]).max() <= np.pi
    assert own["0.phase"].std() == pytest.approx(
        np.pi / np.sqrt(3), rel=0.05
    )  # that of a uniform distribution
    assert np.abs(own["0.weight"]).max() <= 1 / 4


class Skipping(nn.Module):
    """A user's own module around modules of our layers."""

    def __init__(self):
        super().__init__()
        self.scale = Scale(6).to_torch()
        self.dense = NTKLinear(6, 6).to_torch()

    def forward(self, x):
        return x + torch.tanh(self.dense(self.scale(x)))


def test_modules_of_our_layers_come_back_from_a_module_of_ones_own():
    module = copy.deepcopy(Skipping())
    net = from_torch(module)
    (block,) = net.layers
    assert isinstance(block, Residual)
    assert block.layers[:2] == (Scale(6), NTKLinear(6, 6))
    x = X.astype(np.float32)
    expected = module(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(net.predict(x), expected, rtol=1e-5, atol=1e-6)
