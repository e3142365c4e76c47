import os

import pytest

from gradiente.data.class_folders import class_folders, pictures_in
from gradiente.errors import DataError, FileError


@pytest.fixture
def put(tmp_path):
    """Make files in the folder, empty ones: only names are looked at."""

    def made(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir() if name.endswith("/") else path.touch()
        return tmp_path

    return made


def test_names_are_labels_as_written_in_sorted_order(put):
    found = class_folders(put("10/a.png", "9/a.JPG", "perro café/a.webp", "Gato/a.png"))
    assert found.classes == ("10", "9", "Gato", "perro café")
    assert found.labels == (0, 1, 2, 3)
    assert (found.tested, found.remarks) == (0, ())


def test_deeper_folders_belong_to_their_class(put):
    found = class_folders(put("a/1.png", "a/more/0.png", "b/x/y/z.png"))
    assert [file.name for file in found.files] == ["1.png", "0.png", "z.png"]
    assert found.labels == (0, 0, 1)


def test_what_is_hidden_and_the_system_s_is_not_looked_at(put):
    names = (
        "a/.b.png",
        "a/Thumbs.db",
        "b/desktop.ini",
        ".git/x.png",
        "__MACOSX/a/1.png",
        "b/.ipynb_checkpoints/1.png",
    )
    found = class_folders(put("a/1.png", "b/1.png", *names))
    assert [file.parent.name for file in found.files] == ["a", "b"]
    assert found.remarks == ()


def test_other_files_are_left_alone_and_said(put):
    found = class_folders(put("a/1.png", "b/1.png", "b/notes.txt", "labels.csv"))
    assert len(found.files) == 2
    assert found.remarks == ("2 other files are left alone, such as labels.csv",)


@pytest.mark.parametrize(
    "names", [("train", "test"), ("Training", "Testing"), ("train", "val"), ("train", "valid")]
)
def test_parts(put, names):
    train, test = names
    found = class_folders(put(f"{train}/a/1.png", f"{train}/b/1.png", f"{test}/b/2.png", f"{train}/a/2.png"))
    assert [f"{file.parent.parent.name}/{file.name}" for file in found.files] == [
        *(f"{train}/1.png", f"{train}/2.png", f"{train}/1.png"),
        f"{test}/2.png",
    ]
    assert (found.classes, found.labels, found.tested) == (("a", "b"), (0, 0, 1, 1), 1)


def test_test_comes_before_val_which_is_not_used(put):
    found = class_folders(put("train/a/1.png", "train/b/1.png", "val/a/2.png", "test/a/3.png"))
    assert (found.files[-1].name, found.tested) == ("3.png", 1)
    assert found.remarks[0].startswith("val/ is not used here")


def test_pictures_without_a_class_are_no_test_part(put):
    found = class_folders(put("train/a/1.png", "train/b/1.png", "test/1.png"))
    assert (len(found.files), found.tested) == (2, 0)
    assert found.remarks[0].startswith("test/ is not used here")


def test_train_and_test_can_be_classes(put):
    assert class_folders(put("train/1.png", "test/1.png")).classes == ("test", "train")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("empty/",), "there are no pictures in"),
        (("a/notes.txt", "b/"), "there are no pictures in"),
        (("1.png", "2.png"), "lie side by side"),
        (("a/1.png", "b/"), "b has no pictures"),
        (("a/1.png",), "a single class, a"),
        (("train/a/1.png", "test/a/1.png"), "a single class, a"),
        (("train/a/1.png", "train/b/1.png", "test/c/1.png"), "has a class c"),
        (("train/a/1.png", "train/b/x.txt", "test/a/1.png"), "b has no pictures"),
    ],
)
def test_what_cannot_be_learned_from(put, names, words):
    with pytest.raises(DataError, match=words):
        class_folders(put(*names))


def test_links_in_circles_end(put):
    folder = put("a/1.png", "b/1.png")
    os.symlink(folder, folder / "a" / "again")
    assert len(class_folders(folder).files) == 2


def test_pictures_in_a_folder(put):
    folder = put("b.png", "a/2.jpg", "a/notes.txt", ".hidden.png")
    assert [path.relative_to(folder).as_posix() for path in pictures_in(folder)] == ["a/2.jpg", "b.png"]
    with pytest.raises(DataError, match="there are no pictures in"):
        pictures_in(put("none/x.txt") / "none")
    with pytest.raises(FileError):
        pictures_in(folder / "not there")
