"""The files and folders of a class, read, or refused with the reason."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gradiente.checker.reading.submission import LARGEST
from gradiente.files import system_reason
from gradiente.locale import text

SUBMISSIONS = (".py", ".ipynb")
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
IGNORED = ("__MACOSX", "__pycache__")

ObstacleStatus = Literal["two_files", "no_file", "refused", "unreadable", "error"]


@dataclass(frozen=True)
class Obstacle:
    """Why something cannot be graded.

    Arguments:
        status: the word in the column of that name
        key: its words, `grade.obstacle.KEY`
        values: what fills their places
    """

    status: ObstacleStatus
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def words(self) -> str:
        """The reason in one sentence."""
        return text(f"grade.obstacle.{self.key}", **self.values)


@dataclass(frozen=True)
class Entry:
    """A file, or a folder, and what is in it.

    Arguments:
        parts: its path inside the folder of the class; an archive counts as a folder
        content: the bytes of a submission, None for anything else
        obstacle: why it was not read
        folder: whether it is one
    """

    parts: tuple[str, ...]
    content: bytes | None = None
    obstacle: Obstacle | None = None
    folder: bool = False

    @property
    def counts(self) -> bool:
        """Whether it counts as a submission, read or refused."""
        return self.content is not None or self.obstacle is not None

    @property
    def path(self) -> str:
        """Its printable path."""
        return shown("/".join(self.parts))


def shown(name: str) -> str:
    """A file's name without control characters."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def ignored(name: str) -> bool:
    """Whether a file or folder of that name is a machine's own: hidden, or left behind by an archiver."""
    return name.startswith(".") or name in IGNORED


def suffix(name: str) -> str:
    """The end of a file's name, in lower case."""
    return Path(name).suffix.lower()


def sized(parts: tuple[str, ...], content: bytes) -> Entry:
    """A submission that was read up to one byte more than is allowed."""
    if len(content) > LARGEST:
        large = Obstacle("refused", "large", {"file": shown(parts[-1]), "megabytes": LARGEST >> 20})
        return Entry(parts, obstacle=large)
    return Entry(parts, content)


def walk(folder: Path, parts: tuple[str, ...] = ()) -> Iterator[tuple[Entry, Path]]:
    """Everything below a folder with where it is, in the order of the names; links are not followed."""
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        yield Entry(parts, obstacle=unreadable(folder.name, error)), folder
        return
    for path in inside:
        own = (*parts, path.name)
        if ignored(path.name):
            continue
        try:
            mode = path.lstat().st_mode
        except OSError as error:
            yield Entry(own, obstacle=unreadable(path.name, error)), path
            continue
        if stat.S_ISDIR(mode):
            yield Entry(own, folder=True), path
            yield from walk(path, own)
        else:
            yield _file(path, mode, own), path


def named_file(path: Path) -> Entry:
    """The one file that was asked for; where it is a link, the file it leads to."""
    return _file(path, path.stat().st_mode, (path.name,))


def unreadable(name: str, error: Exception) -> Obstacle:
    """What keeps a file from being read: the system, or that an archive is damaged."""
    reason = system_reason(error) if isinstance(error, OSError) else text("grade.damaged")
    return Obstacle("unreadable", "unreadable", {"file": shown(name), "reason": reason})


def _file(path: Path, mode: int, parts: tuple[str, ...]) -> Entry:
    kind = suffix(path.name)
    submitted = kind in (*SUBMISSIONS, ".zip")
    if stat.S_ISLNK(mode) and (submitted or path.is_dir()):
        return Entry(parts, obstacle=Obstacle("refused", "link", {"file": shown(path.name)}))
    if kind in PACKED:
        return Entry(parts, obstacle=Obstacle("refused", "packed", {"file": shown(path.name)}))
    if submitted and not stat.S_ISREG(mode):
        return Entry(parts, obstacle=Obstacle("refused", "no_plain_file", {"file": shown(path.name)}))
    if kind not in SUBMISSIONS:
        return Entry(parts)
    try:
        with path.open("rb") as file:
            return sized(parts, file.read(LARGEST + 1))
    except OSError as error:
        return Entry(parts, obstacle=unreadable(path.name, error))
