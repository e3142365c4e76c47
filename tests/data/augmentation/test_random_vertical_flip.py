import numpy as np
import pytest

from gradiente.data.augmentation import RandomVerticalFlip

IMAGES = np.random.default_rng(0).random((2000, 2, 4, 5))


def flipped(p):
    """Which instances were flipped; the others must be as they were."""
    got = RandomVerticalFlip(p=p)(IMAGES, np.random.default_rng(1))
    same = (got == IMAGES).all(axis=(1, 2, 3))
    turned = (got == np.flip(IMAGES, axis=2)).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(same, ~turned)
    return turned


def test_always_and_never():
    assert flipped(1.0).all()
    assert not flipped(0.0).any()


@pytest.mark.parametrize("p", [0.5, 0.1])
def test_as_often_as_asked_for(p):
    assert flipped(p).mean() == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / len(IMAGES)))
