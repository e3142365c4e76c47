"""nbgrader: the table that `nbgrader export` writes, a line for every student."""

import csv
import io
from pathlib import Path, PurePosixPath

from gradiente.grading.gradebook import Gradebook
from gradiente.grading.spreadsheet import plain_cell, points_text
from gradiente.grading.submissions import NBGRADER

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def nbgrader_csv(graded: Gradebook, folder: str | Path) -> str:
    """The table, with commas and decimal points in every language. Who could not be graded has no score.

    Arguments:
        folder: of the class; in nbgrader's own, an assignment is a folder below the student's
    """
    stored = io.StringIO()
    writer = csv.DictWriter(stored, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    course = Path(folder).resolve()
    layered = course.name == NBGRADER or (course / NBGRADER).is_dir()
    for row in graded.rows:
        parts = PurePosixPath(row.result.file).parts
        assignment = parts[1] if layered and len(parts) > 2 else graded.workshop
        score = points_text(row.total)
        penalty = "" if row.total is None else "0"
        writer.writerow(
            {
                "assignment": plain_cell(assignment),
                "student_id": plain_cell(row.result.student),
                "raw_score": score,
                "late_submission_penalty": penalty,
                "score": score,
                "max_score": points_text(row.maximum),
            }
        )
    return stored.getvalue()
