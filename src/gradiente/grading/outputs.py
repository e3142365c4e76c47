"""The files that grading leaves: grades.csv, a page for every student, a page for the teacher."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gradiente.errors import FileError, require
from gradiente.files import system_reason
from gradiente.grading.class_page import class_page
from gradiente.grading.feedback import feedback_page
from gradiente.grading.gradebook import Gradebook
from gradiente.grading.table import grades_csv
from gradiente.storage import write_atomically

LONGEST = 80


@dataclass(frozen=True)
class Outputs:
    """Where everything is."""

    folder: Path

    @property
    def grades(self) -> Path:
        return self.folder / "grades.csv"

    @property
    def class_page(self) -> Path:
        return self.folder / "class.html"

    @property
    def feedback(self) -> Path:
        return self.folder / "feedback"

    @property
    def verdicts(self) -> Path:
        return self.folder / "verdicts"

    def prepare(self, graded_folder: Path) -> None:
        """Make the folders.

        Errors: ArgumentError where they would lie among the submissions; FileError where they cannot be made
        """
        inside = self.folder.resolve().is_relative_to(graded_folder.resolve())
        require(not inside, "grade.inside", output=self.folder, folder=graded_folder)
        try:
            for folder in (self.feedback, self.verdicts):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError("storage.write", path=self.folder, reason=system_reason(error)) from error


def default_output(folder: Path) -> Path:
    """FOLDER-grades, beside it.

    >>> default_output(Path("classes/2026-1.zip")).as_posix()
    'classes/2026-1-grades'
    """
    folder = folder.resolve() if folder.name in ("", "..") else folder
    name = folder.stem if folder.suffix.lower() == ".zip" else folder.name
    return folder.with_name(f"{name}-grades")


def write_outputs(outputs: Outputs, graded: Gradebook) -> dict[str, str]:
    """Write all files, in the language in use.

    Returns the path of every student's page inside the folder.

    Errors: FileError where one cannot be written
    """
    names = page_names([row.result.student for row in graded.rows])
    for row in graded.rows:
        write_atomically(outputs.feedback / names[row.result.student], feedback_page(row))
    links = {student: f"feedback/{quote(name)}" for student, name in names.items()}
    write_atomically(outputs.class_page, class_page(graded, links))
    write_atomically(outputs.grades, grades_csv(graded))
    return {student: f"feedback/{name}" for student, name in names.items()}


def page_names(students: list[str]) -> dict[str, str]:
    """A file name for every student, none of which is another's on any system.

    >>> page_names(["Ana Gómez", "ana gómez", "a/b"])
    {'Ana Gómez': 'Ana Gómez.html', 'ana gómez': 'ana gómez-2.html', 'a/b': 'a_b.html'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in students:
        plain = re.sub(r"[^\w ()-]", "_", student).strip()[:LONGEST] or "_"
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names[student] = f"{name}.html"
    return names
