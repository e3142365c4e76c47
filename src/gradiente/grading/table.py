"""grades.csv: a line for every student."""

import csv
import io

from gradiente.grading.gradebook import Gradebook, GradedStudent
from gradiente.locale import text

_COLUMNS = ("student", "file", "workshop")
_AFTER = ("total", "maximum", "first_mistake", "status")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def points_text(points: float | None) -> str:
    """Points with the decimals they need, at most two.

    >>> points_text(50.0), points_text(100 / 11), points_text(None)
    ('50', '9.09', '')
    """
    return "" if points is None else f"{points:.2f}".rstrip("0").rstrip(".")


def grades_csv(graded: Gradebook) -> str:
    """The table: a column of points for every function between the file and the total."""
    stored = io.StringIO()
    writer = csv.writer(stored, lineterminator="\n")
    header = [text(f"grade.column.{name}") for name in _COLUMNS]
    writer.writerow([*header, *graded.functions, *(text(f"grade.column.{name}") for name in _AFTER)])
    for row in graded.rows:
        writer.writerow([_cell(value) for value in _row(row, graded.functions)])
    return stored.getvalue()


def _row(row: GradedStudent, functions: list[str]) -> list[str]:
    result = row.result
    return [
        result.student,
        result.file,
        result.verdict.workshop if result.verdict else "",
        *(points_text(row.points.get(name)) for name in functions),
        points_text(row.total),
        points_text(row.maximum),
        result.first_mistake(),
        text(f"grade.status.{result.status}"),
    ]


def _cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula: names of files and students come from outside."""
    return f"'{value}" if value.startswith(_FORMULA) else value
