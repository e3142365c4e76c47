"""The worksheets of Moodle and Canvas: what is written into them, and that nothing else changes."""

import csv
import io
import os

import pytest

from gradiente.errors import ArgumentError, FileError
from gradiente.grading import Obstacle, Rubric, StudentResult, Worksheet, gradebook
from gradiente.grading.submissions import Person
from gradiente.locale import LANGUAGES, set_language

from .stub import verdict
from .test_gradebook import ONE

MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\r\n"
    'Participant 101,"Gómez, Ana",a@x.co,"Submitted for grading",,5.00,Yes,"Monday, 3 March 2025, 9:00 AM",-,\r\n'
    'Participant 102,Beto Ruiz,b@x.co,"He said ""no""",,5.00,Yes,-,-,\r\n'
    'Participant 103,Caro,c@x.co,No submission,,5.00,Yes,-,-,""\r\n'
)
SPANISH = (
    '"Identificador";"Nombre completo";"Estado";"Calificación";"Calificación máxima";'
    '"Última modificación (calificación)";"Comentarios de retroalimentación"\n'
    '"Participante 101";"Ana";"Enviado";"";"10,00";"-";""\n'
    '"Participante 102";"Beto";"Enviado";"-";"10,00";"-";""'
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Taller MNIST (55),Taller XOR (56),Current Score,Final Grade\n"
    ",,,,,Manual Posting,,(read only),(read only)\n"
    "    Points Possible,,,,,10.0,20.0,(read only),(read only)\n"
    '"Gómez, Ana",101,=A1,ana,S1,7.5,,75.0,C\n'
    '"Ruiz, Beto",102,,beto,S1,,,,\n'
    '"Student, Test",109,,t,S1,,,,\n'
)
ANA, BETO = "101", "102"


def a_class(platform, rubric=None):
    """Ana is right, Beto has one mistake in the first of two functions, Dan is nobody's, Eva handed in two files."""
    two = Obstacle("two_files", "two_files", {"count": 2, "files": "a.py, b.py"})
    results = [
        StudentResult("ana", "ana.py", verdict()),
        StudentResult("beto", "beto.py", verdict([ONE])),
        StudentResult("dan", "dan.py", verdict()),
        StudentResult("eva", "", obstacle=two),
    ]
    numbers = {"ana": ANA, "beto": BETO, "dan": "777", "eva": "103"}
    rows = gradebook(results, rubric or Rubric()).rows
    return [(Person(row.result.student, platform, numbers[row.result.student]), row) for row in rows]


def stored(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "worksheet.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def test_moodle_in_english(tmp_path):
    path = stored(tmp_path, MOODLE, "utf-8-sig")
    filled = Worksheet.read(path).fill(a_class("moodle"))
    expected = MOODLE.replace(
        '"Submitted for grading",,5.00,Yes,"Monday, 3 March 2025, 9:00 AM",-,',
        '"Submitted for grading",5,5.00,Yes,"Monday, 3 March 2025, 9:00 AM",-,Every function is right.',
    ).replace(
        '"He said ""no""",,5.00,Yes,-,-,',
        '"He said ""no""",2.5,5.00,Yes,-,-,backProp: the factor is missing in dW[1]',
    )
    assert path.read_bytes() == expected.encode("utf-8-sig")
    assert (filled.written, filled.kept, filled.absent, filled.scaled) == (2, [], ["dan"], True)
    assert filled.without_submission == []


def test_moodle_in_spanish_with_its_decimal_comma(tmp_path):
    set_language("es")
    path = stored(tmp_path, SPANISH)
    Worksheet.read(path).fill(a_class("moodle", Rubric({"backProp": 7, "entrenarRed": 1})))
    assert path.read_text(encoding="utf-8") == (
        SPANISH.replace(
            '"";"10,00";"-";""\n', '"10";"10,00";"-";"Todas las funciones son correctas."\n'
        ).replace('"-";"10,00";"-";""', '"1,25";"10,00";"-";"backProp: falta el factor en dW[1]"')
    )


def test_canvas_with_the_column_that_is_asked_for(tmp_path):
    path = stored(tmp_path, CANVAS)
    filled = Worksheet.read(path, "Taller XOR").fill(a_class("canvas"))
    assert path.read_text(encoding="utf-8") == (
        CANVAS.replace("S1,7.5,,75.0,C", "S1,7.5,20,75.0,C").replace("beto,S1,,,,", "beto,S1,,10,,")
    )
    assert filled.without_submission == ["Student, Test"]
    assert filled.absent == ["dan", "eva"]


@pytest.mark.parametrize("column", ["Taller MNIST", "Taller MNIST (55)"])
def test_a_grade_that_is_there_is_kept(column, tmp_path):
    path = stored(tmp_path, CANVAS)
    filled = Worksheet.read(path, column).fill(a_class("canvas"))
    assert (filled.written, filled.kept) == (1, ["ana"])
    assert path.read_text(encoding="utf-8") == CANVAS.replace("beto,S1,,,,", "beto,S1,5,,,")
    filled = Worksheet.read(path, column).fill(a_class("canvas"), overwrite=True)
    assert (filled.written, filled.kept) == (1, [])
    assert "ana,S1,10,,75.0,C" in path.read_text(encoding="utf-8")


def test_the_same_number_with_other_decimals_is_no_other_grade(tmp_path):
    graded = SPANISH.replace('"";"10,00"', '"10,00";"10,00"')
    path = stored(tmp_path, graded)
    filled = Worksheet.read(path).fill(a_class("moodle")[:1], overwrite=True)
    assert (filled.written, filled.kept, path.read_text(encoding="utf-8")) == (0, [], graded)


def test_once_filled_it_stays_as_it_is(tmp_path):
    path = stored(tmp_path, MOODLE)
    Worksheet.read(path).fill(a_class("moodle"))
    first = path.read_bytes()
    again = Worksheet.read(path).fill(a_class("moodle"))
    assert (again.written, again.kept, path.read_bytes()) == (0, [], first)
    assert os.listdir(tmp_path) == ["worksheet.csv"]


def test_behind_a_link_the_file_itself_is_filled(tmp_path):
    path = stored(tmp_path, MOODLE)
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    assert Worksheet.read(link).fill(a_class("moodle")).written == 2
    assert link.is_symlink()
    assert path.read_bytes() != MOODLE.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_other_cell_stays_byte_for_byte(encoding, separator, end, tmp_path):
    rows = [
        ["Identificador", "Nombre completo", "Calificación", "Otra"],
        ["Participante 101", 'Peña "la" Ñ,;\t\n', "", " =x "],
        ["Participante 104", "", "", ""],
    ]
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator=end).writerows(rows)
    path = stored(tmp_path, written.getvalue(), encoding)
    Worksheet.read(path).fill(a_class("moodle"))
    rows[1][2] = "100"
    expected = io.StringIO()
    csv.writer(expected, delimiter=separator, lineterminator=end).writerows(rows)
    assert path.read_bytes() == expected.getvalue().encode(encoding)


def test_a_worksheet_without_a_maximum_says_so(tmp_path):
    path = stored(tmp_path, "Identifier,Grade\nParticipant 101,\n")
    assert Worksheet.read(path).fill(a_class("moodle")).scaled is False
    assert path.read_text(encoding="utf-8") == "Identifier,Grade\nParticipant 101,100\n"


def test_words_of_a_submission_are_no_formula_and_no_html(tmp_path):
    found = verdict([("stub_one", "=<b>\r\n=cmd")])
    row = gradebook([StudentResult("ana", "a.py", found)], Rubric()).rows[0]
    path = stored(tmp_path, MOODLE)
    Worksheet.read(path).fill([(Person("ana", "moodle", ANA), row)])
    with open(path, encoding="utf-8", newline="") as file:
        ana = next(csv.DictReader(file))
    assert ana["Feedback comments"] == "backProp: the factor is missing in =&lt;b&gt;  =cmd"


WRONG = {
    "header": (b"Name,Points\nAna,3\n", None, FileError),
    "empty": (b"\xef\xbb\xbf\r\n", None, FileError),
    "quote": (MOODLE.replace('-,-,""', '-,-,"').encode(), None, FileError),
    "row": (MOODLE.replace("Participant 102,", "Participant 102 ").encode(), None, FileError),
    "identifier": (MOODLE.replace("Participant 102", "Beto").encode(), None, FileError),
    "twice": (MOODLE.replace("102", "101").encode(), None, FileError),
    "maximum": (MOODLE.replace("5.00", "ten").encode(), None, FileError),
    "no_columns": (MOODLE.encode(), "XOR", ArgumentError),
    "no_assignment": (b"Student,ID,Section\nAna,1,S\n", None, FileError),
    "several": (CANVAS.encode(), None, ArgumentError),
    "column": (CANVAS.encode(), "Taller XRO", ArgumentError),
}


@pytest.mark.parametrize("key", WRONG)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worksheet_that_cannot_be_used(key, language, tmp_path):
    content, column, kind = WRONG[key]
    set_language(language)
    path = stored(tmp_path, content)
    with pytest.raises(kind) as error:
        Worksheet.read(path, column)
    assert error.value.key == f"worksheet.{key}"
    assert str(path) in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "platform", "other"), [(MOODLE, "moodle", "canvas"), (CANVAS, "canvas", "moodle")]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worksheet_of_another_course(content, platform, other, language, tmp_path):
    set_language(language)
    worksheet = Worksheet.read(stored(tmp_path, content), "Taller XOR" if platform == "canvas" else None)
    for people in ([Person("ana", platform, "900")], [Person("ana", other, ANA)], [Person("ana")]):
        with pytest.raises(FileError) as error:
            worksheet.check("class", people)
        assert error.value.key == f"worksheet.other_course.{platform}"
        assert "class" in str(error.value)
    worksheet.check("class", [Person("ana", platform, "900"), Person("beto", platform, BETO)])
