"""Adaptive pools beyond the contract of all layers: global pooling, given windows, bad sizes, empty arrays."""

import inspect

import numpy as np
import pytest
import torch

from gradiente import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    ArgumentError,
    Context,
    Network,
    ShapeError,
)

every_kind = pytest.mark.parametrize(
    "kind",
    [
        *(AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d),
        *(AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d),
    ],
)


def test_one_window_is_global_pooling():
    x = np.random.default_rng(0).normal(size=(3, 4, 5, 6))
    means = AdaptiveAvgPool2d(1).forward({}, x, Context())[0]
    np.testing.assert_allclose(means, x.mean(axis=(2, 3), keepdims=True), atol=1e-15)
    largest = AdaptiveMaxPool2d(1).forward({}, x, Context())[0]
    np.testing.assert_array_equal(largest, x.max(axis=(2, 3), keepdims=True))


def test_neighbouring_windows_may_share_an_entry():
    x = np.array([[[1.0, 2.0, 4.0, 8.0, 16.0]]])
    means = AdaptiveAvgPool1d(2).forward({}, x, Context())[0]
    np.testing.assert_allclose(means, [[[7 / 3, 28 / 3]]], rtol=1e-15)
    layer = AdaptiveMaxPool1d(2)
    y, cache = layer.forward({}, x[..., ::-1], Context())
    assert y.tolist() == [[[16, 4]]]
    assert layer.input_gradient({}, cache, np.array([[[1.0, 10.0]]])).tolist() == [[[1, 0, 10, 0, 0]]]


@every_kind
def test_arguments_stand_where_pytorch_has_them(kind):
    theirs = inspect.signature(getattr(torch.nn, kind.__name__)).parameters.values()
    ours = inspect.signature(kind).parameters.values()
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


@every_kind
@pytest.mark.parametrize("size", [0, -1, 2.0, True, "3", (), (1, 1, 1, 1), (0, 2), [None, None, 1.5]])
def test_bad_sizes(kind, size):
    with pytest.raises(ArgumentError, match="output_size must be a whole number ≥ 1"):
        kind(size)


def test_none_keeps_an_axis_where_pytorch_takes_it():
    assert AdaptiveAvgPool2d(None).output_shape((3, 5, 7)) == (3, 5, 7)
    assert AdaptiveMaxPool3d([2, None, 1]).output_shape((3, 5, 7, 9)) == (3, 2, 7, 1)  # pyright: ignore[reportArgumentType]
    for kind in (AdaptiveAvgPool1d, AdaptiveMaxPool1d):
        with pytest.raises(ArgumentError, match="got None"):
            kind(None)
        with pytest.raises(TypeError):
            getattr(torch.nn, kind.__name__)((None,))(torch.ones(1, 1, 4))


def test_indices_are_not_returned():
    with pytest.raises(ArgumentError, match="AdaptiveMaxPool1d has no return_indices=True"):
        AdaptiveMaxPool1d(1, True)


@every_kind
def test_no_instances_and_no_entries(kind):
    shape = (3, *(4, 5, 2)[: kind.rank])
    net = Network([kind(2)])
    y, caches = net.forward(np.zeros((0, *shape)))
    dx = net.backward(caches, y, input_gradient=True)
    assert y.shape == (0, 3, *(2,) * kind.rank)
    assert dx is not None
    assert dx.shape == (0, *shape)
    with pytest.raises(ShapeError, match="axis without entries"):
        kind(2).forward({}, np.zeros((1, *shape[:-1], 0)), Context())
    with pytest.raises(ShapeError, match="channels first"):
        kind(2).forward({}, np.zeros((1, 3)), Context())


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("size", [2, 4, 7])
def test_only_windows_that_see_infinity_or_nan_pass_it_on(size, number):
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    x[0, 1, 1, 2] = x[1, 0, 3, 0] = number
    net = Network([AdaptiveAvgPool2d(size)], dtype="float64")
    given = torch.tensor(x, requires_grad=True)
    expected = net.to_torch()(given)
    y, caches = net.forward(x)
    np.testing.assert_allclose(y, expected.detach().numpy())
    expected.backward(expected.detach())
    assert given.grad is not None
    dx = net.backward(caches, y, input_gradient=True)
    assert dx is not None
    np.testing.assert_allclose(dx, given.grad.numpy())
