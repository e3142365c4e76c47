"""The worksheet that Moodle or Canvas gave out, filled with the points of a class: in it, only grades change."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradiente.errors import ArgumentError, FileError, did_you_mean
from gradiente.grading.cells import Cell, Cells, read_cells
from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.spreadsheet import plain_cell, points_text
from gradiente.grading.submissions import Person, Platform
from gradiente.locale import text
from gradiente.storage import write_atomically

# Moodle's columns in the languages of its sites, as `_folded` writes them.
IDENTIFIER = ("identifier", "identificador")
NAME = ("full name", "nombre completo", "nombre")
GRADE = ("grade", "calificacion")
MAXIMUM = ("maximum grade", "calificacion maxima", "puntuacion maxima")
COMMENTS = ("feedback comments", "comentarios de retroalimentacion", "comentarios de realimentacion")
PARTICIPANT = re.compile(r".*?(\d+)\s*")  # "Participant 123", in any language
# Canvas's: an assignment is its name and its number, as "XOR (123)".
ASSIGNMENT = re.compile(r"(?P<name>.+) \((?P<number>\d+)\)")
POINTS_POSSIBLE = ("points possible", "puntos posibles")
NUMBER = re.compile(r"\d+([.,]\d+)?")
EMPTY = ("", "-")  # Moodle's cells without a grade


@dataclass(frozen=True)
class Line:
    """A student in the worksheet: where the grade is written, and the comment, if there is a column for it."""

    name: str
    grade: Cell
    comment: Cell | None
    maximum: float | None


@dataclass(frozen=True)
class Filled:
    """What was done to a worksheet; students by name.

    Arguments:
        written: grades
        kept: who had another grade already, which stays
        absent: students of the class who are not in the worksheet
        without_submission: students of the worksheet who handed nothing in
        scaled: whether the worksheet says the maximum
    """

    written: int
    kept: Sequence[str]
    absent: Sequence[str]
    without_submission: Sequence[str]
    scaled: bool


@dataclass(frozen=True)
class Worksheet:
    """A worksheet, read.

    Arguments:
        lines: by the platform's number of the student
        mark: of decimals in its numbers
    """

    path: Path
    platform: Platform
    cells: Cells
    lines: Mapping[str, Line]
    mark: str

    @classmethod
    def read(cls, path: str | Path, column: str | None = None) -> "Worksheet":
        """The worksheet of that file, recognized by its header.

        Arguments:
            column: the assignment's, where the worksheet has several

        Errors: FileError where it is of another kind or damaged; ArgumentError for the column
        """
        cells = read_cells(path)
        header = [_folded(cell.value) for cell in cells.rows[0]]
        if _place(header, IDENTIFIER) is not None and _place(header, GRADE) is not None:
            if column is not None:
                raise ArgumentError("worksheet.no_columns", path=path, column=column)
            return cls(Path(path), "moodle", cells, _moodle(path, cells, header), _mark(cells))
        if header[:2] == ["student", "id"] and "section" in header:
            return cls(Path(path), "canvas", cells, _canvas(path, cells, column), _mark(cells))
        found = cells.separator.join(cell.value for cell in cells.rows[0])[:120]
        raise FileError("worksheet.header", path=path, header=plain_cell(found))

    def check(self, folder: str | Path, people: Iterable[Person]) -> None:
        """Make sure that it is the worksheet of this class, before the work.

        Errors: FileError where it has none of its students
        """
        people = list(people)
        if not any(self._line(person) for person in people):
            there = next(iter(self.lines), "–")
            here = next((person.number for person in people if person.platform == self.platform), "–")
            raise FileError(
                f"worksheet.other_course.{self.platform}",
                path=self.path,
                folder=folder,
                there=there,
                here=here,
            )

    def fill(self, graded: Sequence[tuple[Person, GradedStudent]], *, overwrite: bool = False) -> Filled:
        """Write the grades into the file, at once.

        Arguments:
            overwrite: replace grades that are there already

        Errors: FileError where it cannot be written
        """
        changes: dict[Cell, str] = {}
        kept, absent, written = [], [], 0
        for person, row in graded:
            line = self._line(person)
            if line is None:
                absent.append(row.result.student)
                continue
            grade = self._grade(row, line)
            there = line.grade.value.strip()
            if grade is None or _same(there, grade):
                continue
            if there not in EMPTY and not overwrite:
                kept.append(row.result.student)
                continue
            changes[line.grade] = grade
            written += 1
            if line.comment is not None and (overwrite or not line.comment.value.strip()):
                changes[line.comment] = html.escape(plain_cell(_comment(row)), quote=False)
        if changes:
            write_atomically(self.path.resolve(), self.cells.changed(changes))
        here = {person.number for person, _ in graded if person.platform == self.platform}
        without = [line.name for number, line in self.lines.items() if number not in here]
        scaled = all(line.maximum is not None for line in self.lines.values())
        return Filled(written, kept, absent, without, scaled)

    def _line(self, person: Person) -> Line | None:
        return self.lines.get(person.number) if person.platform == self.platform else None

    def _grade(self, row: GradedStudent, line: Line) -> str | None:
        """The points on the worksheet's scale; None where there are none."""
        if row.total is None or row.maximum == 0:
            return None
        scale = 1.0 if line.maximum is None else line.maximum / row.maximum
        return points_text(row.total * scale, self.mark)


def _moodle(path: str | Path, cells: Cells, header: list[str]) -> dict[str, Line]:
    identifier, grade = _place(header, IDENTIFIER), _place(header, GRADE)
    name, maximum, comment = _place(header, NAME), _place(header, MAXIMUM), _place(header, COMMENTS)
    assert identifier is not None
    assert grade is not None
    lines = {}
    for row in _complete(path, cells):
        number = PARTICIPANT.fullmatch(row[identifier].value)
        if number is None:
            raise FileError("worksheet.identifier", path=path, value=plain_cell(row[identifier].value))
        _unique(path, number[1], lines)
        lines[number[1]] = Line(
            plain_cell(row[identifier if name is None else name].value),
            row[grade],
            None if comment is None else row[comment],
            None if maximum is None else _maximum(path, row[maximum].value),
        )
    return lines


def _canvas(path: str | Path, cells: Cells, column: str | None) -> dict[str, Line]:
    place = _assignment(path, [cell.value.strip() for cell in cells.rows[0]], column)
    rows = _complete(path, cells)
    possible = (row[place].value for row in rows if _folded(row[0].value) in POINTS_POSSIBLE)
    maximum = _maximum(path, next(possible, ""))
    lines = {}
    for row in rows:
        number = row[1].value.strip()
        if number.isdecimal():
            _unique(path, number, lines)
            lines[number] = Line(plain_cell(row[0].value), row[place], None, maximum)
    return lines


def _assignment(path: str | Path, header: list[str], column: str | None) -> int:
    """The place of the assignment's column: the only one, or the one of that name, with its number or without it."""
    found = {name: place for place, name in enumerate(header) if ASSIGNMENT.fullmatch(name)}
    if not found:
        raise FileError("worksheet.no_assignment", path=path)
    names = ", ".join(map(plain_cell, found))
    if column is None:
        if len(found) > 1:
            raise ArgumentError("worksheet.several", path=path, columns=names)
        return next(iter(found.values()))
    fitting = [place for name, place in found.items() if column in (name, ASSIGNMENT.sub(r"\g<name>", name))]
    if len(fitting) > 1:
        raise ArgumentError("worksheet.several", path=path, columns=names)
    if not fitting:
        raise ArgumentError("worksheet.column", path=path, column=column, hint=did_you_mean(column, found))
    return fitting[0]


def _complete(path: str | Path, cells: Cells) -> Sequence[tuple[Cell, ...]]:
    """The rows below the header, every one of which has all its cells."""
    header, *rows = cells.rows
    for row in rows:
        if len(row) != len(header):
            line = cells.text.count("\n", 0, row[0].start) + 1
            raise FileError("worksheet.row", path=path, line=line, expected=len(header), got=len(row))
    return rows


def _unique(path: str | Path, number: str, lines: Mapping[str, Line]) -> None:
    if number in lines:
        raise FileError("worksheet.twice", path=path, number=number)


def _maximum(path: str | Path, value: str) -> float | None:
    """A number of points; None where nothing is said."""
    value = value.strip()
    if value in EMPTY:
        return None
    if not NUMBER.fullmatch(value) or float(value.replace(",", ".")) == 0:
        raise FileError("worksheet.maximum", path=path, value=plain_cell(value))
    return float(value.replace(",", "."))


def _same(there: str, grade: str) -> bool:
    """Whether a cell says that number, with whatever decimals."""
    return bool(NUMBER.fullmatch(there)) and float(there.replace(",", ".")) == float(grade.replace(",", "."))


def _mark(cells: Cells) -> str:
    """The decimal mark of the worksheet's own numbers, a point where it has none with decimals."""
    found = (NUMBER.fullmatch(cell.value.strip()) for row in cells.rows[1:] for cell in row)
    return next((number[1][0] for number in found if number and number[1]), ".")


def _comment(row: GradedStudent) -> str:
    """Every finding in one sentence, with the function it is in."""
    verdict = row.result.verdict
    findings = verdict.all_findings if verdict else ()
    words = [f"{found.function}: {found.title()}" if found.function else found.title() for found in findings]
    return " · ".join(words) or text(f"grade.summary.{row.result.status}")


def _place(header: list[str], names: Sequence[str]) -> int | None:
    return next((place for place, name in enumerate(header) if name in names), None)


def _folded(name: str) -> str:
    """A column's name in lower case, without accents and the spaces around it."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())
