import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from gradiente.data.toy import TOYS, spirals, toy
from gradiente.errors import ArgumentError


@pytest.mark.parametrize("name", TOYS)
def test_seeded_balanced_and_learnable(name):
    data, again, other = toy(name, seed=3), toy(name, seed=3), toy(name, seed=4)
    np.testing.assert_array_equal(data.x, again.x)
    assert not np.array_equal(data.x, other.x)
    assert len(data) == 1000
    assert np.ptp(np.bincount(data.y)) <= 1
    neighbours = KNeighborsClassifier(5).fit(data.x[:800], data.y[:800])
    assert neighbours.score(data.x[800:], data.y[800:]) > 0.9


@pytest.mark.parametrize("arms", [2, 3])
def test_spirals_wind_around_one_another(arms):
    x, y = spirals(900, noise=0, arms=arms)
    r, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    # Unwinding by the radius leaves each arm at its own angle.
    unwound = np.exp(1j * (angle - 2 * np.pi * 1.5 * r))
    np.testing.assert_allclose(unwound, np.exp(2j * np.pi * y / arms), atol=1e-9)
    assert LogisticRegression().fit(x, y).score(x, y) < 0.75
    assert KNeighborsClassifier(3).fit(x[:600], y[:600]).score(x[600:], y[600:]) > 0.98


def test_samples_and_noise():
    assert len(toy("circles", samples=57)) == 57
    radii = np.hypot(*toy("circles", noise=0.0).x.T)
    np.testing.assert_allclose(np.unique(radii.round(9)), [0.5, 1])


@pytest.mark.parametrize("options", [{"samples": 9}, {"samples": 50.0}, {"noise": -0.1}, {"noise": np.nan}])
def test_out_of_range(options):
    with pytest.raises(ArgumentError, match=f"{next(iter(options))} must be"):
        toy("moons", **options)


def test_arms_out_of_range():
    with pytest.raises(ArgumentError, match="2 or 3 arms, got 4"):
        spirals(arms=4)
