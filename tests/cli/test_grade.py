"""`gradiente grade`: what it prints, what it writes, how it ends; a stub checks, the real check at the end."""

import csv
from pathlib import Path

import pytest

from gradiente.cli import grade as command
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


@pytest.fixture
def stubbed(monkeypatch, own_folder):
    """A class in the folder `class`, checked by the stub."""
    monkeypatch.setattr(command, "check", stub.check)
    return write_class(own_folder / "class", CLASS)


def table(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_the_result_as_data(stubbed):
    answer = gradiente("grade", "class", "--json", "--workers", 2, "--lang", "en")
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
    answer = gradiente("grade", "class", "--output", "out/here", "--workers", 2, "--lang", language)
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
        gradiente("grade", "class", "--workers", 2)
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
    assert gradiente("grade", "class", *chosen).status == 0
    rows = table("class-grades/grades.csv")
    assert [rows[name]["total"] for name in ("ana", "beto", "caro", "dan")] == ["5", "3", "3", ""]
    assert {row["maximum"] for row in rows.values()} == {"5"}
    log = Path("calls.log").read_text(encoding="utf-8").splitlines()
    assert {line.split()[1] for line in log} == {"xor"}


def test_the_zip_of_a_class(stubbed):
    Path("2026 xor.zip").write_bytes(zipped({"c/ana/xor.py": "# right", "c/beto/xor.py": "# blank"}))
    assert gradiente("grade", "2026 xor.zip", "--workers", 1).status == 0
    assert {name: row["status"] for name, row in table("2026 xor-grades/grades.csv").items()} == {
        "ana": "right",
        "beto": "not started",
    }


def test_ctrl_c_says_what_is_kept(stubbed, monkeypatch):
    def interrupted(students, verdicts, checker, *, finished, **_):
        for one in students[3:5]:
            finished(command.StudentResult(one.student, one.file, obstacle=one.obstacle))
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "grade_all", interrupted)
    answer = gradiente("grade", "class", "--lang", "en")
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
        answer = gradiente("grade", *arguments, "--lang", language)
        assert (answer.status, answer.out) == (status, "")
        assert words in answer.err
        assert "Traceback" not in answer.err
    assert not (own_folder / "class-grades" / "grades.csv").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_help_explains_the_rubric(language):
    answer = gradiente("grade", "--help", "--lang", language)
    assert answer.status == 0
    assert all(
        word in answer.out
        for word in ("--rubric", "[points]", "partial", "nbgrader", "Moodle", "backProp = 60")
    )
