"""`gradiente check` where the system has none of POSIX's modules and names, as on Windows."""

import json
import os
import subprocess
import sys
from typing import get_args

import pytest

from gradiente.checker.rules.example import example
from gradiente.checker.running import isolation
from gradiente.checker.running.child.environment import within
from gradiente.locale import LANGUAGES, catalogue

from .corpus import MISTAKES, RIGHT

REMOVED = """
import os, select, signal, sys
for name in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("killpg", "fork", "forkpty", "setsid", "getpgid", "getuid", "geteuid", "sched_getaffinity",
             "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "set_blocking"):
    vars(os).pop(name, None)
for name in ("poll", "epoll"):
    vars(select).pop(name, None)
for name in ("SIGALRM", "SIGXCPU", "SIGHUP", "setitimer", "ITIMER_REAL", "alarm", "pthread_sigmask"):
    vars(signal).pop(name, None)
"""
PARENT = """
from pathlib import Path
import gradiente.checker.running.isolation, gradiente.checker.running.sandbox as sandbox
gradiente.checker.running.isolation.bubblewrap_works = lambda: False
sandbox.CHILD = Path(sys.argv.pop(1))
"""
CHECK = "from gradiente.cli import main\nmain(sys.argv[1:])\n"
WORKSHOP = next(case for case in RIGHT if case.name == "xor-columns-base")
SIGMOID = "import numpy as np\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"


@pytest.fixture
def run(tmp_path):
    """A program run where those names are missing, in the child as in the parent."""
    child, temporary = tmp_path / "child", tmp_path / "temporary"
    child.mkdir()
    temporary.mkdir()  # of its own: it locks no folder, and others remove those that are not locked
    wrapped = f"import runpy\nrunpy.run_path({str(isolation.CHILD / 'main.py')!r}, run_name='__main__')\n"
    (child / "main.py").write_text(REMOVED + wrapped)

    def run(program, *arguments, **environment):
        command = [sys.executable, "-c", REMOVED + PARENT + program, str(child), *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(isolation.PACKAGE.parent),
                "TMPDIR": str(temporary),
                **environment,
            },
        )

    return run


def test_what_a_function_gives_and_what_ends_it(run):
    program = """
import json, numpy as np
from gradiente.checker.running.calls import Call
from gradiente.checker.running.sandbox import Limits, Sandbox
source = '''
import numpy as np
lost = 1
while True:
    lost = lost
def right(x): return 2 * x
def endless(x):
    while True: pass
def prints(x):
    print("x" * (8 << 20))
    return x
def huge(x): return np.zeros((3000, 4000))
'''
with Sandbox(source, limits=Limits(call=2.0)) as sandbox:
    assert sandbox.load() is None
    found = {name: sandbox.call(Call(name, (np.ones(2),))) for name in ("right", "endless", "prints", "huge")}
    kinds = {name: outcome.failure and outcome.failure.type for name, outcome in found.items()}
    top = [failure.type for failure in sandbox.failures]
    print(json.dumps([sandbox.isolation, top, kinds, found["right"].result.tolist()]))
"""
    done = run(program)
    assert done.stderr == b""
    mode, top, kinds, result = json.loads(done.stdout)
    assert (mode, top, result) == ("time", ["TooLong"], [2.0, 2.0])
    assert kinds.pop("endless") == "Timeout"
    assert kinds.pop("huge") == "TooLarge"
    assert set(kinds.values()) == {None}


VERDICTS = {
    "workshop right": (WORKSHOP.source, []),
    "workshop wrong": (
        next(case.source for case in MISTAKES if case.name == "xor-columns-w2_missing"),
        ["w2_missing"],
    ),
    "network right": (example(), []),
    "network wrong": (example(plant=("dA2 * A2 * (1 - A2)", "dA2 * A2")), ["activation_for_derivative"]),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_is_the_same(run, tmp_path, name):
    source, keys = VERDICTS[name]
    (tmp_path / "taller.py").write_text(source, encoding="utf-8")
    done = run(CHECK, "check", "taller.py", "--json", PYTHONIOENCODING="cp1252")
    assert done.stderr == b""
    verdict = json.loads(done.stdout)
    assert verdict["isolation"] == "time"
    assert [
        finding["mistake"] for function in verdict["functions"] for finding in function["findings"]
    ] == keys
    assert verdict["findings"] == []
    assert (verdict["passed"], done.returncode) == (not keys, int(bool(keys)))


@pytest.mark.parametrize("name", ["workshop wrong", "network wrong"])
def test_a_console_that_lacks_characters_gets_every_hint(run, tmp_path, name):
    program = """
import io, json
from gradiente.cli import main
found = {}
for encoding in ("cp1252", "cp850", "cp437"):
    for language in ("en", "es"):
        sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding)
        try:
            main(["check", "taller.py", "--hint", "3", "--lang", language])
        except SystemExit as end:
            sys.stdout.flush()
            found[f"{encoding} {language}"] = end.code, sys.stdout.buffer.getvalue().decode(encoding)
sys.stdout = sys.__stdout__
print(json.dumps(found))
"""
    (tmp_path / "taller.py").write_text(VERDICTS[name][0], encoding="utf-8")
    done = run(program)
    assert (done.stderr, done.returncode) == (b"", 0)
    found = json.loads(done.stdout)
    assert len(found) == 6
    for status, said in found.values():
        assert status == 1
        assert "[2]" in said
        assert "?" not in said.replace("¿", "")


def test_grading_says_what_it_needs(run, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ana.py").write_text(WORKSHOP.source, encoding="utf-8")
    done = run(CHECK, "grade", "class", "--lang", "en", PYTHONIOENCODING="cp1252", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"on Windows and macOS work in WSL or in a Linux machine" in done.stderr
    assert b"--unsafe" in done.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_reader_is_told_that_memory_is_not_limited(run, tmp_path, encoding, language):
    (tmp_path / "año.py").write_text(SIGMOID, encoding="utf-8")
    arguments = "check", "año.py", "--workshop", "xor", "--lang", language
    done = run(CHECK, *arguments, PYTHONIOENCODING=encoding, PYTHONUTF8="1")
    assert done.stderr == b""
    said = {"en": "does not limit its memory", "es": "este sistema no limita su memoria"}[language]
    assert said in done.stdout.decode(encoding)


def test_every_module_can_be_imported(run):
    places = sorted(isolation.PACKAGE.rglob("*.py"))
    names = [
        ".".join(place.relative_to(isolation.PACKAGE.parent).with_suffix("").parts)
        for place in places
        if not {"child", "notebooks"} & set(place.parts) and place.stem not in ("__init__", "__main__")
    ]
    assert "gradiente.training.lock" in names
    done = run(f"import importlib\nfor name in {names!r}:\n    importlib.import_module(name)\n")
    assert done.stderr == b""
    assert done.returncode == 0


@pytest.mark.parametrize(
    "path", [r"C:\Users\Año Nuevo\taller.py", r"\\server\share\taller.py", r"D:taller.py", "nul"]
)
def test_a_path_of_windows_that_is_not_there_is_one_clear_message(run, path):
    done = run(CHECK, "check", path, "--lang", "en", PYTHONIOENCODING="cp1252", PYTHONUTF8="1")
    assert done.returncode in (1, 2)
    assert path.encode("cp1252") in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_a_path_with_a_drive_is_inside_its_folder_whatever_its_case(monkeypatch):
    import ntpath

    monkeypatch.setattr("gradiente.checker.running.child.environment.os.path", ntpath)
    monkeypatch.setattr("gradiente.checker.running.child.environment.os.sep", "\\")
    assert within(r"c:\users\ana\TEMP\x.txt", (r"C:\Users\Ana\Temp",))
    assert not within(r"C:\Users\Ana\Temporal\x.txt", (r"C:\Users\Ana\Temp",))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", get_args(isolation.Isolation))
def test_what_contained_the_code_is_said_everywhere(mode, language):
    for key in ("check.isolation", "grade.isolation", "grade.mode"):
        assert f"{key}.{mode}" in catalogue(language)
