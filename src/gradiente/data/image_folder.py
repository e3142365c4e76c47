"""Pictures in folders by class as a data set: decoded once, kept in the cache folder, in memory where they are few."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.cached import cached_arrays
from gradiente.data.class_folders import ClassFolders, class_folders, folders_of_classes
from gradiente.data.dataset import Dataset
from gradiente.data.own import as_rows
from gradiente.data.picture import header, picture_bytes
from gradiente.errors import FileError, require_in
from gradiente.files import system_reason
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.mapped import MappedArray
from gradiente.quiet import ignored_warnings
from gradiente.threads import cores

Array = np.ndarray
LONGEST = 64  # pixels of the longer side, unless another size is asked for
SIZES = "[4, 1024]"  # that may be asked for
SMALLEST = 4  # of the shorter side
IN_MEMORY = 300_000_000  # bytes of float32: more stay on disk
MOST_BROKEN = 0.01  # of the files: more are no accident
_MANY = 1000  # pictures take a moment, which is said
_NAMED = 10  # classes
_GREY, _COLOUR = 1, 3  # what was found of a picture: channels; 0, that it is broken
log = logging.getLogger("gradiente")


def read_image_folder(
    folder: str | Path, image_size: int | None = None
) -> tuple[Dataset, tuple[Array, Array] | None]:
    """The pictures in a folder with one subfolder for each class, whose names are the classes.

    Each becomes what `read_picture` gives: grey if all of them are grey. The size is the median of their heights and
    that of their widths, made smaller where the longer is above 64. With train/ and test/ above the classes, or val/
    where there is no test/, those are the parts. What was taken is said by the log `gradiente`. A few broken files, 1 %
    at most, are left out and counted.

    Arguments:
        image_size: pixels of the longer side, in [4, 1024]; None: at most 64

    Shapes: → the data set of all pictures; the row numbers of its training and test parts, None: they are not given
    Errors: those of `class_folders`; FileError for a broken picture where there are more; ArgumentError for a size that
        is not in that interval

    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for colour in ("red", "blue"):
    ...         Path(folder, colour).mkdir()
    ...         Image.new("RGB", (8, 6), colour).save(Path(folder, colour, "1.png"))
    ...     data, parts = read_image_folder(folder)
    >>> data.classes, data.image_shape, data.x.shape, parts
    (('blue', 'red'), (3, 6, 8), (2, 144), None)
    """
    if image_size is not None:
        require_in(SIZES, "data", image_size=image_size)
    folder = Path(folder).absolute()
    found = class_folders(folder)
    kept = _kept(str(folder), found, image_size)
    channels = kept["channels"].astype(int)
    good = np.flatnonzero(channels)
    rows, columns, changed = map(int, kept["size"])
    shape = (rows, columns) if channels.max() == _GREY else (_COLOUR, rows, columns)
    tested = int((good >= len(found.files) - found.tested).sum())
    whole = _data_set(folder, found, kept, shape)
    for remark in (_taken(found, channels, (rows, columns), bool(changed)), *found.remarks):
        log.info(remark)
    numbers = np.arange(len(good))
    parts = (numbers[: len(good) - tested], numbers[len(good) - tested :]) if tested else None
    return whole, parts


def read_labelled_folder(folder: str | Path, classes: Sequence[str], image_shape: Sequence[int]) -> Dataset:
    """The pictures in a folder with one subfolder for each class, to measure a network that was trained on others.

    They are read as those of training: in their size, grey where they were. Of which classes there are none, and which
    files are left out, is said by the log `gradiente`.

    Arguments:
        classes, image_shape: those of the training data

    Errors: those of `folders_of_classes`; FileError for a broken picture where there are more than 1 %
    """
    folder, shape = Path(folder).absolute(), tuple(image_shape)
    found = folders_of_classes(folder, classes)
    kept = _kept(f"{folder} {shape}", found, shape)
    channels = kept["channels"].astype(int)
    absent = [name for number, name in enumerate(classes) if number not in found.labels]
    remarks = [text("folder.labelled", folder=folder.name, count=count(int((channels > 0).sum())))]
    remarks += [text("folder.absent", folder=folder.name, names=", ".join(absent))] if absent else []
    for remark in (*remarks, *_broken(found, channels), *found.remarks):
        log.info(remark)
    return _data_set(folder, found, kept, shape, to_measure=True)


def _kept(name: str, found: ClassFolders, size: int | tuple[int, ...] | None) -> Mapping[str, Array]:
    """What `_decoded` makes of the pictures, kept under a name in the cache folder.

    Errors: FileError for a broken picture where there are more than a few
    """
    kept = cached_arrays(
        f"pictures/{_digest([name])}",
        [_digest(map(_state, found.files)), str(size)],
        lambda: _decoded(found.files, size),
        alone=True,
    )
    _require_few_broken(found, kept["channels"].astype(int))
    return kept


def _data_set(
    folder: Path, found: ClassFolders, kept: Mapping[str, Array], shape: tuple[int, ...], **facts: Any
) -> Dataset:
    """The pictures that are whole, in that shape."""
    good = np.flatnonzero(kept["channels"])
    pixels = kept["pixels"][:, : int(np.prod(shape))]  # of grey ones the first channel, and no padding
    x = MappedArray(pixels, None if len(good) == len(pixels) else good, as_rows)
    data: Any = np.asarray(x) if x.size * 4 <= IN_MEMORY else x
    facts |= {"image_shape": shape, "picture_files": True}
    return Dataset(data, np.array(found.labels)[good], "classification", folder.name, found.classes, **facts)


def _taken(found: ClassFolders, channels: Array, size: tuple[int, int], changed: bool) -> str:
    """What was taken, in words."""
    names = ", ".join(found.classes[:_NAMED]) + (", …" if len(found.classes) > _NAMED else "")
    words = {"count": count(int((channels > 0).sum())), "classes": len(found.classes), "names": names}
    kind = text("folder.grey" if channels.max() == _GREY else "folder.colour")
    lines = [text("folder.taken", **words, rows=size[0], columns=size[1], kind=kind)]
    lines += [text("folder.cut")] if changed else []
    lines += [text("folder.tested", count=count(found.tested))] if found.tested else []
    return " ".join([*lines, *_broken(found, channels)])


def _broken(found: ClassFolders, channels: Array) -> list[str]:
    """Which files are broken, in words."""
    broken = np.flatnonzero(channels == 0)
    return (
        [text("folder.broken", count=count(len(broken)), example=found.files[broken[0]])]
        if len(broken)
        else []
    )


def _require_few_broken(found: ClassFolders, channels: Array) -> None:
    """Raise the error of a broken picture where there are more than a few, or all of a class are."""
    broken, labels = np.flatnonzero(channels == 0), np.array(found.labels)
    emptied = ~np.isin(labels[broken], labels[channels > 0])
    if len(broken) > MOST_BROKEN * len(channels) or emptied.any():
        path = found.files[broken[emptied.argmax()]]
        with ignored_warnings():
            picture_bytes(path, _GREY, (SMALLEST, SMALLEST))
        raise FileError("image.corrupt", path=path)  # when it was read before


def _decoded(files: Sequence[Path], size: int | tuple[int, ...] | None) -> dict[str, Array]:
    """The pixels of the pictures, what was found of each, and their common size.

    Arguments:
        size: of the longer side, None: at most 64; or the shape that each is to have
    """
    if len(files) >= _MANY:
        log.info(text("folder.reading", count=count(len(files))))
    headers = np.zeros((len(files), 3), dtype=np.int64)

    def measure(row: int) -> None:
        headers[row] = header(files[row])

    whole = _each(measure, len(files))
    sizes, grey = headers[whole, :2], bool(headers[whole, 2].all())
    if isinstance(size, tuple):
        grey, (rows, columns) = len(size) == 2, size[-2:]
    else:
        rows, columns = _common_size(sizes, size) if whole.any() else (SMALLEST, SMALLEST)
    channels = np.zeros(len(files), dtype=np.uint64)
    most = _GREY if grey else _COLOUR
    pixels = _on_disk((len(files), -(-most * rows * columns // 8) * 8))

    def decode(row: int) -> None:
        if whole[row]:
            picture = picture_bytes(files[row], most, (rows, columns))
            pixels[row, : picture.size] = picture.reshape(-1)
            channels[row] = _COLOUR if (picture != picture[0]).any() else _GREY

    _each(decode, len(files))
    changed = (sizes != (rows, columns)).any()
    common = np.array([rows, columns, changed], dtype=np.uint64)
    return {"pixels": pixels, "channels": channels, "size": common}


def _common_size(sizes: Array, image_size: int | None) -> tuple[int, int]:
    """The median height and the median width, the longer of them at most 64 or as long as asked for."""
    rows, columns = np.median(sizes, axis=0)
    longest = max(rows, columns)
    scale = min(1, LONGEST / longest) if image_size is None else image_size / longest
    return max(SMALLEST, round(scale * rows)), max(SMALLEST, round(scale * columns))


def _each(work: Callable[[int], None], rows: int) -> Array:
    """work(row) for each row, on all cores; of which rows it raised no error of a file."""
    done = np.ones(rows, dtype=bool)

    def attempt(row: int) -> None:
        try:
            work(row)
        except FileError:
            done[row] = False

    with ignored_warnings():
        pool = ThreadPoolExecutor(cores(), thread_name_prefix="pictures")
        try:
            for _ in pool.map(attempt, range(rows)):
                pass
        finally:
            pool.shutdown(cancel_futures=True)
    return done


def _on_disk(shape: tuple[int, int]) -> Array:
    """An array of bytes in a temporary file without a name, which ends with it.

    Errors: FileError where the disk has no place for it
    """
    try:
        with tempfile.TemporaryFile() as file:
            if hasattr(os, "posix_fallocate"):  # a map of a file without its place would end the process
                os.posix_fallocate(file.fileno(), 0, shape[0] * shape[1])
            return np.asarray(np.memmap(file, np.uint8, "w+", shape=shape))
    except OSError as error:
        raise FileError("storage.write", path=tempfile.gettempdir(), reason=system_reason(error)) from error


def _state(path: Path) -> str:
    """What changes when a file does."""
    try:
        state = os.stat(path)
    except OSError:  # its error is that of reading it
        return str(path)
    return f"{path} {state.st_size} {state.st_mtime_ns}"


def _digest(words: Any) -> str:
    return hashlib.sha256("\n".join(words).encode(errors="surrogatepass")).hexdigest()[:16]
