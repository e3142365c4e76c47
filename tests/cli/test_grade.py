"""`gradiente grade`: what it prints, what it writes, how it ends; a stub checks, the real check at the end."""

import csv
import zipfile
from pathlib import Path

import pytest

from gradiente import locale
from gradiente.checker.running import isolation
from gradiente.cli import grade as command
from gradiente.cli import unsafe
from gradiente.grading.systems import assignment
from gradiente.locale import LANGUAGES, catalogue

from ..grading import stub
from ..grading.conftest import stub_words, write_class, zipped  # noqa: F401
from .conftest import contents, gradiente

CLASS = {
    "ana.py": "# right",
    "beto.py": "# mistake stub_one dW[1]",
    "caro/xor.py": "# mistake stub_one dW[1]\n",
    "dan/a.py": "# right",
    "dan/b.py": "# right",
    "eva.zip": zipped({"../xor.py": "# right"}),
    "fer.py": "# die",
}


def grade(*arguments):
    """`gradiente grade`, with or without bubblewrap."""
    return gradiente("grade", *arguments, "--unsafe")


@pytest.fixture
def stubbed(monkeypatch, own_folder):
    """A class in the folder `class`, checked by the stub."""
    for module in (command, assignment):
        monkeypatch.setattr(module, "check_workshop", stub.check)
    return write_class(own_folder / "class", CLASS)


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def table(path):
    return {row["student"]: row for row in rows_of(path)}


def test_the_result_as_data(stubbed):
    answer = grade("class", "--json", "--workers", 2, "--lang", "en")
    assert answer.status == 0, answer.err
    found = answer.data
    rows = {row["student"]: row for row in found["students"]}
    assert {name: row["status"] for name, row in rows.items()} == {
        "ana": "right",
        "beto": "mistakes",
        "caro": "mistakes",
        "dan": "two_files",
        "eva": "refused",
        "fer": "error",
    }
    assert [row["total"] for row in rows.values()] == [100, 50, 50, None, None, None]
    assert rows["beto"]["points"] == {"backProp": 0, "entrenarRed": 50}
    assert (found["workshop"], found["median"], found["output"]) == (
        "xor",
        50,
        "class-grades",
    )
    assert [entry["students"] for entry in found["groups"]] == [["beto", "caro"]]
    assert {(Path(found["output"]) / row["page"]).is_file() for row in rows.values()} == {True}
    assert len(answer.err.splitlines()) == len(rows)
    assert {name: row["total"] for name, row in table("class-grades/grades.csv").items()}["beto"] == "50"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["two files: 1", "points: 66.67 on average, median 50", "not graded: eva: eva.zip has an entry"],
        ),
        (
            "es",
            [
                "dos archivos: 1",
                "puntos: 66.67 en promedio, mediana 50",
                "sin calificar: eva: eva.zip tiene una",
            ],
        ),
    ],
)
def test_what_is_printed(language, words, stubbed, own_folder):
    answer = grade("class", "--output", "out/here", "--workers", 2, "--lang", language)
    assert answer.status == 0, answer.err
    assert all(word in answer.out for word in words)
    assert catalogue(language)["mistake.stub_one"].format(quantity="dW[1]") in answer.out
    files = {path for path in contents(own_folder / "out" / "here") if not path.startswith("verdicts/")}
    names = ("ana", "beto", "caro", "dan", "eva", "fer")
    pages = {f"feedback/{name}.html" for name in names}
    assert files == {"grades.csv", "class.html", "feedback", "verdicts", *pages}
    assert f'lang="{language}"' in (own_folder / "out/here/class.html").read_text(encoding="utf-8")


def test_the_same_command_writes_the_same_files_and_checks_nothing_again(stubbed, own_folder):
    def everything():
        grade("class", "--workers", 2)
        folder = own_folder / "class-grades"
        return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    (stubbed / "fer.py").unlink()
    first = everything()
    calls = stub.calls()
    assert everything() == first
    assert stub.calls() == calls == 3


def test_a_rubric_and_a_workshop(stubbed):
    Path("rubric.toml").write_text(
        "partial = 0.5\n[points]\nbackProp = 4\nentrenarRed = 1\n", encoding="utf-8"
    )
    chosen = ["--rubric", "rubric.toml", "--workshop", "xor", "--workers", 2]
    assert grade("class", *chosen).status == 0
    rows = table("class-grades/grades.csv")
    assert [rows[name]["total"] for name in ("ana", "beto", "caro", "dan")] == ["5", "3", "3", ""]
    assert {row["maximum"] for row in rows.values()} == {"5"}
    log = Path("calls.log").read_text(encoding="utf-8").splitlines()
    assert {line.split()[1] for line in log} == {"xor"}


def test_the_zip_of_a_class(stubbed):
    Path("2026 xor.zip").write_bytes(zipped({"c/ana/xor.py": "# right", "c/beto/xor.py": "# blank"}))
    assert grade("2026 xor.zip", "--workers", 1).status == 0
    assert {name: row["status"] for name, row in table("2026 xor-grades/grades.csv").items()} == {
        "ana": "right",
        "beto": "not started",
    }


MOODLE = (
    "Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
    "Participant 11,Ana,,50.00,-,\n"
    "Participant 12,Beto,40.00,50.00,-,good\n"
    "Participant 14,Hugo,,50.00,-,\n"
)


def moodle_class(folder):
    files = {
        "Ana_11_assignsubmission_file_/xor.py": "# right",
        "Beto_12_assignsubmission_file_/xor.py": "# mistake stub_one dW[1]",
        "Caro_13_assignsubmission_file_/xor.py": "# right",
    }
    Path("grades.csv").write_text(MOODLE, encoding="utf-8")
    return write_class(folder / "moodle", files)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "into grades.csv: 1",
                "stays; --overwrite replaces it (1): Beto",
                "worksheet (1): Caro",
                "(1): Hugo",
            ],
        ),
        (
            "es",
            ["en grades.csv: 1", "--overwrite la reemplaza (1): Beto", "la planilla (1): Caro", "(1): Hugo"],
        ),
    ],
)
def test_into_a_worksheet_of_moodle(language, words, stubbed, own_folder):
    moodle_class(own_folder)
    answer = grade("moodle", "--into", "grades.csv", "--workers", 1, "--lang", language)
    assert answer.status == 0, answer.err
    assert all(word in answer.out for word in words), answer.out
    right = catalogue(language)["grade.summary.right"]
    assert Path("grades.csv").read_text(encoding="utf-8") == MOODLE.replace(
        "Ana,,50.00,-,", f"Ana,50,50.00,-,{right}"
    )


def test_into_a_worksheet_as_data(stubbed, own_folder):
    moodle_class(own_folder)
    answer = grade("moodle", "--into", "grades.csv", "--overwrite", "--json")
    assert answer.data["worksheet"] == {
        "file": "grades.csv",
        "written": 2,
        "kept": [],
        "absent": ["Caro"],
        "without_submission": ["Hugo"],
        "scaled": True,
    }
    assert {row["Full name"]: row["Grade"] for row in rows_of("grades.csv")} == {
        "Ana": "50",
        "Beto": "25",
        "Hugo": "",
    }


def test_two_uploads_to_canvas_are_one_student_of_its_worksheet(stubbed, own_folder):
    files = {"ruizana_7_100_xor.py": "# blank", "ruizana_7_200_xor-1.py": "# right"}
    write_class(own_folder / "canvas", files)
    header = "Student,ID,SIS User ID,SIS Login ID,Section,XOR (1),Other (2)\n    Points Possible,,,,,10,10\n"
    Path("grades.csv").write_text(f'{header}"Ruiz, Ana",7,,,S,,\n', encoding="utf-8")
    answer = grade("canvas", "--into", "grades.csv", "--lang", "en")
    assert (answer.status, answer.out) == (2, "")
    assert "choose one with --column NAME, among XOR (1), Other (2)" in answer.err
    answer = grade("canvas", "--into", "grades.csv", "--column", "Other", "--lang", "en")
    assert answer.status == 0, answer.err
    assert Path("grades.csv").read_text(encoding="utf-8") == f'{header}"Ruiz, Ana",7,,,S,,10\n'
    assert list(table("canvas-grades/grades.csv")) == ["ruizana"]


def test_a_worksheet_that_does_not_fit_is_said_before_the_work(stubbed, own_folder):
    moodle_class(own_folder)
    Path("other.csv").write_text(MOODLE.replace("Participant 1", "Participant 9"), encoding="utf-8")
    for arguments, status, words in (
        (["--into", "other.csv"], 1, "another course"),
        (["--into", "nowhere.csv"], 1, "no file nowhere.csv"),
        (["--overwrite"], 2, "--into FILE.csv"),
    ):
        answer = grade("moodle", *arguments, "--lang", "en")
        assert (answer.status, answer.out) == (status, "")
        assert words in answer.err
    assert stub.calls() == 0


@pytest.mark.parametrize(("language", "page"), [("en", "feedback.html"), ("es", "comentarios.html")])
def test_the_feedback_goes_back_to_moodle(language, page, stubbed, own_folder):
    write_class(
        moodle_class(own_folder), {"dan.py": "# right", "E_va_15_assignsubmission_file_/a.py": "# right"}
    )
    for name in ("back.zip", "again.zip"):
        answer = grade("moodle", "--feedback-zip", name, "--lang", language)
        assert answer.status == 0, answer.err
        with locale.language(language):
            assert locale.text("grade.written.feedback_zip", count=4, path=name) in answer.out
    assert Path("again.zip").read_bytes() == Path("back.zip").read_bytes()
    with zipfile.ZipFile("back.zip") as archive:
        names = ("Ana_11", "Beto_12", "Caro_13", "E va_15")
        assert archive.namelist() == [f"{name}_assignsubmission_file_/{page}" for name in names]
        ana = archive.read(archive.namelist()[0])
        assert ana == Path("moodle-grades/feedback/Ana.html").read_bytes()


def test_a_feedback_zip_that_cannot_be(stubbed, own_folder):
    moodle_class(own_folder)
    Path("class.zip").write_bytes(zipped({"A_1_assignsubmission_file_/xor.py": "# right"}))
    before = Path("class.zip").read_bytes()
    for arguments, status, words in (
        (["class.zip", "--feedback-zip", "class.zip"], 2, "the submissions themselves"),
        (["class", "--feedback-zip", "back.zip"], 2, "submissions from Moodle"),
        (["moodle", "--feedback-zip", "nowhere/back.zip"], 1, "no such file or folder"),
    ):
        answer = grade(*arguments, "--lang", "en")
        assert (answer.status, answer.out) == (status, "")
        assert words in answer.err
    assert (stub.calls(), Path("class.zip").read_bytes()) == (0, before)


def test_ctrl_c_says_what_is_kept(stubbed, monkeypatch):
    def interrupted(students, verdicts, checker, *, finished, **_):
        for one in students[3:5]:
            finished(command.StudentResult(one.student, one.file, obstacle=one.obstacle))
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "grade_all", interrupted)
    answer = grade("class", "--lang", "en")
    assert (answer.status, answer.out) == (130, "")
    assert "2 of 6 submissions are checked and kept in " in answer.err
    assert answer.err.endswith("error: interrupted\n")
    assert contents(Path("class-grades")) == {"feedback", "verdicts"}


@pytest.mark.parametrize(
    ("arguments", "status", "english", "spanish"),
    [
        (["nowhere"], 1, "no folder or zip nowhere", "no existe la carpeta o el zip nowhere"),
        (["empty"], 1, "no submission in empty", "en empty no hay ninguna entrega"),
        (["class", "--workshop", "xro"], 2, "did you mean xor?", "¿quiso decir xor?"),
        (["class", "--workers", 0], 2, "at least 1, got 0", "al menos 1; llegó 0"),
        (["class", "--output", "class/grades"], 2, "a folder outside", "una carpeta por fuera"),
        (["class", "--output", "file"], 1, "cannot write file", "no se puede escribir file"),
        (["class", "--rubric", "none.toml"], 1, "no file none.toml", "no existe el archivo none.toml"),
        (["class", "--rubric", "wrong.toml"], 2, "did you mean backProp?", "¿quiso decir backProp?"),
        (["file"], 1, "as the zip of a class", "como el zip de un curso"),
        ([], 2, "is missing", "falta"),
    ],
)
def test_what_cannot_be_graded(arguments, status, english, spanish, stubbed, own_folder):
    Path("empty").mkdir()
    Path("file").write_text("no zip", encoding="utf-8")
    Path("wrong.toml").write_text("[points]\nbackprob = 1\n", encoding="utf-8")
    for language, words in (("en", english), ("es", spanish)):
        answer = grade(*arguments, "--lang", language)
        assert (answer.status, answer.out) == (status, "")
        assert words in answer.err
        assert "Traceback" not in answer.err
    assert not (own_folder / "class-grades" / "grades.csv").exists()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("found", ["missing", "refused"])
def test_without_bubblewrap_nothing_runs_unless_it_is_asked_for(found, language, stubbed, monkeypatch):
    monkeypatch.setattr(isolation, "bubblewrap_works", lambda: False)
    monkeypatch.setattr(unsafe, "bubblewrap_is_installed", lambda: found == "refused")
    words = catalogue(language)
    commands = (
        ["grade", "class", "--workers", 1],
        ["autograder", "run", "vpl", "class/ana.py", "--workshop", "xor"],
    )
    for arguments in commands:
        answer = gradiente(*arguments, "--lang", language)
        assert (answer.status, answer.out) == (2, "")
        assert words[f"error.isolation.{found}"] in answer.err
        assert "--unsafe" in answer.err
    assert stub.calls() == 0
    assert not Path("class-grades").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_asked_for_without_bubblewrap_is_said(language, stubbed, monkeypatch):
    monkeypatch.setattr(isolation, "bubblewrap_works", lambda: False)
    answer = gradiente("grade", "class", "--workers", 1, "--unsafe", "--lang", language)
    assert answer.status == 0, answer.err
    assert catalogue(language)["grade.isolation.process"] in answer.out
    assert gradiente("grade", "class", "--unsafe", "--json").data["isolation"] == "process"


def test_with_bubblewrap_nothing_has_to_be_asked_for(stubbed, monkeypatch):
    monkeypatch.setattr(isolation, "bubblewrap_works", lambda: True)
    answer = gradiente("grade", "class", "--workers", 1)
    assert answer.status == 0, answer.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_help_explains_the_rubric(language):
    answer = grade("--help", "--lang", language)
    assert answer.status == 0
    assert all(
        word in answer.out
        for word in ("--rubric", "[points]", "partial", "nbgrader", "Moodle", "backProp = 60")
    )
