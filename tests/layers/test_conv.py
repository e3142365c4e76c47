"""Convolutions beyond the contract of all layers: against SciPy, their memory, their threads, bad hyperparameters."""

import tracemalloc

import numpy as np
import pytest
import torch
from scipy.signal import correlate
from threadpoolctl import threadpool_limits

from gradiente import (
    ArgumentError,
    Context,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose2d,
    Network,
    ReLU,
    ShapeError,
)
from gradiente.threads import CACHED_BYTES


def drawn(layer, dtype="float64", seed=0):
    generator = np.random.default_rng(seed)
    return {
        name: generator.normal(size=spec.shape).astype(dtype) for name, spec in layer.parameters().items()
    }


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(Conv1d(2, 3, 4), (2, 9)), (Conv2d(2, 3, (2, 4)), (2, 5, 9)), (Conv3d(2, 3, 2), (2, 4, 5, 3))],
    ids=lambda value: type(value).__name__,
)
def test_equals_the_cross_correlation_of_scipy(layer, shape):
    parameters = drawn(layer)
    x = np.random.default_rng(1).normal(size=(3, *shape))
    y, _ = layer.forward(parameters, x, Context())
    for image, channels in zip(y, x, strict=True):
        for channel, weight, bias in zip(image, parameters["weight"], parameters["bias"], strict=True):
            np.testing.assert_allclose(channel, correlate(channels, weight, "valid")[0] + bias, rtol=1e-10)


def test_an_edge_is_found_where_it_is():
    image = np.zeros((1, 1, 4, 6))
    image[..., 3:] = 1
    sobel = np.array([[[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]]])
    y, _ = Conv2d(1, 1, 3, bias=False).forward({"weight": sobel}, image, Context())
    np.testing.assert_array_equal(y[0, 0], [[0, 4, 4, 0], [0, 4, 4, 0]])


def test_two_threads_give_the_numbers_of_one():
    layer = Conv2d(8, 16, 3, padding=1)
    parameters = drawn(layer)
    x = np.random.default_rng(1).normal(size=(33, 8, 24, 24))
    dy = np.random.default_rng(2).normal(size=(33, 16, 24, 24))

    def everything():
        y, cache = layer.forward(parameters, x, Context())
        dx, gradients = layer.backward(parameters, cache, dy)
        return [y, dx, *gradients.values()]

    with threadpool_limits(1):
        alone = everything()
    with threadpool_limits(2):
        shared = everything()
    for one, two in zip(alone, shared, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-10, atol=1e-10)


def test_the_columns_of_a_whole_batch_are_never_held():
    layer = Conv2d(16, 16, 5, padding=2)
    parameters = drawn(layer, "float32")
    x = np.random.default_rng(1).normal(size=(64, 16, 28, 28)).astype("float32")
    columns_of_all = 25 * x.nbytes
    tracemalloc.start()
    y, cache = layer.forward(parameters, x, Context())
    layer.backward(parameters, cache, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    results = y.nbytes + x.nbytes  # y, ∂J/∂x
    assert peak < results + 2 * 4 * max(CACHED_BYTES, columns_of_all // 64)
    assert peak < columns_of_all / 4


def test_padding_in_words():
    assert Conv2d(1, 4, 3, padding="same", dilation=2).output_shape((1, 9, 7)) == (4, 9, 7)
    assert Conv2d(1, 4, (2, 4), padding="same", dilation=3).output_shape((1, 9, 7)) == (4, 9, 7)
    assert Conv2d(1, 4, (3, 5), padding="valid").output_shape((1, 9, 7)) == (4, 7, 3)


def test_an_odd_number_of_padding_has_one_more_behind():
    ramp = np.arange(1.0, 6.0).reshape(1, 1, 5)
    layer = Conv1d(1, 1, 4, padding="same", bias=False)
    for tap, expected in [(0, [0, 1, 2, 3, 4]), (3, [3, 4, 5, 0, 0])]:
        weight = np.zeros((1, 1, 4))
        weight[..., tap] = 1
        assert layer.forward({"weight": weight}, ramp, Context())[0][0, 0].tolist() == expected


@pytest.mark.parametrize(
    ("mode", "numpy_mode"), [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")]
)
def test_padding_that_copies_is_that_of_numpy(mode, numpy_mode):
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    layer, plain = Conv2d(3, 2, (5, 7), padding=(2, 3), padding_mode=mode), Conv2d(3, 2, (5, 7))
    padded = np.pad(x, ((0, 0), (0, 0), (2, 2), (3, 3)), mode=numpy_mode)
    y, _ = layer.forward(drawn(layer), x, Context())
    np.testing.assert_allclose(y, plain.forward(drawn(plain), padded, Context())[0], rtol=1e-12, atol=1e-12)
    assert r"\pi(s p + d t)" in layer.equation_with() + layer.derivative_with("x")
    assert r"\pi" not in plain.equation_with() + plain.derivative_with("x")


@pytest.mark.parametrize(
    ("mode", "most"),
    [("reflect", 3), ("circular", 4), ("replicate", 9)],
    ids=["reflect", "circular", "replicate"],
)
def test_padding_copies_no_more_than_there_is(mode, most):
    fits = Conv1d(1, 1, 2, padding=most, padding_mode=mode)
    assert fits.output_shape((1, 4)) == (1, 3 + 2 * most)
    layer = Conv1d(1, 1, 2, padding=most + 1, padding_mode=mode)
    if mode == "replicate":
        assert layer.output_shape((1, 4)) == (1, 5 + 2 * most)
        return
    message = rf'padding_mode="{mode}" copies at most {most} .* axis with 4; got a padding of {most + 1}'
    with pytest.raises(ShapeError, match=message):
        layer.output_shape((1, 4))


@pytest.mark.parametrize("shape", [(1_000_000, 3, 1, 1), (1, 3, 1000, 1000), (10_000, 3, 10, 10)], ids=str)
def test_the_bias_gradient_of_many_positions_keeps_its_digits_in_float32(shape):
    layer = Conv2d(1, 3, 1)
    x = np.zeros((shape[0], 1, *shape[2:]), np.float32)
    dy = np.full(shape, 0.1, np.float32)
    gradient = layer.backward(drawn(layer, "float32"), x, dy)[1]["bias"]
    exact = dy[0, 0, 0, 0].astype(np.float64) * 1_000_000
    twin = layer.to_torch()
    twin(torch.from_numpy(x)).backward(torch.from_numpy(dy))
    ours, theirs = (np.abs(found - exact).max() / exact for found in (gradient, twin.bias.grad.numpy()))
    assert ours <= min(1e-5, max(1e-7, 100 * theirs))


@pytest.mark.parametrize("layer", [Conv2d(2, 3, 3, padding=1), ConvTranspose2d(2, 3, 3)], ids=str)
def test_a_batch_of_nothing(layer):
    parameters = drawn(layer)
    y, cache = layer.forward(parameters, np.zeros((0, 2, 5, 4)), Context())
    assert y.shape == (0, *layer.output_shape((2, 5, 4)))
    dx, gradients = layer.backward(parameters, cache, y)
    assert dx.shape == (0, 2, 5, 4)
    for name, gradient in gradients.items():
        assert gradient.shape == parameters[name].shape
        assert not gradient.any()


@pytest.mark.parametrize("layer", [Conv2d(1, 1, 1, padding=1), ConvTranspose2d(1, 1, 5)], ids=str)
def test_an_image_of_nothing_is_an_error(layer):
    for shape in [(1, 0, 5), (1, 5, 0)]:
        with pytest.raises(ShapeError, match=r"axis without entries|larger inputs"):
            layer.output_shape(shape)
        with pytest.raises(ShapeError, match=r"axis without entries|larger inputs"):
            layer.forward(drawn(layer), np.zeros((2, *shape)), Context())


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((4, 6, 3), {"groups": 3}, r"groups = 3 does not divide in_channels = 4"),
        ((6, 4, 3), {"groups": 3}, r"groups = 3 does not divide out_channels = 4"),
        ((1, 4, 3), {"padding": "same", "stride": 2}, r"stride=1"),
        ((1, 4, 3), {"padding": "full"}, r'"same" or "valid"; got \'full\''),
        ((1, 4, 3), {"padding": -1}, r"padding must be a whole number ≥ 0"),
        ((1, 4, 0), {}, r"kernel_size must be a whole number ≥ 1"),
        ((1, 4, (3, 3, 3)), {}, r"or 2 of them"),
        ((1, 4, 3), {"stride": 0}, r"stride must be"),
        ((1, 4, 3), {"dilation": 1.5}, r"dilation must be"),
        ((0, 4, 3), {}, r"in_channels"),
        ((1, 4, 3), {"groups": 0}, r"groups"),
        ((1, 4, 3), {"padding_mode": "reflective"}, r"padding_mode cannot be 'reflective'.*reflect"),
    ],
)
def test_bad_hyperparameters(arguments, options, message):
    with pytest.raises(ArgumentError, match=message):
        Conv2d(*arguments, **options)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 4, 28), r"window spans 5 entries, and x has 4.*smaller kernel"),
        (
            (3, 28, 28),
            r"expected x of shape \(batch, 1, height, width\); got \(batch, 3, 28, 28\).*in_channels",
        ),
        ((28, 28), r"channels first; got \(batch, 28, 28\).*Unflatten"),
        ((784,), r"Unflatten"),
    ],
)
def test_bad_shapes_are_said_before_any_number_is_computed(shape, message):
    with pytest.raises(ShapeError, match=message):
        Network([Conv2d(1, 4, 5), ReLU()], input_shape=shape)
    with pytest.raises(ShapeError, match=message.replace("batch, 3", "2, 3").replace("batch, 28", "2, 28")):
        Network([Conv2d(1, 4, 5), ReLU()]).forward(np.zeros((2, *shape)))
