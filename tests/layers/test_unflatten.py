import numpy as np
import pytest

from gradiente import ArgumentError, Flatten, Network, ShapeError, Unflatten


def test_it_undoes_flatten():
    x = np.random.default_rng(0).normal(size=(3, 2, 4, 5))
    net = Network([Flatten(), Unflatten(1, (2, 4, 5))], dtype="float64")
    np.testing.assert_array_equal(net.predict(x), x)


@pytest.mark.parametrize("size", [(), (1, 0), 784, (2.0, 3), "ab"])
def test_bad_sizes(size):
    with pytest.raises(ArgumentError, match="unflattened_size"):
        Unflatten(1, size)


def test_another_axis_and_other_features():
    with pytest.raises(ArgumentError, match="dim must be 1, got 2"):
        Unflatten(2, (1, 28, 28))
    with pytest.raises(ShapeError, match=r"rows of 784 features; got x of shape \(batch, 64\)"):
        Network([Unflatten(1, (1, 28, 28))], input_shape=(64,))
