"""The answers about one submission, as each system reads them, and what stands in an autograder."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gradiente.checker.verdict import Finding, Verdict
from gradiente.grading import Obstacle, Rubric, StudentResult, gradebook, one_submission
from gradiente.grading.systems import SYSTEMS, Assignment
from gradiente.grading.systems.nbgrader import nbgrader_csv
from gradiente.grading.systems.wheel import wheel, wheel_name
from gradiente.locale import language

from . import stub
from .conftest import write_class, zipped

RUBRIC = Rubric({"backProp": 60, "entrenarRed": 40}, 0.5)
XOR = Assignment("xor", RUBRIC)
SOURCE = Path(__file__).parents[2] / "src"


def graded(*arguments, assignment=XOR, **values):
    """One student's row, of a verdict of the stub."""
    result = StudentResult("ana", "xor.py", stub.verdict(*arguments, **values))
    return gradebook([result], assignment.rubric, assignment.workshop).rows[0]


def refused(obstacle):
    return gradebook([StudentResult("ana", "xor.py", obstacle=obstacle)], RUBRIC, "xor").rows[0]


ONE_MISTAKE = (("stub_one", "dW[1]"),)
ROWS = {"right": lambda: graded(), "one mistake": lambda: graded(ONE_MISTAKE)}
TOTALS = {"right": 100, "one mistake": 70}


@pytest.mark.parametrize("kind", ROWS)
def test_gradescope_reads_tests_with_their_scores(kind):
    found = json.loads(SYSTEMS["gradescope"].result(ROWS[kind](), XOR))
    assert found["score"] == sum(test["score"] for test in found["tests"]) == TOTALS[kind]
    assert [(test["name"], test["max_score"]) for test in found["tests"]] == [
        ("backProp", 60),
        ("entrenarRed", 40),
    ]
    assert [test["status"] for test in found["tests"]] == [
        "passed" if kind == "right" else "failed",
        "passed",
    ]
    assert {test["visibility"] for test in found["tests"]} == {"visible"}
    assert ("the factor is missing in dW[1]" in found["tests"][0]["output"]) == (kind != "right")


@pytest.mark.parametrize("kind", ROWS)
def test_classroom50_reads_whole_points(kind):
    found = json.loads(SYSTEMS["classroom50"].result(ROWS[kind](), XOR))["result"]
    assert (found["score"], found["max-score"]) == (TOTALS[kind], 100)
    numbers = [test[key] for test in found["tests"] for key in ("score", "max-score")]
    assert {type(number) for number in numbers} == {int}


def test_classroom50_maxima_of_thirds_still_add_up():
    mnist = Assignment("mnist", Rubric())
    row = graded(workshop="mnist", assignment=mnist)
    found = json.loads(SYSTEMS["classroom50"].result(row, mnist))["result"]
    assert found["score"] == found["max-score"] == 100
    assert {test["max-score"] for test in found["tests"]} == {9, 10}


def test_classroom50_shows_text_and_no_markup():
    row = graded((("stub_one", "![x](http://example.org)\n# z"),))
    body = json.loads(SYSTEMS["classroom50"].result(row, XOR))["release-body"]
    assert "![x]" in body
    assert all(line.startswith("    ") for line in body.splitlines())


@pytest.mark.parametrize("kind", ROWS)
def test_coderunner_reads_a_fraction_and_a_table(kind):
    found = json.loads(SYSTEMS["coderunner"].result(ROWS[kind](), XOR))
    assert found["fraction"] == TOTALS[kind] / 100
    header, *rows = found["testresults"]
    assert header[0] == "iscorrect"
    assert [row[0] for row in rows] == [int(kind == "right"), 1]
    assert {len(row) for row in rows} == {len(header)}


def test_coderunner_gets_no_html_of_a_student():
    row = refused(Obstacle("two_files", "two_files", {"count": 2, "files": "<script>, b.py"}))
    found = json.loads(SYSTEMS["coderunner"].result(row, XOR))
    assert "<script>" not in found["prologuehtml"]
    assert found["fraction"] == 0


@pytest.mark.parametrize(("high", "grade"), [(None, "7"), ("5", "3.5"), ("100.00000", "70")])
def test_vpl_scales_the_grade_to_the_activity(monkeypatch, high, grade):
    if high:
        monkeypatch.setenv("VPL_GRADEMAX", high)
        monkeypatch.setenv("VPL_GRADEMIN", "0")
    answer = SYSTEMS["vpl"].result(graded(ONE_MISTAKE), XOR)
    assert answer.splitlines()[-1] == f"Grade :=>> {grade}"
    assert answer.count("<|--\n") == answer.count("\n--|>") == 3


def test_vpl_takes_no_line_of_a_student_for_a_grade():
    row = graded((("stub_one", "x\nGrade :=>> 10\n--|>\rGrade :=>> 10\u2028Grade :=>> 9"),))
    lines = SYSTEMS["vpl"].result(row, XOR).splitlines()
    assert [line for line in lines if line.startswith("Grade")] == ["Grade :=>> 7"]
    assert lines.count("<|--") == lines.count("--|>")


def test_a_submission_that_cannot_be_graded_says_why_in_every_system():
    row = refused(Obstacle("no_file", "no_file"))
    for name, system in SYSTEMS.items():
        assert "no file was submitted" in system.result(row, XOR), name


def test_what_concerns_the_file_is_said():
    syntax = Verdict("xor.py", "xor", findings=(Finding("stub_syntax", line=2),))
    row = gradebook([StudentResult("ana", "xor.py", syntax)], RUBRIC, "xor").rows[0]
    found = json.loads(SYSTEMS["gradescope"].result(row, XOR))
    assert "a colon is missing" in found["output"]
    assert [(test["score"], test["max_score"]) for test in found["tests"]] == [(0, 60), (0, 40)]


@pytest.mark.parametrize("rubric", [Rubric(), RUBRIC, Rubric(partial=0.25)])
def test_the_rubric_of_an_autograder_is_the_one_given(tmp_path, rubric):
    path = tmp_path / "rubric.toml"
    path.write_text(rubric.toml(), encoding="utf-8")
    assert Rubric.read(path, "xor") == rubric


def test_the_wheel_is_one_that_pip_installs(tmp_path):
    (tmp_path / wheel_name()).write_bytes(wheel())
    options = ["--quiet", "--no-deps", "--no-index", "--target", str(tmp_path / "installed")]
    command = [sys.executable, "-m", "pip", "install", *options, str(tmp_path / wheel_name())]
    subprocess.run(command, check=True, capture_output=True)
    installed = tmp_path / "installed" / "gradiente"
    assert (installed / "locale" / "es.json").read_bytes() == (
        SOURCE / "gradiente/locale/es.json"
    ).read_bytes()


@pytest.mark.parametrize("packing", ["file", "folder", "zip", "link"])
def test_one_submission_in_any_packing(tmp_path, packing):
    write_class(
        tmp_path, {"hand/in/xor.py": "# right", "notes.txt": "", "xor.zip": zipped({"a/xor.py": "# right"})}
    )
    (tmp_path / "link.py").symlink_to(tmp_path / "hand/in/xor.py")
    path = {"file": "hand/in/xor.py", "folder": "hand", "zip": "xor.zip", "link": "link.py"}[packing]
    found = one_submission(tmp_path / path)
    assert found.content == b"# right"


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"a.py": "", "b.py": ""}, "two_files"),
        ({"notes.txt": ""}, "no_file"),
        ({"in": None}, "no_file"),
        ({"a.rar": ""}, "refused"),
        ({"a.zip": b"PK"}, "unreadable"),
    ],
)
def test_one_submission_that_is_none(tmp_path, files, status):
    found = one_submission(write_class(tmp_path / "hand", files))
    assert found.obstacle is not None
    assert found.obstacle.status == status


def test_nbgrader_has_its_columns_and_no_score_where_nothing_was_graded():
    results = [
        StudentResult("ana", "ana/ps1/xor.py", stub.verdict(ONE_MISTAKE)),
        StudentResult("=beto", "", obstacle=Obstacle("no_file", "no_file")),
    ]
    with language("es"):
        content = nbgrader_csv(gradebook(results, Rubric(partial=0.25), "xor"), "course/submitted")
    rows = list(csv.DictReader(content.splitlines()))
    header = "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    assert content.splitlines()[0] == f"{header}raw_score,late_submission_penalty,score,max_score"
    assert [(row["assignment"], row["student_id"], row["score"], row["max_score"]) for row in rows] == [
        ("ps1", "ana", "62.5", "100"),
        ("xor", "'=beto", "", "100"),
    ]
