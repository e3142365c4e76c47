import numpy as np
import pytest

from gradiente import data
from gradiente.data.augmentation import ElasticTransform, RandomAffine, RandomHorizontalFlip, augment_rows
from gradiente.errors import ArgumentError, ShapeError


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(6, 8), (1, 6, 8), (3, 6, 8)])
def test_rows_are_the_images_that_they_are(shape, dtype):
    images = np.random.default_rng(0).random((9, *shape)).astype(dtype)
    rows = images.reshape(9, -1)
    got = augment_rows(rows, shape, RandomHorizontalFlip(p=1.0), np.random.default_rng(1))
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, images[..., ::-1].reshape(9, -1))


def test_the_draw_is_that_of_the_images():
    images = np.random.default_rng(0).random((9, 3, 6, 8))
    augmentation = ElasticTransform(alpha=30, sigma=2)
    expected = augmentation(images, np.random.default_rng(1))
    got = augment_rows(images.reshape(9, -1), [3, 6, 8], augmentation, np.random.default_rng(1))
    np.testing.assert_array_equal(got.reshape(images.shape), expected)


def test_rows_are_not_changed():
    rows = np.random.default_rng(0).random((4, 48))
    rows.flags.writeable = False
    augment_rows(rows, (6, 8), RandomAffine(degrees=20), np.random.default_rng(1))[:] = 0
    assert rows.all()


def test_a_data_set_of_pictures_with_channels_last(tmp_path):
    """From the file to the augmented rows, colour by colour."""
    pictures = np.random.default_rng(0).random((6, 5, 7, 3))
    np.savez(tmp_path / "own.npz", x=pictures, y=np.array([0, 1, 0, 1, 0, 1]))
    train, _ = data.load(tmp_path / "own.npz", test=0.5)
    got = augment_rows(train.x, train.image_shape, RandomHorizontalFlip(p=1.0), np.random.default_rng(0))
    for row, image in zip(train.x, got.reshape(-1, 3, 5, 7), strict=True):
        whole = next(p for p in pictures if np.allclose(row.reshape(3, 5, 7), p.transpose(2, 0, 1)))
        np.testing.assert_allclose(image.transpose(1, 2, 0), whole[:, ::-1], rtol=1e-6)


@pytest.mark.parametrize("shape", [None, (), (64,), (2, 2, 4, 4)])
def test_anything_but_images_is_an_error_that_says_what_to_do(shape):
    with pytest.raises(ArgumentError, match=r"needs images.*remove augmentation"):
        augment_rows(np.zeros((3, 64)), shape, RandomAffine(), np.random.default_rng(0))


@pytest.mark.parametrize("x", [np.zeros((3, 65)), np.zeros((3, 8, 8)), np.zeros(64)])
def test_rows_of_another_length_are_an_error(x):
    with pytest.raises(ShapeError, match=r"images of shape \(8, 8\).*got x of shape"):
        augment_rows(x, (8, 8), RandomAffine(), np.random.default_rng(0))


def test_bytes_are_an_error():
    with pytest.raises(ShapeError, match="uint8"):
        augment_rows(np.zeros((3, 64), np.uint8), (8, 8), RandomAffine(), np.random.default_rng(0))
