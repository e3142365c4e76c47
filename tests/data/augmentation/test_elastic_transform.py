import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates

from gradiente.data.augmentation import ElasticTransform


def plain(image, alpha, sigma, generator):
    """One image, as torchvision describes it: noise from -1 to 1, smoothed, times alpha / 2 pixels."""
    noise = 2 * generator.random((2, *image.shape[1:]), dtype=np.float32).astype(float) - 1
    down, right = (alpha / 2 * gaussian_filter(field, sigma, mode="mirror", truncate=4.0) for field in noise)
    rows, columns = np.indices(image.shape[1:])
    at = [rows + down, columns + right]
    return np.stack([map_coordinates(channel, at, order=1, mode="grid-constant") for channel in image])


@pytest.mark.parametrize("shape", [(8, 1, 28, 28), (4, 3, 20, 33), (3, 2, 1, 9)])
@pytest.mark.parametrize(("alpha", "sigma"), [(50.0, 5.0), (68.0, 4.0), (10.0, 0.7), (200.0, 12.0)])
def test_equals_a_plain_implementation_image_by_image(shape, alpha, sigma):
    images = np.random.default_rng(0).random(shape)
    got = ElasticTransform(alpha=alpha, sigma=sigma)(images, np.random.default_rng(7))
    generator = np.random.default_rng(7)
    for image, new in zip(images, got, strict=True):
        np.testing.assert_allclose(new, plain(image, alpha, sigma, generator), atol=1e-9)


def test_the_displacements_are_as_large_as_the_formula_says():
    """An image whose pixels hold their own places tells where each new pixel was read."""
    rows, columns = np.indices((64, 64)).astype(float)
    images = np.repeat(np.stack([rows, columns])[None], 400, axis=0)
    got = ElasticTransform(alpha=50.0, sigma=5.0)(images, np.random.default_rng(0))
    displacement = (got - images)[:, :, 24:40, 24:40]
    assert abs(displacement.mean()) < 0.12  # 800 fields, about one independent place in each
    assert displacement.std() == pytest.approx(50 / (4 * 5 * np.sqrt(3 * np.pi)), rel=0.1)


def test_without_strength_nothing_moves():
    images = np.random.default_rng(0).random((3, 2, 8, 9)).astype(np.float32)
    np.testing.assert_array_equal(ElasticTransform(alpha=0)(images, np.random.default_rng(0)), images)
