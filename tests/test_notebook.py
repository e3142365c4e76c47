"""`%%check` and `%check` in a real IPython shell, in a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from tests.checker.corpus import MISTAKES, RIGHT

from gradiente.checker.reading.history import living

pytest.importorskip("IPython", reason='the notebook needs ipython: pip install -e ".[test]"')
SOURCES = {case.name: case.source for case in (*RIGHT, *MISTAKES)}
GOOD, SIGN = SOURCES["xor-columns-base"], SOURCES["xor-columns-output_sign"]
IMPORTS, REST = GOOD.split("\n\n\n", 1)
WRONG_REST = SIGN.split("\n\n\n", 1)[1]
LOAD = "%load_ext gradiente.notebook"
SHELL = """
import io, json, sys
from contextlib import redirect_stdout
from traitlets.config import Config
from IPython.core.interactiveshell import InteractiveShell
settings = Config()
settings.HistoryManager.enabled = False
settings.InteractiveShell.colors = "nocolor"
shell = InteractiveShell(config=settings)
said = []
for cell in json.load(sys.stdin):
    with redirect_stdout(io.StringIO()) as out:
        shell.run_cell(cell, store_history=True)
    said.append(out.getvalue())
json.dump([said, sorted(name for name in shell.user_ns if name[0] != "_")], sys.stdout)
"""


@pytest.fixture
def notebook(tmp_path):
    """Run cells one after the other; what each of them printed, and the names at the end."""

    def run(*cells, language="en"):
        environment = {**os.environ, "IPYTHONDIR": str(tmp_path), "GRADIENTE_LANG": language}
        done = subprocess.run(
            [sys.executable, "-c", SHELL],
            input=json.dumps(cells),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
            env=environment,
            cwd=tmp_path,
        )
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("en", "Everything is right", "the sign is reversed"),
        ("es", "Todo está correcto", "el signo está al revés"),
    ],
)
def test_a_cell_is_run_and_checked_with_those_before(notebook, language, right, wrong):
    said, names = notebook(
        LOAD, IMPORTS, f"%%check\n{WRONG_REST}", f"%%check --hint 1\n{REST}", language=language
    )
    assert wrong in said[2]
    assert right in said[3]
    assert wrong not in said[3]
    assert {"backProp", "entrenarRed", "np"} <= set(names)


def test_a_line_is_named_by_its_cell_as_the_notebook_numbers_it(notebook):
    (*_, said), _ = notebook(LOAD, "x = 1", IMPORTS, f"%%check\n{WRONG_REST}")
    lines = f"%%check\n{WRONG_REST}".split("\n")
    line = next(number for number, words in enumerate(lines, 1) if "dz2 = y - a2" in words)
    assert f"code cell 4, line {line}" in said


def test_check_alone_checks_what_is_defined_now(notebook):
    said, _ = notebook(
        LOAD,
        IMPORTS,
        WRONG_REST,
        "%check",
        REST,
        "broken = 1 / 0",
        "%check",
        "def f(:",
        "%check --workshop xor",
    )
    assert "the sign is reversed" in said[3]
    assert all("Everything is right" in said[place] for place in (6, 8))


def test_code_beside_the_line_magic_is_checked(notebook):
    (*_, said), _ = notebook(LOAD, IMPORTS, f"{REST}\n%check")
    assert "Everything is right" in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--workshop minst", "did you mean mnist"),
        ("--hint 4", "error: "),
        ("--hitn 3", "did you mean --hint"),
        ("one", "one"),
        ("'", "error: "),
        ("--help", "--workshop"),
    ],
)
def test_a_wrong_question_is_answered_in_words(notebook, line, words):
    (*_, said), _ = notebook(LOAD, GOOD, f"%check {line}")
    assert words in said
    assert "Traceback" not in said


def test_a_cell_that_is_no_python_is_told_with_a_caret(notebook):
    (*_, said), _ = notebook(LOAD, IMPORTS, "%%check --workshop xor\ndef backProp(X, y)\n    return X\n")
    assert "Cell 3 is not valid Python" in said
    assert "^" in said


def test_nothing_to_check_is_one_message(notebook):
    (*_, said), _ = notebook(LOAD, "%check")
    assert said.startswith("error: ")
    assert "--workshop" in said


HISTORIES = [
    (["x = 1", "x = 2", ""], "x", ["", "x = 2", ""]),
    (["x = 1", "y = x", "x = 2", ""], "xy", ["x = 1", "y = x", "x = 2", ""]),
    (["x = 1", "x = x + 1", ""], "x", ["x = 1", "x = x + 1", ""]),
    (["x = 1", "x += 1", ""], "x", ["x = 1", "x += 1", ""]),
    (["p = {}", "p['w'] = 1", "p = {}", ""], "p", ["", "", "p = {}", ""]),
    (["def f():\n    return 1\na = f()", "def f():\n    return 2", ""], "fa", None),
    (["def f():\n    return 1", "def f():\n    return 2", ""], "f", ["\n", "def f():\n    return 2", ""]),
    (["import a\nx = lost", ""], "a", ["import a\n", ""]),
    (["@g\ndef f(): pass", "def f(): pass"], "f", ["\n", "def f(): pass"]),
    (["%%bash\nls", "!ls\nx = 1", "x = ("], "x", ["\n", "\nx = 1", "x = ("]),
    (["if a:\n    x = 1", "x = 2", ""], "ax", ["\n", "x = 2", ""]),
]


@pytest.mark.parametrize(("cells", "names", "kept"), HISTORIES)
def test_what_has_been_replaced_is_left_out(cells, names, kept):
    assert living(cells, set(names)) == (cells if kept is None else kept)


def test_of_a_cell_that_raised_only_definitions_are_kept():
    cells = ["def f():\n    pass\nx = 1 / 0", "f()"]
    assert living(cells, {"f", "x"}, {0}) == ["def f():\n    pass\n", "f()"]
