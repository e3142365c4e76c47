"""Dropout beyond the contract of all layers: what is drawn, and that nothing is needed afterwards."""

import numpy as np
import pytest

from gradiente import ArgumentError, Context, Dropout, Dropout2d, Network, ShapeError


def training(seed=0):
    return Context(training=True, generator=np.random.default_rng(seed))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_so_many_are_dropped_and_the_others_make_up_for_it(p):
    x = np.full((400, 500), 3.0)
    y, mask = Dropout(p).forward({}, x, training())
    np.testing.assert_allclose(np.unique(y), [0, 3 / (1 - p)], rtol=1e-12)
    assert np.mean(y == 0) == pytest.approx(p, abs=0.005)
    assert y.mean() == pytest.approx(3, abs=0.05)
    np.testing.assert_array_equal(y, x * mask)


def test_whole_channels_are_dropped():
    y, _ = Dropout2d(0.5).forward({}, np.ones((200, 8, 3, 3)), training())
    sums = y.sum(axis=(2, 3))
    assert set(np.unique(sums)) == {0, 18}
    assert np.mean(sums == 0) == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("layer", [Dropout(0.5), Dropout2d(0.5)])
def test_the_same_generator_draws_the_same_and_another_draws_another(layer):
    x = np.ones((4, 8, 3, 3))
    first, second, other = (layer.forward({}, x, training(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_when_not_training_nothing_happens():
    x = np.random.default_rng(0).normal(size=(3, 4))
    assert Network([Dropout(0.9)], dtype="float64").forward(x)[0].tolist() == x.tolist()


@pytest.mark.parametrize("kind", [Dropout, Dropout2d])
@pytest.mark.parametrize("p", [1.0, -0.1, 2, float("nan"), "half"])
def test_a_probability_out_of_range(kind, p):
    with pytest.raises(ArgumentError, match=r"p.*\[0, 1\)"):
        kind(p)


def test_a_training_without_a_generator_and_a_wrong_rank():
    with pytest.raises(ArgumentError, match="default_rng"):
        Dropout(0.5).forward({}, np.ones((2, 3)), Context(training=True))
    with pytest.raises(ShapeError, match="channels, height, width"):
        Dropout2d(0.5).forward({}, np.ones((2, 3)), training())
