"""Pools beyond the contract of all layers: hand-computed windows, ties, −∞ and NaN, bad hyperparameters."""

import inspect

import numpy as np
import pytest
import torch

from gradiente import (
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    ArgumentError,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    Context,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    Network,
    ShapeError,
)

X = np.array([[[[1.0, 5, 2, 0], [3, 4, 8, 1], [0, 1, 2, 3], [9, 0, 4, 4]]]])


def test_the_largest_and_the_mean_of_four():
    assert MaxPool2d(2).forward({}, X, Context())[0].tolist() == [[[[5, 8], [9, 4]]]]
    assert AvgPool2d(2).forward({}, X, Context())[0].tolist() == [[[[3.25, 2.75], [2.5, 3.25]]]]


def test_of_equal_numbers_the_first_gets_the_gradient():
    layer = MaxPool2d(2)
    _, cache = layer.forward({}, X, Context())
    dx = layer.input_gradient({}, cache, np.array([[[[1.0, 2], [3, 4]]]]))
    assert dx.tolist() == [[[[0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0]]]]


def test_windows_that_overlap_add_their_gradients():
    layer = MaxPool1d(2, stride=1)
    _, cache = layer.forward({}, np.array([[[1.0, 7, 2]]]), Context())
    assert layer.input_gradient({}, cache, np.array([[[10.0, 1]]])).tolist() == [[[0, 11, 0]]]


def test_nan_is_passed_on_so_that_a_divergence_is_seen():
    x = X.copy()
    x[0, 0, 1, 1] = np.nan
    assert np.isnan(MaxPool2d(2).forward({}, x, Context())[0][0, 0]).tolist() == [
        [True, False],
        [False, False],
    ]


@pytest.mark.parametrize(
    "layer",
    [
        *(MaxPool1d(2), MaxPool1d(3, 2, 1), MaxPool1d(4, 1, 2, 2)),
        *(MaxPool2d(2), MaxPool2d(3, 1, 1), MaxPool2d((1, 3), (2, 1), (0, 1), ceil_mode=True)),
        *(MaxPool3d(2), MaxPool3d((3, 2, 1), 2, (1, 0, 0), ceil_mode=True)),
        *(AdaptiveMaxPool1d(4), AdaptiveMaxPool2d((3, 4)), AdaptiveMaxPool3d((None, 1, 2))),
    ],
    ids=repr,
)
def test_windows_of_minus_infinity_and_nan_are_those_of_pytorch(layer):
    generator = np.random.default_rng(4)
    for values in ([-np.inf], [-np.inf, np.nan], [-np.inf, 0.0, 1.0, np.nan], [-np.inf, np.inf, 2.0]):
        x = generator.choice(values, (5, 3, *(7, 6, 5)[: layer.rank]))
        y, cache = layer.forward({}, x, Context())
        dy = generator.integers(1, 100, y.shape).astype(float)
        leaf = torch.tensor(x, requires_grad=True)
        expected = layer.to_torch()(leaf)
        expected.backward(torch.tensor(dy))
        assert leaf.grad is not None
        np.testing.assert_array_equal(y, expected.detach().numpy())
        np.testing.assert_array_equal(layer.input_gradient({}, cache, dy), leaf.grad.numpy())


@pytest.mark.parametrize("kind", [MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d])
def test_arguments_stand_where_pytorch_has_them(kind):
    theirs = inspect.signature(getattr(torch.nn, kind.__name__)).parameters.values()
    ours = inspect.signature(kind).parameters.values()
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


def test_options_that_are_not_here_are_named():
    with pytest.raises(ArgumentError, match="MaxPool2d has no return_indices=True"):
        MaxPool2d(2, return_indices=True)
    with pytest.raises(ArgumentError, match="AvgPool1d has no argument divisor_override"):
        AvgPool1d(2, divisor_override=3)  # pyright: ignore[reportCallIssue]
    with pytest.raises(ArgumentError, match="divisor_override must be a whole number of at least 1, got 0"):
        AvgPool2d(2, divisor_override=0)


@pytest.mark.parametrize("kind", [MaxPool2d, AvgPool2d])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, 2, 2), r"padding = 2 is more than half of kernel_size = 2"),
        ((2, 0), r"stride must be a whole number ≥ 1"),
        ((0,), r"kernel_size"),
        (((2, 2, 2),), r"or 2 of them"),
        ((2.0,), r"kernel_size"),
    ],
)
def test_bad_hyperparameters(kind, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        kind(*arguments)


def test_no_instances_and_a_window_over_the_end():
    for layer in (MaxPool2d(2), AvgPool2d(2)):
        net = Network([layer])
        y, caches = net.forward(np.zeros((0, 3, 4, 4)))
        dx = net.backward(caches, y, input_gradient=True)
        assert y.shape == (0, 3, 2, 2)
        assert dx is not None
        assert dx.shape == (0, 3, 4, 4)
    assert MaxPool2d(2, ceil_mode=True).output_shape((3, 1, 1)) == (3, 1, 1)


def test_bad_shapes():
    with pytest.raises(ShapeError, match="window spans 5 entries"):
        Network([MaxPool2d(5)], input_shape=(1, 4, 9))
    with pytest.raises(ShapeError, match=r"\(batch, channels, height, width\)"):
        MaxPool2d(2).forward({}, np.zeros((3, 28, 28)), Context())


def test_a_kernel_larger_than_a_volume_is_refused_as_by_pytorch():
    x = np.zeros((1, 1, 3, 3, 3))
    for layer in (AvgPool3d(4, 1, 1), AvgPool3d((1, 4, 1), 1, (0, 1, 0))):
        with pytest.raises(RuntimeError, match="smaller than kernel size"):
            layer.to_torch()(torch.tensor(x))
        with pytest.raises(ShapeError, match=r"AvgPool3d: kernel_size = .*spatial shape \(3, 3, 3\)"):
            layer.forward({}, x, Context())
        with pytest.raises(ShapeError, match="padding makes no room"):
            Network([layer], input_shape=x.shape[1:])
    assert AvgPool2d(4, 1, 1).output_shape((1, 3, 3)) == (1, 2, 2)


@pytest.mark.parametrize("layer", [MaxPool2d(2, 1, 1), AvgPool2d(2, 1, 1)])
def test_an_axis_without_entries(layer):
    with pytest.raises(ShapeError, match=r"axis without entries \(spatial shape \(0, 4\)\)"):
        layer.forward({}, np.zeros((2, 3, 0, 4)), Context())
