"""Pools beyond the contract of all layers: hand-computed windows, ties, bad hyperparameters."""

import numpy as np
import pytest

from gradiente import ArgumentError, AvgPool2d, Context, MaxPool1d, MaxPool2d, Network, ShapeError

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
