"""Layer normalization beyond the contract of all layers: the axes it normalizes, nearly equal numbers, bad input."""

import numpy as np
import pytest
import torch

from gradiente import ArgumentError, Context, LayerNorm, Network, ShapeError


def test_every_place_comes_out_with_mean_0_and_variance_1():
    x = np.random.default_rng(0).normal(5, 3, (7, 4, 6, 5))
    y, _ = LayerNorm((6, 5), elementwise_affine=False).forward({}, x, Context())
    np.testing.assert_allclose(y.mean(axis=(2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(2, 3)), 1, rtol=1e-4)


def test_one_axis_is_written_in_one_way_and_several_equal_ones_stay_several():
    assert LayerNorm(5) == LayerNorm((5,)) == LayerNorm([np.int64(5)])  # pyright: ignore[reportArgumentType]
    assert LayerNorm(5).normalized_shape == 5
    assert LayerNorm([3, 3]) == LayerNorm((3, 3)) != LayerNorm(3)  # pyright: ignore[reportArgumentType]
    assert LayerNorm((3, 3)).parameters()["bias"].shape == (3, 3)
    assert LayerNorm(5, 0.1, False, False) == LayerNorm(5, eps=0.1, elementwise_affine=False)


def test_equal_numbers_are_their_mean():
    x = np.full((3, 7), 1e4, np.float32)
    y, cache = LayerNorm(7, elementwise_affine=False).forward({}, x, Context())
    np.testing.assert_array_equal(y, 0)
    dy = np.arange(21, dtype=np.float32).reshape(3, 7)
    dx = LayerNorm(7, elementwise_affine=False).input_gradient({}, cache, dy)
    np.testing.assert_allclose(dx, (dy - dy.mean(axis=1, keepdims=True)) / 1e-5**0.5, rtol=1e-6)


def test_the_gradients_of_a_million_rows_keep_their_digits():
    generator = np.random.default_rng(0)
    x = generator.normal(3, 2, (1_000_000, 3)).astype(np.float32)
    dy = np.full(x.shape, 0.1, np.float32)
    layer = LayerNorm(3)
    computed = []
    for dtype in (np.float32, np.float64):
        parameters = {"weight": np.ones(3, dtype), "bias": np.zeros(3, dtype)}
        _, cache = layer.forward(parameters, x.astype(dtype), Context())
        computed.append(layer.backward(parameters, cache, dy.astype(dtype))[1])
    for name, exact in computed[1].items():
        np.testing.assert_allclose(computed[0][name], exact, atol=1e-6 * np.abs(exact).max())


@pytest.mark.parametrize("shape", [(0, 4), (0, 2, 4), (3, 0, 4)])
def test_of_nothing_comes_nothing(shape):
    parameters = {"weight": np.ones(4), "bias": np.zeros(4)}
    y, cache = LayerNorm(4).forward(parameters, np.empty(shape), Context())
    assert y.shape == torch.nn.LayerNorm(4)(torch.empty(shape)).shape
    dx, gradients = LayerNorm(4).backward(parameters, cache, np.empty(shape))
    assert dx.shape == shape
    assert not any(gradient.any() for gradient in gradients.values())


@pytest.mark.parametrize("value", [0, (), (3, 0), 2.0, "5", (3, 2.0), True, None])
def test_bad_shapes(value):
    with pytest.raises(ArgumentError, match="normalized_shape must be the last axes"):
        LayerNorm(value)  # pyright: ignore[reportArgumentType]


def test_bad_arguments():
    with pytest.raises(ArgumentError, match="eps"):
        LayerNorm(5, eps=-1)
    with pytest.raises(ArgumentError, match="bias is True or False"):
        LayerNorm(5, bias=None)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("shape", [(6,), (5, 4), (3,)])
def test_other_shapes(shape):
    with pytest.raises(ShapeError, match=r"LayerNorm\(5\).*batch.*last axes"):
        Network([LayerNorm(5)], input_shape=shape)


def test_the_batch_is_none_of_the_axes():
    with pytest.raises(ShapeError, match="behind the batch"):
        LayerNorm((3, 4)).forward({}, np.ones((3, 4)), Context())


def test_the_formulas_have_the_terms_of_the_options():
    plain = LayerNorm(5, elementwise_affine=False)
    assert r"\gamma" not in plain.equation_with() + plain.derivative_with("x")
    assert plain.equation_with() == r"Y_i = \frac{X_i - \mu_i}{\sqrt{\sigma_i^2 + \varepsilon}}"
    assert LayerNorm(5, bias=False).equation_with().endswith(r"Y_i = \gamma \odot \hat{X}_i")
    assert LayerNorm(5).equation_with(training=False) == LayerNorm.equation
    assert LayerNorm(5).derivative_with("x", training=False) == LayerNorm.derivative["x"]
