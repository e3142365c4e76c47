"""The pages of a class as Moodle takes them back: a zip with a folder for each student, named as it named them."""

import io
import os
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from gradiente.errors import require
from gradiente.grading.feedback import feedback_page
from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.submissions import Person
from gradiente.locale import text
from gradiente.storage import require_folder_of, write_atomically


def check_feedback_zip(path: str | Path, folder: str | Path, people: Iterable[Person]) -> None:
    """Make sure that it can be written, before the work.

    Errors: ArgumentError where it would take the place of the submissions, or nobody has a number of Moodle; FileError
    where there is no such folder
    """
    require(os.path.realpath(path) != os.path.realpath(folder), "feedback_zip.submissions", path=path)
    numbered = any(person.platform == "moodle" for person in people)
    require(numbered, "feedback_zip.no_moodle", folder=folder)
    require_folder_of(path)


def write_feedback_zip(path: str | Path, graded: Sequence[tuple[Person, GradedStudent]]) -> int:
    """Write the pages of all who have a number of Moodle; returns how many they are.

    Errors: FileError where it cannot be written
    """
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for person, row in graded:
            if person.platform == "moodle":
                name = person.name.replace("_", " ")  # Moodle takes the number from after the first stroke
                folder = f"{name}_{person.number}_assignsubmission_file_"
                # The same class gives the same bytes: an entry is as old as the format allows.
                entry = zipfile.ZipInfo(f"{folder}/{text('grade.feedback_file')}.html")
                archive.writestr(entry, feedback_page(row).encode(), zipfile.ZIP_DEFLATED)
        count = len(archive.namelist())
    write_atomically(path, stored.getvalue())
    return count
