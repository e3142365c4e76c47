"""Transposed convolutions beyond the contract of all layers: against SciPy, adjoint, initial values, bad options."""

import numpy as np
import pytest
import torch
from scipy.signal import convolve
from torch.nn import init

from gradiente import (
    ArgumentError,
    Context,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    PyTorchDefault,
    ShapeError,
)


def drawn(layer, seed=0):
    generator = np.random.default_rng(seed)
    return {name: generator.normal(size=spec.shape) for name, spec in layer.parameters().items()}


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (ConvTranspose1d(2, 3, 4), (2, 9)),
        (ConvTranspose2d(2, 3, (2, 4)), (2, 5, 6)),
        (ConvTranspose3d(2, 3, 2), (2, 4, 2, 3)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_equals_the_full_convolution_of_scipy(layer, shape):
    parameters = drawn(layer)
    x = np.random.default_rng(1).normal(size=(3, *shape))
    y, _ = layer.forward(parameters, x, Context())
    for image, channels in zip(y, x, strict=True):
        for o, bias in enumerate(parameters["bias"]):
            parts = [convolve(channel, parameters["weight"][c, o]) for c, channel in enumerate(channels)]
            np.testing.assert_allclose(image[o], sum(parts) + bias, rtol=1e-10)


@pytest.mark.parametrize("geometry", [(3, 1, 0), (4, 2, 1), ((3, 5), (1, 3), (2, 1))])
def test_it_is_the_adjoint_of_a_convolution(geometry):
    """⟨conv(y), x⟩ = ⟨y, conv_transpose(x)⟩ with one and the same weight."""
    up, down = ConvTranspose2d(4, 6, *geometry, bias=False), Conv2d(6, 4, *geometry, bias=False)
    parameters, generator = drawn(up), np.random.default_rng(1)
    x = generator.normal(size=(3, 4, 6, 5))
    y = generator.normal(size=(3, *up.output_shape((4, 6, 5))))
    there, back = (layer.forward(parameters, given, Context())[0] for layer, given in ((down, y), (up, x)))
    assert np.vdot(there, x) == pytest.approx(np.vdot(y, back), rel=1e-10)


@pytest.mark.parametrize("side", [12, 13, 14])
def test_the_output_padding_gives_back_each_size_that_a_stride_makes_one(side):
    down = Conv2d(3, 8, 5, 3, 1)
    small = down.output_shape((3, side, side))
    assert small == (8, 4, 4)
    assert ConvTranspose2d(8, 3, 5, 3, 1, side - 12).output_shape(small) == (3, side, side)


@pytest.mark.parametrize(
    "layer",
    [ConvTranspose1d(4, 6, 5), ConvTranspose2d(8, 6, 3, groups=2), ConvTranspose3d(2, 5, (1, 2, 3))],
    ids=str,
)
def test_the_initial_values_have_the_bound_of_pytorch(layer):
    specs, module = layer.parameters(), layer.to_torch()
    fan_in, _ = init._calculate_fan_in_and_fan_out(module.weight)
    bound = fan_in**-0.5
    generator = np.random.default_rng(0)
    torch.manual_seed(0)
    for name, spec in specs.items():
        drawn = np.array([PyTorchDefault()(spec, generator) for _ in range(200)])
        theirs = []
        for _ in range(200):
            module.reset_parameters()
            theirs.append(getattr(module, name).detach().numpy().copy())
        for values in (drawn, np.array(theirs)):
            assert 0.95 * bound < np.abs(values).max() <= bound * (1 + 1e-6)
            assert values.std() == pytest.approx(bound / 3**0.5, rel=0.06)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((4, 6, 3), {"groups": 3}, r"groups = 3 does not divide in_channels = 4"),
        ((6, 4, 3), {"groups": 3}, r"groups = 3 does not divide out_channels = 4"),
        (
            (1, 4, 3),
            {"output_padding": 1},
            r"output_padding = 1 must be less than stride = 1 or dilation = 1",
        ),
        ((1, 4, 3), {"stride": 2, "output_padding": 2}, r"output_padding = 2 must be less than stride = 2"),
        ((1, 4, 3), {"stride": (3, 1), "output_padding": (1, 1)}, r"output_padding = \(1, 1\) must be less"),
        ((1, 4, 3), {"output_padding": -1}, r"output_padding must be a whole number ≥ 0"),
        ((1, 4, 3), {"padding": "same"}, r"padding must be a whole number ≥ 0, or 2 of them"),
        ((1, 4, 0), {}, r"kernel_size must be a whole number ≥ 1"),
        ((1, 4, (3, 3, 3)), {}, r"or 2 of them"),
        ((1, 4, 3), {"padding_mode": "reflect"}, r"no padding_mode='reflect': only padding_mode='zeros'"),
        ((0, 4, 3), {}, r"in_channels"),
        ((1, 4, 3), {"bias": 1}, r"bias is True or False"),
    ],
)
def test_bad_hyperparameters(arguments, options, message):
    with pytest.raises(ArgumentError, match=message):
        ConvTranspose2d(*arguments, **options)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 2, 7), r"\(2, 7\), y would have the shape \(-1, 4\).*Use less padding"),
        ((3, 7, 7), r"expected x of shape \(batch, 1, height, width\); got \(batch, 3, 7, 7\).*in_channels"),
        ((7, 7), r"channels first; got \(batch, 7, 7\)"),
    ],
)
def test_bad_shapes(shape, message):
    with pytest.raises(ShapeError, match=message):
        ConvTranspose2d(1, 4, 4, padding=3).output_shape(shape)
