"""`gradiente autograder` and `grade --nbgrader`: what they print and write, and what bad input is told."""

import csv
import importlib.util
import json
import re
import zipfile

import pytest

from gradiente.cli import grade as grading
from gradiente.grading.systems import SYSTEMS, assignment
from gradiente.locale import LANGUAGES, catalogue

from ..grading import stub
from ..grading.conftest import stub_words, write_class  # noqa: F401
from .conftest import gradiente


@pytest.fixture
def stubbed(monkeypatch, own_folder):
    for module in (assignment, grading):
        monkeypatch.setattr(module, "check_workshop", stub.check)
    return own_folder


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("system", SYSTEMS)
def test_new_writes_a_zip_or_a_folder_and_says_what_to_do_next(own_folder, system, language):
    answer = gradiente("autograder", "new", system, "xor.zip", "--workshop", "xor", "--lang", language)
    assert answer.status == 0, answer.err
    next_step = catalogue(language)[f"autograder.next.{system}"].partition("{")[0]
    assert next_step in answer.out
    assert gradiente("autograder", "new", system, "xor", "--workshop", "xor", "--lang", language).status == 0
    with zipfile.ZipFile("xor.zip") as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    assert files == {path.name: path.read_bytes() for path in (own_folder / "xor").iterdir()}
    scripts = " ".join(text.decode() for name, text in files.items() if not name.endswith(".whl"))
    assert "--unsafe" in scripts  # of few of these machines it is known that bubblewrap may run there
    assert re.search(rf"--lang[', ]+{language}\b", scripts)


def test_torch_is_asked_for_where_the_workshop_needs_it(own_folder):
    gradiente("autograder", "new", "gradescope", "intro", "--workshop", "pytorch-intro")
    setup = (own_folder / "intro" / "setup.sh").read_text(encoding="utf-8")
    assert ".whl[torch]" in setup


def test_run_prints_the_answer_and_nothing_else(stubbed):
    write_class(
        stubbed, {"xor.py": "# mistake stub_one dW[1]", "r.toml": "[points]\nbackProp = 3\nentrenarRed = 1"}
    )
    answer = gradiente(
        "autograder", "run", "gradescope", "xor.py", "--workshop", "xor", "--rubric", "r.toml", "--unsafe"
    )
    assert (answer.status, answer.err) == (0, "")
    found = json.loads(answer.out)
    assert (found["score"], found["tests"][0]["max_score"]) == (1, 3)


@pytest.mark.parametrize("word", ["raise", "die"])
def test_a_check_that_fails_is_an_error_and_no_zero(stubbed, word):
    write_class(stubbed, {"xor.py": f"# {word}"})
    answer = gradiente("autograder", "run", "vpl", "xor.py", "--workshop", "xor", "--lang", "en", "--unsafe")
    assert (answer.status, answer.out) == (1, "")
    assert "the submission could not be graded: " in answer.err


def test_a_machine_without_pytorch_is_an_error_and_no_zero(stubbed, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else found(name))
    write_class(stubbed, {"intro.py": "# right"})
    answer = gradiente("autograder", "run", "vpl", "intro.py", "--workshop", "pytorch-intro", "--unsafe")
    assert (answer.status, answer.out) == (2, "")
    assert 'pip install "gradiente[torch]"' in answer.err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["new", "gradscope", "x", "--workshop", "xor"], 2, "gradescope"),
        (["new", "vpl", "x"], 2, "xor, mnist"),
        (["new", "vpl", "x", "--workshop", "xro"], 2, "xor"),
        (["new", "vpl", "here.py", "--workshop", "xor"], 1, "here.py is there already"),
        (["new", "vpl", "no/x", "--workshop", "xor"], 1, "no/x"),
        (["new", "vpl", "no/x.zip", "--workshop", "xor"], 1, "no/x.zip"),
        (["run", "vpl", "away.py", "--workshop", "xor"], 1, "away.py"),
        (["run", "vpl", "here.py", "--workshop", "xor", "--rubric", "away.toml"], 1, "away.toml"),
    ],
)
def test_bad_input(stubbed, arguments, status, words):
    write_class(stubbed, {"here.py": "# right"})
    answer = gradiente("autograder", *arguments, "--lang", "en")
    assert answer.status == status, answer.err
    assert words in answer.err
    assert answer.out == ""


def test_a_grade_of_vpl_that_is_no_number(stubbed, monkeypatch):
    monkeypatch.setenv("VPL_GRADEMAX", "ten")
    write_class(stubbed, {"xor.py": "# right"})
    answer = gradiente("autograder", "run", "vpl", "xor.py", "--workshop", "xor", "--lang", "en", "--unsafe")
    assert (answer.status, answer.out) == (2, "")
    assert "VPL_GRADEMAX must be a number, as VPL sets it for the activity, not 'ten'" in answer.err


def test_the_table_of_nbgrader(stubbed):
    write_class(stubbed, {"course/submitted/ana/ps1/xor.py": "# mistake stub_one dW[1]"})
    answer = gradiente(
        "grade", "course", "--nbgrader", "nb.csv", "--output", "out", "--lang", "es", "--unsafe"
    )
    assert answer.status == 0, answer.err
    assert catalogue("es")["grade.written.nbgrader"].format(path="nb.csv") in answer.out
    with open("nb.csv", encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["assignment"], row["student_id"], row["score"], row["max_score"]) == (
        "ps1",
        "ana",
        "50",
        "100",
    )
    assert gradiente("grade", "course", "--nbgrader", "no/nb.csv", "--output", "out", "--unsafe").status == 1
