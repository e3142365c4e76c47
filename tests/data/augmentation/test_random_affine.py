import numpy as np
import pytest
from scipy.ndimage import affine_transform
from scipy.stats import kstest

from gradiente.data.augmentation import RandomAffine

IMAGES = np.random.default_rng(0).random((30, 2, 9, 12))
# One number each: what is drawn between equal ends is known.
FIXED = [
    {"degrees": (30, 30)},
    {"scale": (1.5, 1.5)},
    {"scale": (0.6, 0.6)},
    {"shear": (20, 20)},
    {"degrees": (-140, -140), "scale": (1.2, 1.2), "shear": (-12, -12)},
]


def by_hand(image, degrees=(0, 0), scale=(1, 1), shear=(0, 0), shift=(0, 0)):
    """One image by scipy, from the matrix of the movement in (row, column), inverted by NumPy."""
    phi, psi, s = np.radians(degrees[0]), np.radians(shear[0]), scale[0]
    turn = np.array([[np.cos(phi), -np.sin(phi)], [np.sin(phi), np.cos(phi)]])  # of (x, y), y downwards
    slant = np.array([[1, -np.tan(psi)], [0, 1]])
    exchange = np.array([[0, 1], [1, 0]])
    inverse = np.linalg.inv(exchange @ (s * turn @ slant) @ exchange)
    centre = (np.array(image.shape) - 1) / 2
    offset = centre - inverse @ (centre + np.array(shift)[::-1])
    return affine_transform(image, inverse, offset, order=1, mode="grid-constant")


def shifted(image, x, y):
    """The image, moved by whole pixels, zeros coming in."""
    rolled = np.roll(image, (y, x), (-2, -1))
    rows, columns = np.indices(image.shape[-2:])
    height, width = image.shape[-2:]
    there = (rows - y >= 0) & (rows - y < height) & (columns - x >= 0) & (columns - x < width)
    return np.where(there, rolled, 0)


@pytest.mark.parametrize("given", FIXED, ids=str)
def test_equals_scipy(given):
    got = RandomAffine(**given)(IMAGES, np.random.default_rng(0))
    for image, new in zip(IMAGES, got, strict=True):
        for channel, new_channel in zip(image, new, strict=True):
            np.testing.assert_allclose(new_channel, by_hand(channel, **given), atol=1e-9)


def test_without_hyperparameters_nothing_moves():
    np.testing.assert_array_equal(RandomAffine()(IMAGES, np.random.default_rng(0)), IMAGES)


@pytest.mark.parametrize("size", [8, 9])
@pytest.mark.parametrize(("degrees", "quarters"), [(90, -1), (-90, 1), (180, 2), (270, -3)])
def test_a_quarter_turn_is_numpys(size, degrees, quarters):
    images = np.random.default_rng(0).random((4, 3, size, size))
    got = RandomAffine(degrees=(degrees, degrees))(images, np.random.default_rng(0))
    np.testing.assert_allclose(got, np.rot90(images, quarters, axes=(2, 3)), atol=1e-9)


def test_shifts_are_whole_pixels_within_the_fractions():
    images = np.random.default_rng(0).random((400, 1, 10, 20)).astype(np.float32)
    got = RandomAffine(translate=(0.1, 0.3))(images, np.random.default_rng(0))  # 2 of 20, 3 of 10
    places = [(x, y) for x in range(-3, 4) for y in range(-4, 5)]
    found = set()
    for image, new in zip(images, got, strict=True):
        right = [place for place in places if np.array_equal(shifted(image, *place), new)]
        assert len(right) == 1
        found |= set(right)
    assert found == {(x, y) for x in range(-2, 3) for y in range(-3, 4)}


def test_a_shift_comes_after_everything_else():
    given = FIXED[-1]
    got = RandomAffine(**given, translate=(0.2, 0.3))(IMAGES, np.random.default_rng(0))
    places = [(x, y) for x in range(-2, 3) for y in range(-3, 4)]
    for image, new in zip(IMAGES, got, strict=True):
        near = [np.allclose(new[0], by_hand(image[0], **given, shift=place), atol=1e-9) for place in places]
        assert sum(near) == 1


def movements(augmentation, count=600):
    """What happened to each of many images: the matrix of (x, y) and the centre's new place.

    An image whose pixels hold their own x, y tells after the movement where each one came from.
    """
    y, x = np.indices((41, 41)) - 20.0
    images = np.repeat(np.stack([x, y, np.ones_like(x)])[None], count, axis=0)
    for image in augmentation(images, np.random.default_rng(0)):
        there = image[2] > 0.999999
        places = np.column_stack([x[there], y[there], np.ones(there.sum())])
        came_from = np.column_stack([image[0][there], image[1][there]])
        fit = np.linalg.lstsq(places, came_from, rcond=None)[0].T
        inverse = np.linalg.inv(fit[:, :2])
        yield inverse, -inverse @ fit[:, 2]


def uniform(values, low, high):
    """Whether the values fill the interval evenly, and stay inside."""
    assert low <= min(values) < max(values) <= high
    return kstest(values, "uniform", args=(low, high - low)).pvalue > 0.01


def test_angles_are_uniform_on_both_sides():
    angles = [np.degrees(np.arctan2(m[1, 0], m[0, 0])) for m, _ in movements(RandomAffine(degrees=25))]
    assert uniform(angles, -25 - 1e-6, 25 + 1e-6)
    angles = [np.degrees(np.arctan2(m[1, 0], m[0, 0])) for m, _ in movements(RandomAffine(degrees=(10, 40)))]
    assert uniform(angles, 10 - 1e-6, 40 + 1e-6)


def test_scales_are_uniform_and_leave_the_centre():
    found = list(movements(RandomAffine(scale=(0.7, 1.4))))
    assert uniform([np.sqrt(np.linalg.det(m)) for m, _ in found], 0.7 - 1e-6, 1.4 + 1e-6)
    np.testing.assert_allclose([shift for _, shift in found], 0, atol=1e-9)


def test_shears_are_uniform_along_the_rows():
    found = [m for m, _ in movements(RandomAffine(shear=30))]
    assert uniform([-np.degrees(np.arctan(m[0, 1])) for m in found], -30 - 1e-6, 30 + 1e-6)
    np.testing.assert_allclose([(m[0, 0], m[1, 0], m[1, 1]) for m in found], [(1, 0, 1)] * 600, atol=1e-9)


def test_the_draws_of_an_instance_are_independent():
    everything = RandomAffine(degrees=20, translate=(0.2, 0.2), scale=(0.8, 1.2), shear=10)
    drawn = []
    for matrix, shift in movements(everything):
        scale = np.sqrt(np.linalg.det(matrix))
        angle = np.arctan2(matrix[1, 0], matrix[0, 0])
        upright = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) @ matrix / scale
        drawn.append((angle, scale, upright[0, 1], *shift))
    correlation = np.corrcoef(np.transpose(drawn)) - np.eye(5)
    assert np.abs(correlation).max() < 4 / np.sqrt(600)
