"""grades.csv: a line for every student."""

from gradiente.grading.gradebook import Gradebook, GradedStudent
from gradiente.grading.spreadsheet import spreadsheet
from gradiente.locale import text

_COLUMNS = ("student", "file", "workshop")
_AFTER = ("total", "maximum", "first_mistake", "status", "isolation")


def grades_csv(graded: Gradebook) -> str:
    """The table: a column of points for every function between the file and the total."""
    before, after = ([text(f"grade.column.{name}") for name in names] for names in (_COLUMNS, _AFTER))
    rows = [_row(row, graded.functions) for row in graded.rows]
    return spreadsheet([[*before, *graded.functions, *after], *rows])


def _row(row: GradedStudent, functions: list[str]) -> list[str | float | None]:
    result = row.result
    return [
        result.student,
        result.file,
        result.verdict.workshop if result.verdict else "",
        *(row.points.get(name) for name in functions),
        row.total,
        row.maximum,
        result.first_mistake(),
        text(f"grade.status.{result.status}"),
        text(f"grade.mode.{result.isolation}") if result.isolation else "",
    ]
