"""Upsample beyond the contract of all layers: infinite entries, bad options, where PyTorch contradicts itself."""

import inspect

import numpy as np
import pytest
import torch

from gradiente import ArgumentError, Context, Network, ShapeError, Upsample


def test_arguments_stand_where_pytorch_has_them():
    ours, theirs = (inspect.signature(kind).parameters.values() for kind in (Upsample, torch.nn.Upsample))
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


def test_factors_are_floats_as_in_pytorch():
    layer = Upsample(scale_factor=[2, np.float32(1.5)])  # pyright: ignore[reportArgumentType]
    assert repr(layer.scale_factor) == "(2.0, 1.5)"
    assert Upsample(None, 2).scale_factor == torch.nn.Upsample(None, 2).scale_factor


def test_the_factor_that_is_given_counts_not_the_ratio_of_the_sizes():
    x = np.arange(4.0)[None, None]
    by_factor, by_size = Upsample(scale_factor=1.7, mode="linear"), Upsample(6, mode="linear")
    assert by_factor.output_shape((1, 4)) == by_size.output_shape((1, 4)) == (1, 6)
    y, other = (layer.forward({}, x, Context())[0] for layer in (by_factor, by_size))
    np.testing.assert_allclose(y[0, 0], np.clip((np.arange(6) + 0.5) / 1.7 - 0.5, 0, 3), rtol=1e-14)
    assert not np.allclose(y, other)


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_the_nearest_entry_alone_is_passed_on(mode):
    x = np.random.default_rng(0).choice([-np.inf, np.nan, 1.0, np.inf], (2, 3, 5, 4))
    for layer in (Upsample(scale_factor=(2, 1.5), mode=mode), Upsample((3, 7), mode=mode)):
        y, _ = layer.forward({}, x, Context())
        np.testing.assert_array_equal(y, layer.to_torch()(torch.tensor(x)).numpy())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either size or scale_factor; got size=None and scale_factor=None"),
        ({"size": 2, "scale_factor": 2}, "either size or scale_factor"),
        ({"scale_factor": 2, "mode": "biliner"}, "did you mean bilinear"),
        ({"size": 4, "mode": "area"}, "mode cannot be 'area'"),
        ({"scale_factor": 2, "align_corners": False}, 'mode="nearest" has no corners'),
        ({"scale_factor": 2, "mode": "linear", "align_corners": 1}, "align_corners is True or False"),
        ({"size": 0}, "size must be a whole number ≥ 1"),
        ({"size": (2, 2.5)}, "size must be a whole number ≥ 1"),
        ({"scale_factor": 0}, "scale_factor must be a number > 0"),
        ({"scale_factor": 2, "mode": ["nearest"]}, "mode"),
        ({"scale_factor": (2, -1)}, "scale_factor must be a number > 0"),
        ({"scale_factor": "2"}, "scale_factor must be a number > 0"),
        ({"scale_factor": float("nan")}, "scale_factor must be a number > 0"),
        ({"scale_factor": 2, "recompute_scale_factor": True}, "no recompute_scale_factor=True"),
    ],
)
def test_bad_hyperparameters(options, message):
    with pytest.raises(ArgumentError, match=message):
        Upsample(**options)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            Upsample(size=4, mode="linear"),
            (3, 5, 5),
            r'"linear"\) expected x of shape \(batch, channels, length\)',
        ),
        (Upsample(size=4, mode="bilinear"), (3, 5), r"channels, height, width\); got \(batch, 3, 5\)"),
        (Upsample(size=4), (3,), r"length\), \(batch, channels, height, width\), .*depth"),
        (
            Upsample(size=(4, 4)),
            (3, 5),
            r"size = \(4, 4\) must have one number for each of the 1 spatial axes",
        ),
        (Upsample(scale_factor=(2, 2)), (3, 5, 5, 5), r"scale_factor = \(2\.0, 2\.0\) must have"),
        (Upsample(scale_factor=0.3), (3, 9, 3), "leaves nothing of an axis of 3 entries"),
        (Upsample(scale_factor=2), (3, 0, 3), "axis without entries"),
    ],
)
def test_bad_shapes(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        Network([layer], input_shape=shape)
    with pytest.raises(ShapeError):
        layer.forward({}, np.zeros((2, *shape)), Context())


@pytest.mark.parametrize(
    ("mode", "factor", "shape"),
    [("nearest", 1.1, (1, 1, 4)), ("nearest", 2.2, (1, 1, 4)), ("bicubic", 1.1, (1, 1, 4, 4))],
)
def test_where_pytorch_contradicts_itself_is_refused(mode, factor, shape):
    module = torch.nn.Upsample(scale_factor=factor, mode=mode)
    x = torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    assert not torch.autograd.gradcheck(module, x, raise_exception=False)
    with pytest.raises(ShapeError, match="Give size instead"):
        Upsample(scale_factor=factor, mode=mode).output_shape(shape[1:])


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_no_instances(mode):
    net = Network([Upsample(scale_factor=2, mode=mode)])
    y, caches = net.forward(np.zeros((0, 3, 4, 5)))
    dx = net.backward(caches, y, input_gradient=True)
    assert y.shape == (0, 3, 8, 10)
    assert dx is not None
    assert dx.shape == (0, 3, 4, 5)
