import io

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import label

from gradiente.reporting.batch_picture import Panel, batch_picture


def opened(png):
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def picture(x, image_shape, names=None, panels=1, low=0.0, high=1.0, note="a note"):
    names = [str(number) for number in range(len(x))] if names is None else names
    return batch_picture([Panel("Title", note, x)] * panels, image_shape, names, low, high)


def tiles(image, colour):
    """How many separate rectangles are of that colour, and the pixels in them."""
    there = (np.abs(image - colour).max(axis=2) == 0).astype(int)
    numbered = np.zeros_like(there)
    label(there, output=numbered)
    return numbered.max(), there.sum()


@pytest.mark.parametrize("image_shape", [(6, 5), (1, 6, 5), (2, 6, 5), (3, 6, 5), (4, 6, 5)])
@pytest.mark.parametrize("count", [1, 2, 7, 16])
def test_it_is_a_png_with_everything_inside(image_shape, count):
    x = np.random.default_rng(0).random((count, int(np.prod(image_shape)))).astype(np.float32)
    one, two = opened(picture(x, image_shape)), opened(picture(x, image_shape, panels=2))
    assert two.shape[0] == one.shape[0]
    assert two.shape[1] == pytest.approx(2 * one.shape[1], abs=2)
    for border in (one[:8], one[-8:], one[:, :8], one[:, -8:]):
        assert (border == one[0, 0]).all()  # nothing runs over the edge


def test_every_pixel_is_there_in_its_colour_and_equally_large():
    colours = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=float)
    x = np.repeat(colours[:, :, None], 4 * 4, axis=2).reshape(6, 48)  # six images, each of one colour
    image = opened(picture(x, (3, 4, 4)))
    found = [tiles(image, 255 * colour) for colour in colours]
    assert [count for count, _ in found] == [1] * 6
    assert len({pixels for _, pixels in found}) == 1


def test_grey_drawings_are_ink_and_photographs_are_not():
    drawing = np.zeros((1, 64))
    drawing[0, :32] = 1
    image = opened(picture(drawing, (8, 8)))
    height = image.shape[0]
    assert (image[height // 2 - 60, image.shape[1] // 2] == 0).all()  # the upper half, where the ones are
    photograph = np.linspace(0, 1, 64)[None]
    photograph[0, 0] = 0.5
    upper = opened(picture(photograph, (8, 8)))[height // 4 : height // 3, image.shape[1] // 2]
    lower = opened(picture(photograph, (8, 8)))[-height // 3 : -height // 4, image.shape[1] // 2]
    assert upper.mean() < lower.mean()


def test_values_are_scaled_between_low_and_high_and_cut_off():
    x = np.linspace(-5, 5, 64)[None]
    wide = opened(picture(x, (8, 8), low=-5, high=5))
    assert not (wide == opened(picture(x, (8, 8), low=-1, high=1))).all()
    np.testing.assert_array_equal(wide, opened(picture(100 * x, (8, 8), low=-500, high=500)))


def test_what_is_transparent_is_white():
    x = np.concatenate([np.zeros((3, 16)), np.full((1, 16), 0.0)]).reshape(1, 64)
    seen = opened(picture(x, (4, 4, 4)))
    x[0, 48:] = 1.0
    opaque = opened(picture(x, (4, 4, 4)))
    middle = seen.shape[0] // 2, seen.shape[1] // 2
    assert (seen[middle] == 255).all()
    assert (opaque[middle] == 0).all()


def test_the_same_input_gives_the_same_bytes():
    x = np.random.default_rng(0).random((5, 36))
    assert picture(x, (6, 6)) == picture(x.copy(), (6, 6))


def test_names_of_any_length_and_any_letter(recwarn):
    x = np.random.default_rng(0).random((9, 16))
    names = ["", "a", "$5", "a name that is far too long " * 4, "Ñandú", "数字", "_^{", "\\frac", "%"]
    opened(picture(x, (4, 4), names, note="many words " * 40 + "$\\x"))
    assert not recwarn.list


def test_large_and_oblong_images():
    for shape in ((3, 600, 500), (3, 90), (90, 3)):
        x = np.random.default_rng(0).random((2, int(np.prod(shape))))
        image = opened(picture(x, shape))
        assert image.shape[1] >= 2 * shape[-1]
