import numpy as np
import pytest

from gradiente.data.augmentation import Compose, GaussianNoise, RandomAffine, RandomHorizontalFlip
from gradiente.errors import ArgumentError

IMAGES = np.random.default_rng(0).random((10, 1, 8, 8))


def test_one_after_the_other():
    affine, noise = RandomAffine(degrees=20), GaussianNoise()
    generator = np.random.default_rng(1)
    expected = noise(affine(IMAGES, generator), generator)
    np.testing.assert_array_equal(Compose((affine, noise))(IMAGES, np.random.default_rng(1)), expected)
    other = Compose((noise, affine))(IMAGES, np.random.default_rng(1))
    assert not np.array_equal(other, expected)


def test_it_holds_a_tuple():
    flip = RandomHorizontalFlip()
    assert Compose([flip]).augmentations == (flip,)
    assert Compose([flip]) == Compose((flip,))


def test_compositions_can_be_composed():
    flip, turn = RandomHorizontalFlip(p=1.0), RandomAffine(degrees=(90, 90))
    nested = Compose([Compose([flip, turn]), flip])(IMAGES, np.random.default_rng(0))
    flat = Compose([flip, turn, flip])(IMAGES, np.random.default_rng(0))
    np.testing.assert_array_equal(nested, flat)


@pytest.mark.parametrize("wrong", [(), [RandomHorizontalFlip], ["RandomAffine()"], RandomAffine(), None])
def test_anything_else_is_an_error(wrong):
    with pytest.raises(ArgumentError, match="Compose expected at least one augmentation"):
        Compose(wrong)
