"""Photographs of digits: what is left of a digit of MNIST after faults that it never had, beside the digit itself."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from sklearn.neighbors import KNeighborsClassifier

from gradiente.data import framed, load, read_digit, read_image
from gradiente.data.background import has_light_ink
from gradiente.data.components import components
from gradiente.data.morphology import closed, dilated, thickness
from gradiente.data.photograph import digit_ink
from gradiente.errors import ArgumentError, DataError, FileError

ROWS, COLUMNS = np.mgrid[-1:1:320j, -1:1:240j]
COUNT = 50
RIGHT = 0.9  # the nearest neighbours themselves read about 0.95 of the digits rightly


@pytest.fixture
def digits(mnist_folder):
    """(nearest neighbours of 5,000 digits, other digits, what they are)."""
    train, test = load("mnist", data_dir=mnist_folder)
    return KNeighborsClassifier(3).fit(train.x[:5000], train.y[:5000]), test.x[:COUNT], test.y[:COUNT]


def sheet(digit, *, paper=0.85, pen=0.2, side=130, at=(100, 60)):
    """The light that a sheet with a digit reflects."""
    page = np.full(ROWS.shape, paper)
    large = Image.fromarray(digit.reshape(28, 28)).resize((side, side), Image.Resampling.BICUBIC)
    page[at[0] : at[0] + side, at[1] : at[1] + side] += (pen - paper) * np.asarray(large).clip(0, 1)
    return page


def specks(page):
    for row, column, radius in [(20, 30, 3), (290, 200, 4), (60, 210, 2), (250, 20, 4)]:
        page = np.where(np.hypot(*(np.indices(page.shape).T - (row, column)).T) < radius, 0.05, page)
    return page


def grain(page):
    return page + np.random.default_rng(0).normal(0, 0.12, page.shape)


def shade(page):
    return page * (1 - 0.7 * np.clip(0.8 * COLUMNS + 0.5 * ROWS + 0.5, 0, 1))


def cast_shadow(page):
    return page * np.where(COLUMNS + 0.4 * ROWS > 0.1, 0.45, 1)


def lamp(page):
    return page * np.exp(-((COLUMNS - 0.5) ** 2 + (ROWS + 0.6) ** 2) / 2)


def chalk(page):
    return shade(1 - page)


FAULTS = {
    "none": lambda page: page,
    "specks": specks,
    "grain": grain,
    "shade": shade,
    "cast shadow": cast_shadow,
    "lamp": lamp,
    "chalk": chalk,
    "all at once": lambda page: (
        lamp(shade(specks(page))) + np.random.default_rng(0).normal(0, 0.03, page.shape)
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_digit_is_as_before_its_photograph(digits, fault):
    neighbours, images, labels = digits
    pages = [np.round(255 * FAULTS[fault](sheet(image)).clip(0, 1)) / 255 for image in images]
    cleaned = np.array([framed(digit_ink(page.astype(np.float32)), (28, 28)) for page in pages])
    assert neighbours.score(cleaned, labels) >= RIGHT
    likeness = [np.corrcoef(a, b)[0, 1] for a, b in zip(cleaned, images, strict=True)]
    assert np.median(likeness) > 0.9


def saved(page, tmp_path):
    path = tmp_path / "page.png"
    Image.fromarray(np.round(255 * page.clip(0, 1)).astype(np.uint8)).save(path)
    return path


def test_a_file_of_any_polarity_and_place(digits, tmp_path):
    neighbours, images, labels = digits
    for label, image in zip(labels[:4], images[:4], strict=True):
        read = []
        for page in (
            sheet(image),
            1 - sheet(image),
            sheet(image, side=90, at=(0, 140)),
            sheet(image, pen=0.7),
        ):
            read.append(read_digit(saved(shade(page), tmp_path), (28, 28)))
            assert (read[-1].dtype, read[-1].shape, read[-1].min(), read[-1].max()) == (
                np.float32,
                (784,),
                0,
                1,
            )
        assert neighbours.predict(read).tolist() == [label] * 4


def test_a_digit_that_is_cut_out_with_little_paper_around(digits, tmp_path):
    neighbours, images, labels = digits
    read = []
    for image in images:
        page = sheet(image)
        rows, columns = np.nonzero(page < 0.5)
        page = page[rows.min() - 5 : rows.max() + 6, columns.min() - 5 : columns.max() + 6]
        read.append(read_digit(saved(page, tmp_path), (28, 28)))
    assert neighbours.score(read, labels) >= RIGHT


def test_the_bar_of_a_5_stays_and_a_speck_goes(tmp_path):
    page = np.full((300, 240), 0.8)
    page[100:200, 100:112] = 0.2
    page[100:112, 125:170] = 0.2
    alone = read_digit(saved(page, tmp_path), (28, 28)).reshape(28, 28)
    assert components(alone > 0.1).max() == 2
    page[20:32, 20:32] = 0
    np.testing.assert_array_equal(read_digit(saved(page, tmp_path), (28, 28)).reshape(28, 28), alone)


@pytest.mark.parametrize("inverted", [False, True])
def test_a_picture_of_the_frame_s_own_size_is_no_photograph(digits, tmp_path, inverted):
    for image in digits[1][:20]:
        page = image.reshape(28, 28).astype(np.float64)
        path = saved(1 - page if inverted else page, tmp_path)
        np.testing.assert_array_equal(read_digit(path, (28, 28)), read_image(path, (28, 28)))


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "all at once"])
def test_a_sheet_without_a_digit(fault, tmp_path):
    with pytest.raises(DataError, match="is blank"):
        read_digit(saved(FAULTS[fault](np.full(ROWS.shape, 0.85)), tmp_path), (28, 28))


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (2, 3), (5, 400)])
def test_pages_too_small_for_a_digit(size, tmp_path):
    with pytest.raises(DataError, match="is blank"):
        read_digit(saved(np.full(size, 0.5), tmp_path), (28, 28))


def test_no_picture(tmp_path):
    (tmp_path / "page.png").write_text("seven")
    with pytest.raises(FileError, match="is not an image"):
        read_digit(tmp_path / "page.png", (28, 28))
    with pytest.raises(ArgumentError, match=r"shape \(3, 28, 28\)"):
        read_digit(tmp_path / "page.png", (3, 28, 28))


def test_light_ink(digits):
    for image in digits[1][:10]:
        for fault in (shade, lamp, cast_shadow, specks):
            page = fault(sheet(image))
            assert not has_light_ink(page, 80)
            assert has_light_ink(1 - page, 80)


@pytest.mark.parametrize("density", [0, 0.2, 0.4, 0.6, 1])
def test_components_are_those_of_scipy(density):
    generator = np.random.default_rng(0)
    for shape in [(1, 1), (1, 30), (30, 1), (25, 40), (60, 50)]:
        marked = generator.random(shape) < density
        ours, theirs = components(marked), np.zeros(shape, dtype=np.int32)
        ndimage.label(marked, np.ones((3, 3)), output=theirs)
        np.testing.assert_array_equal(ours > 0, marked)
        pairs = set(zip(ours[marked].tolist(), theirs[marked].tolist(), strict=True))
        assert len(pairs) == ours.max() == theirs.max()


@pytest.mark.parametrize("window", [1, 2, 3, 7, 12])
def test_morphology_is_that_of_scipy(window):
    picture = np.random.default_rng(0).normal(size=(40, 50))
    inside = (slice(window, -window), slice(window, -window))
    np.testing.assert_array_equal(
        closed(picture, window)[inside], ndimage.grey_closing(picture, (window, window))[inside]
    )
    marked = picture > 1.5
    square = np.ones((2 * window + 1, 2 * window + 1))
    np.testing.assert_array_equal(dilated(marked, window), ndimage.binary_dilation(marked, square))
    side = thickness(~marked)
    assert ndimage.binary_erosion(~marked, np.ones((side, side))).any()
    assert not ndimage.binary_erosion(~marked, np.ones((side + 1, side + 1))).any()


def test_a_slope_has_no_ink():
    slope = 0.3 * ROWS + 0.1 * COLUMNS
    np.testing.assert_allclose(closed(slope, 80), slope, atol=1e-12)
