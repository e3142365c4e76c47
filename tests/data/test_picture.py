import numpy as np
import pytest
from PIL import Image

from gradiente.data import read_picture
from gradiente.data.picture import FORMATS, SUFFIXES, header
from gradiente.errors import ArgumentError, FileError

DRAW = np.random.default_rng(0)
COLOURS = DRAW.integers(0, 256, (9, 12, 3), dtype=np.uint8)


def saved(image, path, **options):
    image.save(path, **options)
    return path


def channels_last(row, shape):
    return row.reshape(shape).transpose(1, 2, 0) if len(shape) == 3 else row.reshape(shape)


@pytest.mark.parametrize("suffix", ["png", "bmp", "ppm", "tga", "tiff", "jpg", "gif", "webp"])
def test_a_picture_of_the_right_size_is_what_pillow_decodes(tmp_path, suffix):
    path = saved(Image.fromarray(COLOURS), tmp_path / f"a.{suffix}")
    with Image.open(path) as opened:
        expected = np.asarray(opened.convert("RGB"))
    x = read_picture(path, (3, 9, 12))
    assert (x.dtype, x.shape) == (np.float32, (3 * 9 * 12,))
    np.testing.assert_array_equal(np.rint(255 * channels_last(x, (3, 9, 12))), expected)


def test_grey_is_pillows_grey(tmp_path):
    path = saved(Image.fromarray(COLOURS), tmp_path / "a.png")
    expected = np.asarray(Image.fromarray(COLOURS).convert("L"))
    np.testing.assert_array_equal(np.rint(255 * read_picture(path, (9, 12)).reshape(9, 12)), expected)


@pytest.mark.parametrize(
    ("size", "cut"),
    [
        ((40, 20), (10, 0, 30, 20)),
        ((20, 60), (0, 20, 20, 40)),
        ((21, 21), (0, 0, 21, 21)),
        ((3, 9), (0, 3, 3, 6)),
    ],
)
def test_the_middle_is_cut_out_with_its_proportions(tmp_path, size, cut):
    rows, columns = np.mgrid[: size[1], : size[0]]
    smooth = np.stack([4 * rows, 4 * columns, 255 - 2 * rows - 2 * columns], axis=2)
    image = Image.fromarray(smooth.astype(np.uint8))
    expected = image.crop(cut).resize((8, 8), Image.Resampling.BILINEAR)
    x = read_picture(saved(image, tmp_path / "a.png"), (3, 8, 8))
    np.testing.assert_allclose(255 * channels_last(x, (3, 8, 8)), np.asarray(expected), atol=4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_s_orientation(tmp_path, orientation):
    half = Image.new("RGB", (96, 64), "white")
    half.paste((255, 0, 0), (0, 0, 48, 32))
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = half.transpose(turns[orientation]) if orientation in turns else half
    for name in ("a.png", "a.jpg"):
        path = saved(turned, tmp_path / name, exif=exif, quality=95, subsampling=0)
        assert header(path)[:2] == (64, 96)
        x = channels_last(read_picture(path, (3, 64, 96)), (3, 64, 96))
        np.testing.assert_allclose(x, np.asarray(half) / 255, atol=0.02)


def test_what_is_transparent_becomes_white(tmp_path):
    rgba = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    rgba.putpixel((1, 2), (255, 0, 0, 128))
    x = channels_last(read_picture(saved(rgba, tmp_path / "a.png"), (3, 4, 4)), (3, 4, 4))
    assert x[0, 0].tolist() == [1, 1, 1]
    np.testing.assert_allclose(x[2, 1], [1, 127 / 255, 127 / 255], atol=0.01)
    grey = saved(Image.new("LA", (4, 4), (0, 0)), tmp_path / "b.png")
    assert read_picture(grey, (4, 4)).min() == 1


def test_a_palette_with_a_transparent_colour(tmp_path):
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([10, 20, 30, 200, 100, 50])
    palette.putpixel((3, 3), 1)
    x = channels_last(read_picture(saved(palette, tmp_path / "a.png"), (3, 4, 4)), (3, 4, 4))
    assert np.rint(255 * x[0, 0]).tolist() == [10, 20, 30]
    assert np.rint(255 * x[3, 3]).tolist() == [200, 100, 50]
    x = read_picture(saved(palette, tmp_path / "b.png", transparency=0), (3, 4, 4)).reshape(3, 16)
    assert (x[:, 0].tolist(), np.rint(255 * x[:, 15]).tolist()) == ([1, 1, 1], [200, 100, 50])


def test_16_bits_of_grey(tmp_path):
    values = np.array([[0, 257 * 100], [257 * 200, 65535]], dtype=np.uint16)
    path = saved(Image.fromarray(values), tmp_path / "a.png")
    assert np.rint(255 * read_picture(path, (2, 2))).tolist() == [0, 100, 200, 255]
    assert header(path) == (2, 2, True)


def test_cmyk_and_one_bit(tmp_path):
    path = saved(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), tmp_path / "a.jpg", quality=100)
    np.testing.assert_allclose(
        read_picture(path, (3, 4, 4)).reshape(3, 16).mean(axis=1), [1, 0, 0], atol=0.02
    )
    path = saved(Image.new("1", (4, 4), 1), tmp_path / "a.png")
    assert read_picture(path, (4, 4)).min() == 1
    assert header(path)[2]


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tiff"])
def test_the_first_frame_of_several(tmp_path, suffix):
    first, second = Image.new("RGB", (6, 6), "red"), Image.new("RGB", (6, 6), "blue")
    path = saved(first, tmp_path / f"a.{suffix}", save_all=True, append_images=[second])
    np.testing.assert_allclose(
        read_picture(path, (3, 6, 6)).reshape(3, 36).mean(axis=1), [1, 0, 0], atol=0.02
    )


def test_a_large_jpeg_is_close_to_the_whole_one(tmp_path):
    rows, columns = np.mgrid[:400, :600]
    smooth = np.stack([rows / 400, columns / 600, 1 - rows / 400], axis=2)
    image = Image.fromarray(np.rint(255 * smooth).astype(np.uint8))
    whole = read_picture(saved(image, tmp_path / "a.png"), (3, 16, 24))
    np.testing.assert_allclose(read_picture(saved(image, tmp_path / "a.jpg"), (3, 16, 24)), whole, atol=0.03)


@pytest.mark.parametrize("shape", [(8,), (2, 8, 8), (4, 8, 8), (1, 1, 8, 8)])
def test_another_shape(tmp_path, shape):
    with pytest.raises(ArgumentError, match="in grey or"):
        read_picture(saved(Image.new("L", (8, 8)), tmp_path / "a.png"), shape)


def test_what_is_no_picture(tmp_path):
    (tmp_path / "words.png").write_text("no picture")
    whole = saved(Image.fromarray(COLOURS), tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:120])
    (tmp_path / "folder.png").mkdir()
    saved(Image.fromarray(np.zeros((4, 4), np.float32)), tmp_path / "real.tiff")
    for name, words in (
        ("words.png", "is not an image"),
        ("cut.png", "corrupt or truncated"),
        ("none.png", "none.png"),
        ("folder.png", "folder.png"),
        ("real.tiff", "32-bit"),
    ):
        with pytest.raises(FileError, match=words):
            read_picture(tmp_path / name, (3, 8, 8))


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path):
    path = saved(Image.new("1", (8000, 8000)), tmp_path / "large.png")
    assert path.stat().st_size < 100_000
    for read in (header, lambda path: read_picture(path, (8, 8))):
        with pytest.raises(FileError, match="more than 50 million pixels"):
            read(path)


def test_every_suffix_is_one_of_the_formats():
    Image.init()
    named = {suffix for suffix, name in Image.EXTENSION.items() if name in FORMATS}
    assert set(SUFFIXES) - {".avif"} <= named  # which not every Pillow was built with
