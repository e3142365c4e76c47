"""Group normalization beyond the contract of all layers: between layer and instance normalization, bad input."""

import numpy as np
import pytest
import torch

from gradiente import ArgumentError, Context, GroupNorm, InstanceNorm2d, LayerNorm, Network, ShapeError


def test_one_group_is_a_layer_normalization_and_a_group_a_channel_an_instance_normalization():
    x = np.random.default_rng(0).normal(5, 3, (7, 4, 6, 5))
    for groups, same in ((1, LayerNorm((4, 6, 5), elementwise_affine=False)), (4, InstanceNorm2d(4))):
        y, cache = GroupNorm(groups, 4, affine=False).forward({}, x, Context())
        expected, expected_cache = same.forward({}, x, Context())
        np.testing.assert_allclose(y, expected, rtol=1e-12)
        dx = GroupNorm(groups, 4, affine=False).input_gradient({}, cache, x**2)
        np.testing.assert_allclose(dx, same.input_gradient({}, expected_cache, x**2), rtol=1e-9, atol=1e-12)


def test_a_single_value_has_no_variance():
    parameters = {"weight": np.ones(3), "bias": np.array([1.0, 2.0, 3.0])}
    with pytest.raises(ShapeError, match=r"\(1, 3\): one value per group.*fewer groups"):
        GroupNorm(3, 3).forward(parameters, np.ones((1, 3)), Context())
    with pytest.raises(ValueError, match="more than 1 value"):
        torch.nn.GroupNorm(3, 3)(torch.ones(1, 3))
    y, _ = GroupNorm(3, 3).forward(parameters, np.ones((2, 3)), Context())  # where PyTorch computes
    np.testing.assert_array_equal(y, [[1, 2, 3], [1, 2, 3]])


@pytest.mark.parametrize("shape", [(0, 4), (0, 4, 3), (2, 4, 0)])
def test_of_nothing_comes_nothing(shape):
    parameters = {"weight": np.ones(4), "bias": np.zeros(4)}
    y, cache = GroupNorm(2, 4).forward(parameters, np.empty(shape), Context())
    assert y.shape == torch.nn.GroupNorm(2, 4)(torch.empty(shape)).shape
    dx, gradients = GroupNorm(2, 4).backward(parameters, cache, np.empty(shape))
    assert dx.shape == shape
    assert not any(gradient.any() for gradient in gradients.values())


def test_the_arguments_stand_where_pytorchs_stand():
    assert GroupNorm(2, 4, 0.1, False) == GroupNorm(num_groups=2, num_channels=4, eps=0.1, affine=False)
    with pytest.raises(ArgumentError, match="bias"):
        GroupNorm(2, 4, 0.1, True, False)  # pyright: ignore[reportCallIssue]
    assert list(GroupNorm(2, 4, bias=False).parameters()) == ["weight"]


def test_bad_arguments():
    with pytest.raises(ArgumentError, match="num_groups = 3 does not divide num_channels = 4"):
        GroupNorm(3, 4)
    with pytest.raises(ArgumentError, match="num_groups must be a whole number"):
        GroupNorm(0, 4)
    with pytest.raises(ArgumentError, match="eps"):
        GroupNorm(2, 4, eps=-1)
    with pytest.raises(ShapeError, match=r"normalizes 4 channels.*\(batch, 6, 2\)"):
        Network([GroupNorm(2, 4)], input_shape=(6, 2))


def test_the_formulas_have_the_terms_of_the_options():
    plain = GroupNorm(2, 4, affine=False)
    assert r"\gamma" not in plain.equation_with() + plain.derivative_with("x")
    assert GroupNorm(2, 4, bias=False).equation_with().endswith(r"Y_{i,g} = \gamma_g \odot \hat{X}_{i,g}")
    assert GroupNorm(2, 4).equation_with() == GroupNorm.equation
    assert GroupNorm(2, 4).derivative_with("x") == GroupNorm.derivative["x"]
