import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFile
from sklearn.neighbors import KNeighborsClassifier

from gradiente.data import load, read_image
from gradiente.errors import ArgumentError, DataError, FileError


def seven(size, *, ink: Any = 0, paper: Any = 255, mode="L"):
    """A drawn 7, off its page's centre."""
    page = Image.new(mode, (size, size), paper)
    points = [(0.15, 0.2), (0.5, 0.2), (0.3, 0.75)]
    ImageDraw.Draw(page).line([(x * size, y * size) for x, y in points], fill=ink, width=max(2, size // 14))
    return page


def read(page, tmp_path, shape=(28, 28), name="page.png", **options):
    page.save(tmp_path / name, **options)
    return read_image(tmp_path / name, shape)


@pytest.mark.parametrize("size", [60, 200, 611])
@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (90, 200), (180, 60)])
def test_light_on_0_in_the_central_20_with_the_mass_in_the_middle(tmp_path, size, ink, paper):
    x = read(seven(size, ink=ink, paper=paper), tmp_path)
    assert (x.dtype, x.min(), x.max()) == (np.float32, 0, 1)
    image = x.reshape(28, 28)
    assert image.any(axis=1).sum() == 20
    assert image.any(axis=0).sum() < 20
    mass = image.sum()
    assert abs(image.sum(axis=1) @ np.arange(28) / mass - 14) <= 0.5
    assert abs(image.sum(axis=0) @ np.arange(28) / mass - 14) <= 0.5


def test_size_polarity_and_format_change_little(tmp_path):
    reference = read(seven(200), tmp_path)
    for page, name in (
        (seven(600), "page.png"),
        (seven(200, ink=255, paper=0), "page.png"),
        (seven(200), "page.jpg"),
        (seven(200, ink=(0, 0, 120), paper=(250, 250, 240), mode="RGB"), "page.png"),
        (seven(200, ink=(0, 0, 0, 255), paper=(0, 0, 0, 0), mode="RGBA"), "page.png"),
        (seven(200, ink=0, paper=1, mode="1"), "page.png"),
        (Image.fromarray(np.asarray(seven(200)).astype(np.uint16) * 257), "page.png"),
    ):
        assert np.corrcoef(read(page, tmp_path, name=name), reference)[0, 1] > 0.9


def test_a_wide_page_and_a_wide_frame(tmp_path):
    page = Image.new("L", (400, 100), 255)
    ImageDraw.Draw(page).line((50, 50, 350, 50), fill=0, width=20)
    image = read(page, tmp_path).reshape(28, 28)
    assert (image.any(axis=0).sum(), image.any(axis=1).sum()) == (20, 1)
    assert read(page, tmp_path, (28, 56)).shape == (28 * 56,)


def test_the_orientation_that_a_camera_noted(tmp_path):
    turned = seven(200).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn by 90° clockwise to see it upright"
    upright = read(seven(200), tmp_path)
    np.testing.assert_allclose(read(turned, tmp_path, name="page.jpg", exif=exif), upright, atol=0.2)


@pytest.mark.parametrize("size", [28, 56, 200])
@pytest.mark.parametrize("inverted", [False, True])
def test_mnist_read_back_from_pictures_is_recognized(tmp_path, mnist_folder, size, inverted):
    train, test = load("mnist", data_dir=mnist_folder)
    neighbours = KNeighborsClassifier(3).fit(train.x[:5000], train.y[:5000])
    rows, labels = test.x[:300], test.y[:300]
    again = []
    for row in rows:
        pixels = np.round(255 * row.reshape(28, 28)).astype(np.uint8)
        page = Image.fromarray(255 - pixels if inverted else pixels)
        again.append(read(page.resize((size, size), Image.Resampling.BICUBIC), tmp_path))
    assert neighbours.score(np.array(again), labels) >= neighbours.score(rows, labels) - 0.03


@pytest.mark.parametrize("size", [8, 100])
def test_digits_read_back_from_pictures_are_recognized(tmp_path, size):
    train, test = load("digits")
    neighbours = KNeighborsClassifier(3).fit(train.x, train.y)
    again = []
    for row in test.x:
        page = Image.fromarray(255 - np.round(255 * row.reshape(8, 8)).astype(np.uint8))
        again.append(read(page.resize((size, size), Image.Resampling.BICUBIC), tmp_path, (8, 8)))
    assert neighbours.score(np.array(again), test.y) >= neighbours.score(test.x, test.y) - 0.05


@pytest.mark.parametrize("paper", [0, 128, 255])
def test_blank(tmp_path, paper):
    with pytest.raises(DataError, match="is blank"):
        read(Image.new("L", (50, 50), paper), tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n"])
def test_no_picture(tmp_path, content):
    (tmp_path / "page.png").write_bytes(content)
    with pytest.raises(FileError, match=r"is not an image|is corrupt"):
        read_image(tmp_path / "page.png", (28, 28))


@pytest.mark.parametrize("name", ["page.png", "page.jpg"])
def test_cut_short(tmp_path, name):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90), dtype=np.uint8))
    noise.save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    for share in (0.3, 0.6, 0.9):
        (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(FileError, match="corrupt or truncated"):
            read_image(tmp_path / name, (28, 28))


@pytest.mark.parametrize("side", [10_000, 20_000])
def test_a_small_file_of_very_many_pixels_is_refused_before_it_is_decoded(tmp_path, side, monkeypatch):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes((side // 8 + 1) * side)))
    (tmp_path / "page.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b""))
    assert (tmp_path / "page.png").stat().st_size < 200_000
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: pytest.fail("it is decoded"))
    with pytest.raises(FileError, match="more than 50 million pixels"):
        read_image(tmp_path / "page.png", (28, 28))


def test_missing_file(tmp_path):
    with pytest.raises(FileError, match="there is no file"):
        read_image(tmp_path / "page.png", (28, 28))


def test_a_frame_that_is_no_picture(tmp_path):
    with pytest.raises(ArgumentError, match=r"shape \(28, 28, 3\)"):
        read_image(tmp_path / "page.png", (28, 28, 3))
