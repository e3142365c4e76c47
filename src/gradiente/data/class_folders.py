"""Pictures in folders by class: which files there are, of which class, for training or for testing."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradiente.data.picture import SUFFIXES
from gradiente.errors import DataError, FileError
from gradiente.files import system_reason
from gradiente.formatting import count
from gradiente.locale import text

_TRAIN = ("train", "training")
_TEST = ("test", "testing")
_VALIDATION = ("val", "valid", "validation")
_OF_THE_SYSTEM = ("thumbs.db", "desktop.ini", "__macosx")  # and what begins with a dot


@dataclass(frozen=True)
class ClassFolders:
    """The pictures of a folder, by class.

    Arguments:
        classes: the names of the folders, sorted
        files: the pictures: those for training first, then by class and by name
        labels: the number of each one's class
        tested: how many of them, the last ones, are in a folder of their own for testing; 0: none is named so
        remarks: what was found and left alone, in words
    """

    classes: tuple[str, ...]
    files: tuple[Path, ...]
    labels: tuple[int, ...]
    tested: int
    remarks: tuple[str, ...]


def class_folders(folder: Path) -> ClassFolders:
    """The pictures in a folder with one subfolder for each class, or with train/ and test/ (or val/) above them.

    Deeper folders belong to their class. Files of other kinds are left alone, and hidden ones are not looked at.

    Errors: DataError for a folder without pictures, with pictures outside of class folders only, for an empty class, a
        single class, or a class that is only in test/; FileError for a folder that cannot be read

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("b/1.png", "a/2.png", "a/10.png", "a/.hidden.png"):
    ...         Path(folder, name).parent.mkdir(exist_ok=True)
    ...         Path(folder, name).touch()
    ...     found = class_folders(Path(folder))
    >>> found.classes, [file.name for file in found.files], found.labels
    (('a', 'b'), ['10.png', '2.png', '1.png'], (0, 0, 1))
    """
    inner = _folders(folder)
    train, test, unused = _parts(inner)
    others: list[Path] = []
    of_class = _by_class(folder if train is None else train, others)
    tested = {} if test is None else _by_class(test, others)
    _require_pictures(of_class, folder)
    for name, files in of_class.items():
        if not files:
            raise DataError("folder.empty_class", folder=folder if train is None else train, name=name)
    if len(of_class) == 1:
        raise DataError("folder.one_class", folder=folder, name=next(iter(of_class)))
    if unknown := sorted(tested.keys() - of_class.keys()):
        raise DataError("folder.unknown_class", folder=test, name=unknown[0], known=", ".join(of_class))
    remarks = [text("folder.unused", folder=path.name) for path in unused]
    return _labelled(tuple(of_class), (of_class, tested), [*remarks, *_said(others)])


def folders_of_classes(folder: Path, classes: Sequence[str]) -> ClassFolders:
    """The pictures in a folder with one subfolder for each of these classes, of which some may be without pictures.

    Errors: DataError for a folder without pictures, with pictures outside of class folders only, or with those of
        another class; FileError for a folder that cannot be read
    """
    others: list[Path] = []
    of_class = {name: files for name, files in _by_class(folder, others).items() if files}
    _require_pictures(of_class, folder)
    if unknown := sorted(of_class.keys() - set(classes)):
        raise DataError("folder.unknown_class", folder=folder, name=unknown[0], known=", ".join(classes))
    return _labelled(tuple(classes), (of_class,), _said(others))


def _require_pictures(of_class: Mapping[str, list[Path]], folder: Path) -> None:
    if not any(of_class.values()):
        flat = any(is_picture(path) for path in _visible(folder))
        raise DataError("folder.flat" if flat else "folder.no_pictures", folder=folder)


def _labelled(
    classes: tuple[str, ...], parts: Sequence[Mapping[str, list[Path]]], remarks: list[str]
) -> ClassFolders:
    """The pictures of one part after the other, with the numbers of their classes."""
    files, labels = [], []
    for part in parts:
        for label, name in enumerate(classes):
            files += part.get(name, [])
            labels += [label] * len(part.get(name, []))
    tests = sum(len(each) for part in parts[1:] for each in part.values())
    return ClassFolders(classes, tuple(files), tuple(labels), tests, tuple(remarks))


def _said(others: list[Path]) -> list[str]:
    """Which files are left alone, in words."""
    return [text("folder.others", count=count(len(others)), example=others[0].name)] if others else []


def pictures_in(folder: Path) -> list[Path]:
    """All pictures in a folder and in those inside it, by their paths.

    Errors: DataError where there are none; FileError for a folder that cannot be read
    """
    found = [path for path in _inside(folder) if is_picture(path)]
    if not found:
        raise DataError("folder.no_pictures", folder=folder)
    return found


def is_picture(path: Path) -> bool:
    """Whether a file is one of a picture, by its name."""
    return path.suffix.lower() in SUFFIXES


def _parts(inner: list[Path]) -> tuple[Path | None, Path | None, list[Path]]:
    """The folders for training and for testing, None where they are none, and those that are not used then."""
    train = _named(inner, _TRAIN)
    if train is None or not _folders(train) or any(map(is_picture, _visible(train))):
        return None, None, []
    test = _named([path for path in inner if _folders(path)], _TEST + _VALIDATION)
    return train, test, [path for path in inner if path not in (train, test)]


def _named(folders: list[Path], names: tuple[str, ...]) -> Path | None:
    found = {path.name.lower(): path for path in folders}
    return next((found[name] for name in names if name in found), None)


def _by_class(folder: Path, others: list[Path]) -> dict[str, list[Path]]:
    """The pictures in each folder of a folder; to `others`, the other files that are there."""
    others += [path for path in _visible(folder) if not path.is_dir()]
    result = {}
    for each in _folders(folder):
        files = list(_inside(each))
        result[each.name] = [path for path in files if is_picture(path)]
        others += [path for path in files if not is_picture(path)]
    return result


def _folders(folder: Path) -> list[Path]:
    return [path for path in _visible(folder) if path.is_dir()]


def _visible(folder: Path) -> list[Path]:
    """What is in a folder, sorted by name, without what is hidden or the system's own."""
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise FileError("file.unreadable", path=folder, reason=system_reason(error)) from error
    return [
        path for path in found if not path.name.startswith(".") and path.name.lower() not in _OF_THE_SYSTEM
    ]


def _inside(folder: Path) -> Iterator[Path]:
    """The files in a folder and in those inside it; folders that are links are not followed there."""
    for path in _visible(folder):
        if not path.is_dir():
            yield path
        elif not os.path.islink(path):
            yield from _inside(path)
