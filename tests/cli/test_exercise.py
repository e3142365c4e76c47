"""A teacher's own exercise on the command line, from a solution to a graded class."""

import csv

import pytest
from tests.checker.solutions import CLASS, CLASS_EXERCISE, FUNCTIONS, FUNCTIONS_EXERCISE

from .conftest import contents, gradiente

MARKED = FUNCTIONS.replace("    m = len(y)\n", "    ### BEGIN SOLUTION\n    m = len(y)\n").replace(
    "\n\n\ndef update", "\n    ### END SOLUTION\n\n\ndef update"
)


@pytest.fixture
def folder(own_folder):
    (own_folder / "solution.py").write_text(MARKED, encoding="utf-8")
    (own_folder / "own.toml").write_text(FUNCTIONS_EXERCISE, encoding="utf-8")
    return own_folder


def test_from_a_solution_to_a_graded_class(folder):
    (folder / "own.toml").unlink()
    answer = gradiente("exercise", "new", "solution.py")
    assert (answer.status, answer.err) == (0, "")
    assert "Linear(3, 8), ReLU(), Linear(8, 6), ReLU(), Linear(6, " in answer.out
    assert "gradiente exercise try solution.toml solution.py" in answer.out

    (folder / "students").mkdir()
    new = ("workshop", "new", "solution.py", "students", "--format", "script", "--exercise", "solution.toml")
    answer = gradiente(*new)
    assert (answer.status, answer.err) == (0, "")
    starter = (folder / "students" / "solution.py").read_text(encoding="utf-8")
    assert 'raise NotImplementedError("backward")' in starter
    assert "d3" not in starter.partition("def backward")[2].partition("def update")[0]
    verdict = gradiente("check", "students/solution.py", "--exercise", "solution.toml", "--json").data
    assert {one["name"]: one["status"] for one in verdict["functions"]}["backward"] == "blank"

    submissions = folder / "class"
    submissions.mkdir()
    (submissions / "ana.py").write_text(FUNCTIONS, encoding="utf-8")
    (submissions / "beto.py").write_text(FUNCTIONS.replace(" * (Z2 > 0)", ""), encoding="utf-8")
    (submissions / "caro.py").write_text("print('nothing')\n", encoding="utf-8")
    (folder / "rubric.toml").write_text("[points]\nbackward = 4\nforward = 1\n", encoding="utf-8")
    answer = gradiente(
        "grade", "class", "--exercise", "solution.toml", "--rubric", "rubric.toml", "--unsafe", "--lang", "en"
    )
    assert answer.status == 0
    with (folder / "class-grades" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert [float(rows[name]["total"]) for name in ("ana", "beto", "caro")] == [5, 1, 0]
    assert "the derivative g′(Z[2])" in rows["beto"]["first mistake"]
    page = (folder / "class-grades" / "feedback" / "beto.html").read_text(encoding="utf-8")
    assert "backward(" in page


@pytest.mark.parametrize(("language", "words"), [("en", "0 not found"), ("es", "0 no detectados")])
def test_what_will_be_said_of_mistakes(own_folder, language, words):
    (own_folder / "red.py").write_text(CLASS, encoding="utf-8")
    (own_folder / "red.toml").write_text(CLASS_EXERCISE.partition("[update]")[0], encoding="utf-8")
    answer = gradiente("exercise", "try", "red.toml", "red.py", "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert words in answer.out


def test_as_data(folder):
    (folder / "two.toml").write_text(
        FUNCTIONS_EXERCISE.partition("[helpers.relu]")[0]
        + '[cost]\ncall = "cost(A3, labels, W, l2)"\ngives = "J"\n',
        encoding="utf-8",
    )
    tried = gradiente("exercise", "try", "two.toml", "solution.py", "--json").data
    assert {one["function"] for one in tried} == {"cost"}
    assert {one["result"] for one in tried} <= {"named", "found", "not_found"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "solution.py", "--exercise", "own.toml", "--workshop", "xor"), "exclude each other"),
        (("grade", ".", "--exercise", "own.toml", "--workshop", "xor"), "exclude each other"),
        (("check", "solution.py", "--exercise", "absent.toml"), "absent.toml"),
        (("exercise", "new", "solution.py", "own.toml"), "own.toml is there already"),
        (("workshop", "new", "xor", "--exercise", "own.toml"), "xor is a workshop's name"),
        (("exercise", "try", "own.toml", "absent.py"), "absent.py"),
    ],
)
def test_bad_input_gets_one_message_and_nothing_is_written(folder, arguments, words):
    before = contents(folder)
    answer = gradiente(*arguments)
    assert answer.status in (1, 2)
    assert words in answer.err
    assert answer.err.count("error:") == 1
    assert contents(folder) == before


def test_a_solution_without_marks_makes_no_starter(folder):
    (folder / "plain.py").write_text(FUNCTIONS, encoding="utf-8")
    (folder / "students").mkdir()
    answer = gradiente("workshop", "new", "plain.py", "students")
    assert answer.status == 2
    assert "### BEGIN SOLUTION" in answer.err
    assert not list((folder / "students").iterdir())


def test_a_starter_is_not_made_of_a_wrong_solution(folder):
    (folder / "solution.py").write_text(MARKED.replace(" * (Z2 > 0)", ""), encoding="utf-8")
    (folder / "students").mkdir()
    answer = gradiente("workshop", "new", "solution.py", "students", "--exercise", "own.toml")
    assert answer.status == 2
    assert "backward" in answer.err
    assert not list((folder / "students").iterdir())


@pytest.mark.parametrize("workshop", ["xor", "mnist"])
def test_the_exercise_of_a_workshop_to_begin_from(folder, workshop):
    answer = gradiente("exercise", "new", workshop, "mine.toml")
    assert (answer.status, answer.err) == (0, "")
    assert f"gradiente check {workshop}.ipynb --exercise mine.toml" in answer.out
    assert gradiente("workshop", "new", workshop).status == 0
    verdict = gradiente("check", f"{workshop}.ipynb", "--exercise", "mine.toml", "--json").data
    assert {one["name"]: one["status"] for one in verdict["functions"]}["backProp"] == "blank"
