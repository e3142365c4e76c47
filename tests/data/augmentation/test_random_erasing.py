import math

import numpy as np
import pytest

from gradiente.data.augmentation import RandomErasing

HEIGHT, WIDTH = 32, 40
IMAGES = np.random.default_rng(0).uniform(1, 2, (1500, 2, HEIGHT, WIDTH))


def rectangles(images, got, value=0.0):
    """(instance, top, left, height, width) of everything erased; all the rest must be as it was."""
    np.testing.assert_array_equal(got[got != value], images[got != value])
    erased = got == value
    np.testing.assert_array_equal(erased, np.repeat(erased[:, :1], erased.shape[1], axis=1))
    found = []
    for instance in np.flatnonzero(erased.any(axis=(1, 2, 3))):
        rows = np.flatnonzero(erased[instance, 0].any(axis=1))
        columns = np.flatnonzero(erased[instance, 0].any(axis=0))
        h, w = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        assert erased[instance, 0].sum() == h * w
        found.append((instance, rows[0], columns[0], h, w))
    return found


def erase(**given):
    return rectangles(IMAGES, RandomErasing(**given)(IMAGES, np.random.default_rng(1)), given.get("value", 0))


@pytest.mark.parametrize("p", [0.5, 0.2])
def test_as_often_as_asked_for(p):
    assert len(erase(p=p)) / len(IMAGES) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / len(IMAGES)))


def test_never_and_always():
    assert erase(p=0) == []
    assert len(erase(p=1.0)) == len(IMAGES)


@pytest.mark.parametrize(
    ("scale", "ratio"), [((0.02, 0.33), (0.3, 3.3)), ((0.1, 0.2), (1, 1)), ((0.25, 0.25), (0.5, 2))]
)
def test_areas_and_ratios_are_within_their_bounds(scale, ratio):
    """Up to the rounding of height and width to whole pixels."""
    areas = []
    for _, _, _, h, w in erase(p=1.0, scale=scale, ratio=ratio):
        assert (h - 0.5) * (w - 0.5) <= scale[1] * HEIGHT * WIDTH
        assert (h + 0.5) * (w + 0.5) >= scale[0] * HEIGHT * WIDTH
        assert (h - 0.5) / (w + 0.5) <= ratio[1]
        assert (h + 0.5) / (w - 0.5) >= ratio[0]
        areas.append(h * w / (HEIGHT * WIDTH))
    assert max(areas) - min(areas) >= 0.8 * (scale[1] - scale[0])
    assert np.mean(areas) == pytest.approx(np.mean(scale), rel=0.05)


def test_it_lies_anywhere_in_the_image():
    found = np.array(erase(p=1.0))
    _, top, left, h, w = found.T
    assert (top.min(), left.min()) == (0, 0)
    assert ((top + h).max(), (left + w).max()) == (HEIGHT, WIDTH)
    # The free place above and below is shared out evenly on average.
    assert np.mean(top / (HEIGHT - h)) == pytest.approx(0.5, abs=0.03)
    assert np.mean(left / (WIDTH - w)) == pytest.approx(0.5, abs=0.03)


def test_height_and_width_are_those_of_a_loop_over_single_images():
    """One image at a time, as torchvision does it; the averages must agree."""
    generator = np.random.default_rng(5)
    sizes = []
    while len(sizes) < 6000:
        area = HEIGHT * WIDTH * generator.uniform(0.02, 0.33)
        ratio = math.exp(generator.uniform(math.log(0.3), math.log(3.3)))
        h, w = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if h < HEIGHT and w < WIDTH:
            sizes.append((h, w))
    found = np.array(erase(p=1.0))[:, 3:]
    error = np.std(sizes, axis=0) * np.sqrt(1 / len(found) + 1 / len(sizes))
    assert (np.abs(found.mean(axis=0) - np.mean(sizes, axis=0)) < 4 * error).all()


def test_the_paint_is_chosen():
    assert len(erase(p=1.0, value=-3.5)) == len(IMAGES)


def test_small_images_keep_some_of_themselves():
    images = np.ones((200, 1, 3, 3), dtype=np.float32)
    got = RandomErasing(p=1.0)(images, np.random.default_rng(0))
    assert all(h <= 2 and w <= 2 for *_, h, w in rectangles(images, got))


def test_where_no_rectangle_fits_the_image_stays_whole():
    images = np.ones((20, 1, 1, 5), dtype=np.float32)
    np.testing.assert_array_equal(RandomErasing(p=1.0)(images, np.random.default_rng(0)), images)
    assert erase(p=1.0, scale=(1.0, 1.0), ratio=(1.0, 1.0)) == []
