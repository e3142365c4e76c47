"""The autograders that gradiente writes, each run as its system runs it, on real submissions."""

import json
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from tests.checker.solutions import FUNCTIONS, FUNCTIONS_EXERCISE

from gradiente.errors import FileError
from gradiente.grading import Rubric
from gradiente.grading.systems import Assignment, write_autograder

from .conftest import write_class
from .test_real_check import RIGHT, changed

WRONG = changed("dw2 = dz2 @ a1.T / m", "dw2 = dz2 @ a1.T")
XOR = Assignment("xor", Rubric({"backProp": 60, "entrenarRed": 40}, 0.5))
SOURCE = Path(__file__).parents[2] / "src"
# Names that Python finds in the current folder before its own, unless it is told not to look there.
SHADOWED = ("json", "gradiente", "pip", "venv", "numpy")
# A submission, its points out of 100, and which functions are right.
SUBMISSIONS = [
    ({"xor.py": WRONG}, 70, [False, True]),
    ({"xor.py": RIGHT}, 100, [True, True]),
    ({"notes.txt": "later"}, 0, [False, False]),
]
every_submission = pytest.mark.parametrize(
    ("files", "points", "right"), SUBMISSIONS, ids=["wrong", "right", "none"]
)


def handed_in(folder, files):
    """The submission, beside compiled modules that would end the autograder with success."""
    write_class(folder, files)
    cheat = folder.parent / "cheat.py"
    cheat.write_text("raise SystemExit(0)", encoding="utf-8")
    for name in SHADOWED:
        py_compile.compile(str(cheat), str(folder / f"{name}.pyc"))
    return folder


@pytest.fixture
def tools(tmp_path):
    """A folder for PATH: a python3 whose virtual environments see the packages of the tests, and no apt-get."""
    packages = sysconfig.get_path("purelib")
    body = f'''#!/bin/bash
"{sys.executable}" "$@" || exit
if [[ "$*" == *"-m venv "* ]]; then
    for found in "${{@: -1}}"/lib/*/site-packages; do echo "{packages}" > "$found/tests.pth"; done
fi
'''
    write_class(tmp_path / "tools", {"python3": body, "apt-get": "#!/bin/bash\n"})
    for tool in (tmp_path / "tools").iterdir():
        tool.chmod(0o755)
    return tmp_path / "tools"


def environment(tools, **more):
    """pip offline, which takes what it needs as installed."""
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "PATH": path, "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", **more}


def root_with(autograder):
    """bubblewrap with the system as it is, and that folder as /autograder."""
    words = ["bwrap", "--die-with-parent"]
    for entry in sorted(Path("/").iterdir()):
        if entry.is_symlink():
            words += ["--symlink", os.readlink(entry), str(entry)]
        elif entry.is_dir() and entry.name not in ("proc", "dev", "autograder"):
            words += ["--bind", str(entry), str(entry)]
    return [*words, "--proc", "/proc", "--dev", "/dev", "--bind", str(autograder), "/autograder"]


def may_wrap():
    trial = ["bwrap", "--bind", "/", "/", "true"]
    return (
        shutil.which("bwrap") is not None
        and not subprocess.run(trial, capture_output=True, check=False).returncode
    )


def ran(*command, status=0, **options):
    """What a command printed."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.mark.skipif(not may_wrap(), reason="bubblewrap makes the folder /autograder")
def test_a_gradescope_zip_as_its_harness_runs_it(tmp_path, tools):
    write_autograder(str(tmp_path / "xor.zip"), "gradescope", XOR)
    tree = write_class(tmp_path / "autograder", {"source": None, "results": None})
    with zipfile.ZipFile(tmp_path / "xor.zip") as archive:
        archive.extractall(tree / "source")
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert modes["run_autograder"] == modes["setup.sh"] == 0o755
    shutil.copy(tree / "source/run_autograder", tree)
    (tree / "run_autograder").chmod(0o755)
    env = environment(tools)
    ran(*root_with(tree), "bash", "/autograder/source/setup.sh", env=env)
    for files, points, right in SUBMISSIONS:
        shutil.rmtree(tree / "submission", ignore_errors=True)
        handed_in(tree / "submission", files)
        ran(*root_with(tree), "--chdir", "/autograder", "/autograder/run_autograder", env=env)
        found = json.loads((tree / "results/results.json").read_text(encoding="utf-8"))
        assert found["score"] == sum(test["score"] for test in found["tests"]) == points
        assert [test["status"] == "passed" for test in found["tests"]] == right


def test_classroom50_in_the_checkout_of_a_student(tmp_path, tools):
    write_autograder(str(tmp_path / "bundle"), "classroom50", XOR)
    checkout = handed_in(tmp_path / "checkout", {"xor.py": WRONG, ".github/check.py": "print()"})
    urls = {f"{name}_URL": f"https://github.com/{name}" for name in ("COMMIT", "RELEASE", "REVIEW")}
    given = {"CLASSROOM": "redes", "ASSIGNMENT": "xor", "SUBMISSION_TAG": "submit/1", **urls}
    script = f"import runpy, sys; sys.executable = {str(tools / 'python3')!r}; runpy.run_path(sys.argv[1])"
    env = environment(tools, **given)
    ran(sys.executable, "-P", "-c", script, tmp_path / "bundle/autograder.py", cwd=checkout, env=env)
    found = json.loads((checkout / "result.json").read_text(encoding="utf-8"))
    assert found["schema"] == "classroom50/result/v1"
    assert [found[key] for key in ("classroom", "assignment", "submission")] == ["redes", "xor", "submit/1"]
    assert [found[key] for key in ("commit", "release", "review")] == list(urls.values())
    assert (found["score"], found["max-score"]) == (70, 100)
    assert [test["passed"] for test in found["tests"]] == [False, True]
    assert "∂J/∂W[2]" in (checkout / "release-body.md").read_text(encoding="utf-8")


@every_submission
def test_coderunner_runs_the_template_of_its_prototype(tmp_path, files, points, right):
    write_autograder(str(tmp_path / "xor"), "coderunner", XOR)
    (path,) = (tmp_path / "xor").glob("*.xml")
    prototype, question = Xml.parse(path).getroot()
    assert [element.findtext("prototypetype") for element in (prototype, question)] == ["2", "0"]
    assert prototype.findtext("coderunnertype") == question.findtext("coderunnertype") == "gradiente_xor"
    assert prototype.findtext("grader") == "TemplateGrader"
    assert prototype.findtext("iscombinatortemplate") == "1"
    answer = files.get("xor.py", "")
    escaped = answer.replace("\\", "\\\\").replace('"', '\\"')
    template = prototype.findtext("template") or ""
    program = write_class(
        tmp_path / "jobe", {"prog.py": template.replace("{{ STUDENT_ANSWER | e('py') }}", escaped)}
    )
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    found = json.loads(ran(sys.executable, "prog.py", cwd=program, env=env))
    assert found["fraction"] == points / 100
    assert [bool(row[0]) for row in found["testresults"][1:]] == right


@every_submission
def test_vpl_evaluates_in_the_folder_of_the_submission(tmp_path, tools, files, points, right):
    write_autograder(str(tmp_path / "vpl"), "vpl", XOR)
    jail = handed_in(tmp_path / "jail", files)
    range_ = "export VPL_GRADEMIN=0\nexport VPL_GRADEMAX=5.00000\nexport VPL_SUBFILE0=xor.py\n"
    write_class(jail, {"vpl_environment.sh": range_})
    for script in ("vpl_run.sh", "vpl_evaluate.sh"):
        shutil.copy(tmp_path / "vpl" / script, jail)
    env = environment(tools, PYTHONPATH=str(SOURCE))
    ran("bash", "vpl_evaluate.sh", cwd=jail, env=env)
    lines = ran("./vpl_execution", cwd=jail, env=env).splitlines()
    assert lines[-1] == f"Grade :=>> {points / 20:g}"
    assert sum(line.startswith("-") for line in lines) == len(right) + lines.count("--|>")
    if files.get("xor.py") == RIGHT:
        ran("bash", "vpl_run.sh", cwd=jail, env=env)
        assert "backProp" in ran("./vpl_execution", cwd=jail, env=env)


def test_what_is_there_already_stays(tmp_path):
    write_class(tmp_path, {"xor.zip": "mine", "xor": None})
    for name in ("xor.zip", "xor"):
        with pytest.raises(FileError, match="already"):
            write_autograder(str(tmp_path / name), "gradescope", XOR)
    assert (tmp_path / "xor.zip").read_text(encoding="utf-8") == "mine"


@pytest.fixture
def own(tmp_path):
    """A teacher's own exercise with its rubric in it, and what two submissions are worth."""
    path = tmp_path / "capas.toml"
    path.write_text(
        f"partial = 0.5\n{FUNCTIONS_EXERCISE}\n[points]\nbackward = 80\nforward = 20\n", encoding="utf-8"
    )
    return Assignment.read(None, None, str(path))


OWN_SUBMISSIONS = [(FUNCTIONS, 100), (FUNCTIONS.replace(" * (Z2 > 0)", ""), 60)]


@pytest.mark.parametrize(("source", "points"), OWN_SUBMISSIONS, ids=["right", "wrong"])
def test_an_exercise_of_a_teacher_in_gradescope_and_coderunner(tmp_path, own, source, points):
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    write_autograder(str(tmp_path / "gradescope"), "gradescope", own)
    tree = tmp_path / "gradescope"
    assert "--exercise source/exercise.toml" in (tree / "run_autograder").read_text(encoding="utf-8")
    write_class(tree / "submission", {"tarea.py": source})
    arguments = own.arguments("gradescope", "submission")
    found = json.loads(ran(sys.executable, *arguments, "exercise.toml", cwd=tree, env=env))
    assert found["score"] == points

    write_autograder(str(tmp_path / "coderunner"), "coderunner", own)
    (path,) = (tmp_path / "coderunner").glob("*.xml")
    prototype, question = Xml.parse(path).getroot()
    assert question.findtext("name/text") == "Tres capas con ReLU"
    escaped = source.replace("\\", "\\\\").replace('"', '\\"')
    template = (prototype.findtext("template") or "").replace("{{ STUDENT_ANSWER | e('py') }}", escaped)
    assert "{{" not in template.replace(escaped, "")
    program = write_class(tmp_path / "jobe", {"prog.py": template})
    assert json.loads(ran(sys.executable, "prog.py", cwd=program, env=env))["fraction"] == points / 100


@pytest.mark.parametrize(("source", "points"), OWN_SUBMISSIONS, ids=["right", "wrong"])
def test_an_exercise_of_a_teacher_in_vpl_and_classroom50(tmp_path, tools, own, source, points):
    env = environment(tools, PYTHONPATH=str(SOURCE))
    write_autograder(str(tmp_path / "vpl"), "vpl", own)
    jail = write_class(
        tmp_path / "jail", {"tarea.py": source, "vpl_environment.sh": "export VPL_SUBFILE0=tarea.py\n"}
    )
    for script in ("vpl_run.sh", "vpl_evaluate.sh"):
        shutil.copy(tmp_path / "vpl" / script, jail)
    ran("bash", "vpl_evaluate.sh", cwd=jail, env=env)
    assert ran("./vpl_execution", cwd=jail, env=env).splitlines()[-1] == f"Grade :=>> {points / 10:g}"
    ran("bash", "vpl_run.sh", cwd=jail, env=env)
    assert "backward" in ran("./vpl_execution", status=int(points < 100), cwd=jail, env=env)

    write_autograder(str(tmp_path / "classroom50"), "classroom50", own)
    found = tmp_path / "classroom50"
    assert "'--exercise'" in (found / "autograder.py").read_text(encoding="utf-8")
    assert (found / "exercise.toml").read_text(encoding="utf-8") == own.content
