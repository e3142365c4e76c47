"""Who handed in what: the layouts of nbgrader, Moodle, Canvas and plain folders become one list of students."""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

from gradiente.errors import FileError
from gradiente.grading.archives import unpacked
from gradiente.grading.entries import PACKED, SUBMISSIONS, Entry, Obstacle, named_file, shown, suffix, walk

NBGRADER = "submitted"
# Moodle's name for a student's folder or file: Ana Gómez_12345_assignsubmission_file_
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+")
# Canvas's name for an uploaded file: gomezana_LATE_12345_678901_xor.py; a later upload has a larger number.
CANVAS = re.compile(r"(?P<name>[^_]+)(?:_LATE|_late)?_(?P<id>\d+)_(?P<upload>\d{3,})_.+")
Platform = Literal["", "moodle", "canvas"]


class Person(NamedTuple):
    """A student as the names of files give them: the platform that numbered them, and its number, where there are."""

    name: str
    platform: Platform = ""
    number: str = ""


NOBODY = Person("")


@dataclass(frozen=True)
class StudentSubmission:
    """One student's submission.

    Arguments:
        student: the name
        file: its path inside the folder; of several, all of them
        content: the bytes of the one file, None where there is an obstacle
        obstacle: why it cannot be graded
        person: who it is for the platform that the folder comes from
    """

    student: str
    file: str
    content: bytes | None = None
    obstacle: Obstacle | None = None
    person: Person = NOBODY


def submissions(folder: str | Path) -> list[StudentSubmission]:
    """Every student of a class with what was handed in, in the order of the names.

    One file for each student, one folder for each, a zip for each, nbgrader's submitted/STUDENT/ASSIGNMENT/, the zip
    of Moodle or Canvas, packed or unpacked. Of several uploads to Canvas the last one counts.

    Arguments:
        folder: the folder, or one zip with all of it

    Errors: FileError where there is none, or no submission in it
    """
    folder = Path(folder)
    groups: dict[Person, list[Entry]] = {}
    for found in sorted(_everything(folder), key=lambda entry: entry.parts):
        person = _person(found)
        if person is not None:
            groups.setdefault(person, []).append(found)
    if not any(found.counts for group in groups.values() for found in group):
        raise FileError("grade.empty", folder=folder)
    shared = Counter(person.name for person in groups)
    named = {
        f"{one.name} ({one.number})" if shared[one.name] > 1 and one.number else one.name: one
        for one in groups
    }
    return [
        replace(_submission_of(student, _counting(person, groups[person])), person=person)
        for student, person in sorted(named.items())
    ]


def one_submission(path: str | Path) -> StudentSubmission:
    """What one student handed in: a .py or .ipynb, or a folder or a zip in which there is one.

    Errors: FileError where there is no such file or folder
    """
    path = Path(path)
    name = _clean(path.resolve().name)
    if path.is_dir():
        return _submission_of(name, list(_unpacked_too(path)))
    if not path.exists():
        raise FileError("file.missing", path=path)
    found = named_file(path)
    if suffix(path.name) == ".zip" and found.obstacle is None:
        return _submission_of(name, unpacked(path, found.parts))
    return _submission_of(name, [found])


def _everything(folder: Path) -> list[Entry]:
    if os.path.isfile(folder):
        found = unpacked(folder, whole_class=True)
        for entry in found:
            if not entry.parts and entry.obstacle is not None:
                reason = entry.obstacle.values.get("reason", entry.obstacle.words())
                raise FileError("grade.zip", path=folder, reason=reason)
        return _without_wrapper(found)
    if not os.path.isdir(folder):
        raise FileError("grade.missing", folder=folder)
    root = folder / NBGRADER if (folder / NBGRADER).is_dir() else folder
    return list(_unpacked_too(root))


def _unpacked_too(root: Path) -> Iterator[Entry]:
    for found, path in walk(root):
        if not found.parts and found.obstacle is not None:
            raise FileError("grade.unreadable", folder=root, reason=found.obstacle.values["reason"])
        if suffix(path.name) == ".zip" and not found.folder and found.obstacle is None:
            yield from unpacked(path, found.parts) or [found]
        else:
            yield found


def _without_wrapper(found: list[Entry]) -> list[Entry]:
    """The same without the one folder that holds a whole class."""
    firsts = {entry.parts[0] for entry in found}
    wrapped = len(firsts) == 1 and sum(entry.counts for entry in found) > 1
    first = next(iter(firsts), "")
    if not wrapped or MOODLE.match(first) or CANVAS.fullmatch(first):
        return found
    return [replace(entry, parts=entry.parts[1:]) for entry in found if len(entry.parts) > 1]


def _person(found: Entry) -> Person | None:
    """The student; None for a file that is nobody's."""
    for part in found.parts:
        moodle = MOODLE.match(part)
        if moodle:
            return Person(_clean(moodle["name"]), "moodle", moodle["id"])
    first = found.parts[0]
    canvas = CANVAS.fullmatch(first)
    if canvas and not found.folder and (len(found.parts) == 1 or suffix(first) == ".zip"):
        return Person(_clean(canvas["name"]), "canvas", canvas["id"])
    if len(found.parts) == 1 and not found.folder:
        if not found.counts and suffix(first) != ".zip":
            return None
        kinds = (*SUBMISSIONS, *PACKED, ".zip")
    else:
        kinds = (".zip",)
    return Person(_clean(Path(first).stem if suffix(first) in kinds else first))


def _counting(person: Person, group: list[Entry]) -> list[Entry]:
    """The student's entries without those of earlier uploads to Canvas."""
    uploads = {found.parts[0] for found in group if found.counts}
    if person.platform != "canvas" or not uploads:
        return group
    last = max(uploads, key=_upload)
    return [found for found in group if found.parts[0] == last]


def _upload(name: str) -> int:
    found = CANVAS.fullmatch(name)
    return int(found["upload"]) if found else 0


def _clean(name: str) -> str:
    return shown(unicodedata.normalize("NFC", name)).strip() or "?"


def _submission_of(student: str, group: list[Entry]) -> StudentSubmission:
    counted = [found for found in group if found.counts]
    if len(counted) == 1:
        return StudentSubmission(student, counted[0].path, counted[0].content, counted[0].obstacle)
    if counted:
        names = ", ".join(found.path for found in counted)
        values = {"count": len(counted), "files": names}
        return StudentSubmission(student, names, obstacle=Obstacle("two_files", "two_files", values))
    names = ", ".join(found.path for found in group if not found.folder)
    key = "other_files" if names else "no_file"
    return StudentSubmission(student, names, obstacle=Obstacle("no_file", key, {"files": names}))
