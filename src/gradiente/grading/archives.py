"""Zip files as folders, read in memory: nothing of them is ever written to the disk."""

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from gradiente.checker.reading.submission import LARGEST
from gradiente.grading.entries import (
    SUBMISSIONS,
    Entry,
    Obstacle,
    ignored,
    shown,
    sized,
    suffix,
    unreadable,
)

# What a zip may say of itself before it counts as a bomb: a student's, and that of a whole class.
MOST_FILES, MOST_BYTES = 2_000, 256 << 20
CLASS_FILES, CLASS_BYTES = 200_000, 16 << 30
_UTF8, _ENCRYPTED = 0x800, 0x1


def unpacked(source: Path | bytes, parts: tuple[str, ...] = (), *, whole_class: bool = False) -> list[Entry]:
    """What is in a zip.

    A student's is refused as a whole for one entry that leads out of it. In a class's, such an entry concerns the
    student under whose name it stands, and a zip inside is a student's.

    Arguments:
        parts: where the zip itself was found
    """
    name = parts[-1] if parts else ""
    files, size = (CLASS_FILES, CLASS_BYTES) if whole_class else (MOST_FILES, MOST_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            entries = archive.infolist()
            if len(entries) > files or sum(entry.file_size for entry in entries) > size:
                values = {"file": shown(name), "files": files, "megabytes": size >> 20}
                return [Entry(parts, obstacle=Obstacle("refused", "bomb", values))]
            unsafe = [] if whole_class else [entry for entry in entries if _leads_out(entry)]
            if unsafe:
                return [Entry(parts, obstacle=_unsafe(name, unsafe[0]))]
            return [found for entry in entries for found in _opened(archive, entry, parts, whole_class)]
    except Exception as error:  # a damaged archive makes zipfile raise errors of many kinds
        return [Entry(parts, obstacle=unreadable(name, error))]


def _opened(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, parts: tuple[str, ...], whole_class: bool
) -> Iterator[Entry]:
    own = tuple(part for part in _name(entry).split("/") if part not in ("", ".", ".."))
    if not own or any(map(ignored, own)):
        return
    here = (*parts, *own)
    kind = suffix(own[-1])
    if _leads_out(entry):
        yield Entry(here, obstacle=_unsafe(own[-1], entry))
    elif entry.is_dir():
        yield Entry(here, folder=True)
    elif kind == ".zip" and not whole_class:
        yield Entry(here, obstacle=Obstacle("refused", "nested", {"file": shown(own[-1])}))
    elif kind in (*SUBMISSIONS, ".zip"):
        found = _read(archive, entry, here)
        if kind == ".zip" and found.content is not None:
            yield from unpacked(found.content, here) or [Entry(here)]
        else:
            yield found
    else:
        yield Entry(here)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, parts: tuple[str, ...]) -> Entry:
    if entry.flag_bits & _ENCRYPTED:
        return Entry(parts, obstacle=Obstacle("refused", "encrypted", {"file": shown(parts[-1])}))
    try:
        with archive.open(entry) as file:
            return sized(parts, file.read(LARGEST + 1))
    except Exception as error:
        return Entry(parts, obstacle=unreadable(parts[-1], error))


def _unsafe(name: str, entry: zipfile.ZipInfo) -> Obstacle:
    return Obstacle("refused", "unsafe", {"file": shown(name), "entry": shown(_name(entry))})


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    """Whether it is a link, or its name that of a place outside."""
    name = _name(entry)
    link = stat.S_ISLNK(entry.external_attr >> 16)
    return link or name.startswith("/") or name[1:2] == ":" or ".." in name.split("/")


def _name(entry: zipfile.ZipInfo) -> str:
    """Its name: some archivers write UTF-8 without saying so, and some the other stroke."""
    name = entry.filename
    if not entry.flag_bits & _UTF8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    return name.replace("\\", "/")
