import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from gradiente.data.augmentation.interpolation import bilinear


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(40, 1, 28, 28), (3, 3, 7, 12), (2, 4, 1, 5), (1, 2, 120, 110)])
def test_equals_scipy_image_by_image(shape, dtype):
    generator = np.random.default_rng(0)
    images = generator.normal(size=shape).astype(dtype)
    m, channels, height, width = shape
    rows = generator.uniform(-4, height + 3, (m, height, width))
    columns = generator.uniform(-4, width + 3, (m, height, width))
    got = bilinear(images, rows, columns)
    assert got.dtype == dtype
    for i, c in np.ndindex(m, channels):
        at = [rows[i], columns[i]]
        expected = map_coordinates(images[i, c].astype(float), at, order=1, mode="grid-constant")
        np.testing.assert_allclose(got[i, c], expected, atol=1e-4 if dtype == np.float32 else 1e-12)


def test_at_the_pixels_themselves_it_is_the_image():
    images = np.random.default_rng(0).normal(size=(5, 2, 6, 9)).astype(np.float32)
    rows, columns = np.broadcast_arrays(np.arange(6.0)[None, :, None], np.arange(9.0)[None, None])
    rows, columns = (np.repeat(places, 5, axis=0) for places in (rows, columns))
    np.testing.assert_array_equal(bilinear(images, rows, columns), images)


@pytest.mark.parametrize("far", [-1.0, 4.0, -1e9, 1e9])
def test_outside_is_nothing(far):
    images = np.ones((1, 1, 4, 4))
    for rows, columns in (([[[far]]], [[[1.0]]]), ([[[1.0]]], [[[far]]])):
        assert bilinear(images, np.array(rows), np.array(columns)) == 0
