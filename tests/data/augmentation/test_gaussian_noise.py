import numpy as np
import pytest
from scipy.stats import kstest

from gradiente.data.augmentation import GaussianNoise

IMAGES = np.random.default_rng(0).random((20, 3, 16, 16))


@pytest.mark.parametrize(("mean", "sigma"), [(0.0, 0.1), (-0.3, 0.02), (2.0, 1.5)])
def test_the_noise_is_normal(mean, sigma):
    got = GaussianNoise(mean=mean, sigma=sigma, clip=False)(IMAGES, np.random.default_rng(1))
    assert kstest((got - IMAGES).ravel(), "norm", args=(mean, sigma)).pvalue > 0.01


def test_every_pixel_of_every_channel_has_its_own():
    noise = GaussianNoise(clip=False)(IMAGES, np.random.default_rng(1)) - IMAGES
    assert len(np.unique(noise)) > 0.99 * noise.size
    correlation = np.corrcoef(noise.reshape(60, -1)) - np.eye(60)
    assert np.abs(correlation).max() < 5 / np.sqrt(256)


def test_clipping_only_cuts_off():
    free = GaussianNoise(sigma=0.5, clip=False)(IMAGES, np.random.default_rng(1))
    clipped = GaussianNoise(sigma=0.5)(IMAGES, np.random.default_rng(1))
    assert free.min() < 0
    assert free.max() > 1
    np.testing.assert_array_equal(clipped, np.clip(free, 0, 1))


def test_without_noise_the_mean_is_added():
    got = GaussianNoise(mean=0.25, sigma=0, clip=False)(IMAGES, np.random.default_rng(1))
    np.testing.assert_array_equal(got, IMAGES + 0.25)
