import logging
import os

import numpy as np
import pytest
from PIL import Image

from gradiente.data import Dataset, image_folder, load, read_image_folder, read_picture
from gradiente.errors import ArgumentError, DataError, FileError
from gradiente.mapped import MappedArray

from .pictures import squares


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, "gradiente")
    return lambda: [record.getMessage() for record in caplog.records]


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_rows_are_what_read_picture_gives(tmp_path, said):
    folder = squares(tmp_path / "two")
    data, parts = read_image_folder(folder)
    assert (data.name, data.classes, data.image_shape, data.task) == (
        "two",
        ("blue", "red"),
        (3, 10, 12),
        "classification",
    )
    assert (parts, data.picture_files) == (None, True)
    assert data.y.tolist() == [0] * 6 + [1] * 6
    expected = [read_picture(path, (3, 10, 12)) for path in files_of(folder)]
    np.testing.assert_array_equal(data.x, expected)
    assert said() == ["12 pictures of 2 classes (blue, red), as 10 × 12 pixels in colour."]


def test_the_size_is_the_median_of_theirs_and_at_most_64(tmp_path, said):
    squares(tmp_path / "many" / "x", ("red",), size=(300, 200))
    squares(tmp_path / "many" / "y", ("red",), size=(240, 90), count=3)
    data, _ = read_image_folder(tmp_path / "many")
    assert data.image_shape == (3, 43, 64)  # of 200 × 300
    assert "--image-size N takes another size" in said()[0]
    assert read_image_folder(tmp_path / "many", 12)[0].image_shape == (3, 8, 12)
    assert read_image_folder(tmp_path / "many", 600)[0].image_shape == (3, 400, 600)


@pytest.mark.parametrize("size", [3, 1025, 0, -8])
def test_a_size_that_is_none(tmp_path, size):
    with pytest.raises(ArgumentError, match="image_size"):
        read_image_folder(squares(tmp_path / "two"), size)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1", "LA", "16"])
def test_grey_where_all_are_grey_whatever_their_files_say(tmp_path, mode, said):
    draw = np.random.default_rng(1)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(2):
            grey = Image.fromarray(draw.integers(0, 256, (7, 9), dtype=np.uint8))
            if mode != "L":
                wide = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
                grey = wide if mode == "16" else grey.convert(mode)
            grey.save(tmp_path / name / f"{number}.png")
    data, _ = read_image_folder(tmp_path)
    assert data.image_shape == (7, 9)
    np.testing.assert_array_equal(data.x, [read_picture(path, (7, 9)) for path in files_of(tmp_path)])
    assert "in grey, as all of them are" in said()[0]
    Image.new("RGB", (9, 7), (1, 1, 2)).save(tmp_path / "a" / "colour.png")
    assert read_image_folder(tmp_path)[0].image_shape == (3, 7, 9)


def test_a_changed_file_is_read_again(tmp_path):
    folder = squares(tmp_path / "two")
    before, _ = read_image_folder(folder)
    Image.new("RGB", (12, 10), "white").save(folder / "blue" / "0.png")
    os.utime(folder / "blue" / "0.png", ns=(1, 1))
    after, _ = read_image_folder(folder)
    assert before.x[0].min() < 1
    assert after.x[0].min() == 1
    np.testing.assert_array_equal(before.x[1:], after.x[1:])


def test_files_are_decoded_once(tmp_path, monkeypatch):
    folder = squares(tmp_path / "two")
    first, _ = read_image_folder(folder)
    monkeypatch.setattr(image_folder, "picture_bytes", None)
    again, _ = read_image_folder(folder)
    np.testing.assert_array_equal(first.x, again.x)


def test_without_a_cache_folder(tmp_path, monkeypatch):
    folder = squares(tmp_path / "two")
    first, _ = read_image_folder(folder)
    (tmp_path / "file").touch()
    monkeypatch.setenv("GRADIENTE_CACHE_DIR", str(tmp_path / "file"))
    np.testing.assert_array_equal(first.x, read_image_folder(folder)[0].x)


def test_many_stay_on_disk_and_are_the_same(tmp_path, monkeypatch):
    folder = squares(tmp_path / "two")
    in_memory = load(folder)
    monkeypatch.setattr(image_folder, "IN_MEMORY", 0)
    on_disk = load(folder)
    for one, other in zip(in_memory, on_disk, strict=True):
        assert isinstance(one.x, np.ndarray)
        assert isinstance(other.x, MappedArray)
        np.testing.assert_array_equal(one.x, np.asarray(other.x))


def broken(folder, count=1):
    for path in files_of(folder)[:count]:
        path.write_bytes(path.read_bytes()[:60])


def test_a_broken_picture_among_few_is_named(tmp_path):
    folder = squares(tmp_path / "two")
    broken(folder)
    with pytest.raises(FileError, match=r"blue.0\.png is"):
        read_image_folder(folder)


def test_a_few_broken_ones_among_many_are_left_out_and_counted(tmp_path, said, monkeypatch):
    folder = squares(tmp_path / "two", count=101)
    broken(folder, 2)
    data, _ = read_image_folder(folder)
    assert len(data) == 200
    expected = [read_picture(path, (3, 10, 12)) for path in files_of(folder)[2:]]
    np.testing.assert_array_equal(data.x, expected)
    assert "2 broken files are left out, such as" in said()[0]
    monkeypatch.setattr(image_folder, "IN_MEMORY", 0)
    np.testing.assert_array_equal(np.asarray(read_image_folder(folder)[0].x), expected)


def test_a_class_of_broken_ones_is_not_left_out(tmp_path):
    folder = squares(tmp_path / "two", count=200)
    squares(tmp_path / "two", ("aqua",), count=1)
    broken(folder)
    with pytest.raises(FileError, match=r"aqua.0\.png is"):
        read_image_folder(folder)


def test_parts_of_their_own(tmp_path, said):
    squares(tmp_path / "train", count=5)
    squares(tmp_path / "test", count=3, seed=1)
    train, test = load(tmp_path)
    assert (len(train), len(test)) == (10, 6)
    assert train.classes == test.classes == ("blue", "red")
    expected = [read_picture(path, (3, 10, 12)) for path in files_of(tmp_path / "test")]
    np.testing.assert_array_equal(test.x, expected)
    assert "6 of them, in a folder of their own, are the test part." in said()[0]


def test_a_test_part_of_one_class_and_broken_files_in_both(tmp_path):
    squares(tmp_path / "train", count=100)
    squares(tmp_path / "test", ("red",), count=100)
    broken(tmp_path / "train")
    broken(tmp_path / "test")
    train, test = load(tmp_path)
    assert (len(train), len(test), set(test.y.tolist())) == (199, 99, {1})


def test_a_test_folder_is_read_as_training_was(tmp_path, said):
    squares(tmp_path / "mine", count=5)
    squares(tmp_path / "new", ("red",), count=3, size=(30, 20), seed=1, suffix="jpg")
    (tmp_path / "new" / "red" / "notes.txt").write_text("words")
    train, test = load(tmp_path / "mine", test=tmp_path / "new")
    assert (len(train), len(test), test.classes, test.y.tolist()) == (10, 3, ("blue", "red"), [1, 1, 1])
    expected = [read_picture(path, (3, 10, 12)) for path in sorted((tmp_path / "new").rglob("*.jpg"))]
    np.testing.assert_array_equal(test.x, expected)
    assert said()[1:] == [
        "new: 3 pictures, read as those of training",
        "new has no pictures of blue: nothing is measured of them",
        "1 other file is left alone, such as notes.txt",
    ]


def test_colours_are_read_in_grey_where_training_was_grey(tmp_path):
    for folder, mode in (("grey", "L"), ("new", "RGB")):
        for name in ("a", "b"):
            (tmp_path / folder / name).mkdir(parents=True)
            picture = np.random.default_rng(len(name)).integers(0, 256, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(picture).convert(mode).save(tmp_path / folder / name / "1.png")
    train, test = load(tmp_path / "grey", test=tmp_path / "new")
    assert train.image_shape == test.image_shape == (8, 8)
    np.testing.assert_array_equal(test.x, train.x)


def test_a_test_folder_that_cannot_be(tmp_path):
    squares(tmp_path / "mine", count=5)
    squares(tmp_path / "other", ("green", "red"))
    squares(tmp_path / "bad", ("red",))
    broken(tmp_path / "bad")
    squares(tmp_path / "whole" / "train")
    squares(tmp_path / "whole" / "test")
    (tmp_path / "nothing").mkdir()
    for name, error, words in (
        ("other", DataError, r"other has a class green.*training: blue, red"),
        ("bad", FileError, r"red.0\.png"),
        ("nothing", DataError, "there are no pictures in"),
        ("none", FileError, "no file"),
        ("mine/red/0.png", ArgumentError, "one folder of pictures for each class"),
    ):
        with pytest.raises(error, match=words):
            load(tmp_path / "mine", test=tmp_path / name)
    with pytest.raises(ArgumentError, match="test"):
        load(tmp_path / "whole", test=tmp_path / "mine")


def test_load_splits_the_others_class_by_class(tmp_path):
    train, test = load(squares(tmp_path / "two", count=10), test=0.3, seed=3)
    assert (np.bincount(train.y).tolist(), np.bincount(test.y).tolist()) == ([7, 7], [3, 3])
    assert isinstance(train, Dataset)
    assert train.digests is not None


def test_content_tells_the_kinds_of_folders(tmp_path):
    folder = squares(tmp_path / "two")
    np.save(folder / "x.npy", np.eye(4))
    np.save(folder / "y.npy", np.array([0, 0, 1, 1]))
    assert load(folder, test=0.5)[0].image_shape is None
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DataError, match=r"one folder for each class.*or a folder with x\.npy"):
        load(tmp_path / "nothing")


def test_options_of_tables_are_refused(tmp_path):
    folder = squares(tmp_path / "two")
    with pytest.raises(ArgumentError, match="standardize"):
        load(folder, standardize=True)
    with pytest.raises(ArgumentError, match="constant_input"):
        load(folder, constant_input=True)


def test_the_size_of_pictures_is_refused_elsewhere():
    with pytest.raises(ArgumentError, match="image_size"):
        load("digits", image_size=8)
