"""A temporary folder stays while its process lives, whatever starts meanwhile, and goes once that was killed."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradiente.checker.running.calls import Call
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.verdict import Verdict
from gradiente.grading import grade
from gradiente.grading.submissions import StudentSubmission
from gradiente.temporary import KINDS, TemporaryFolder

HOLDS = """
import sys
from gradiente.temporary import TemporaryFolder

with TemporaryFolder(sys.argv[1]) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for temporary files, of this process and of those it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture(params=KINDS)
def holder(request: pytest.FixtureRequest) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """Another process with a folder."""
    command = [sys.executable, "-c", HOLDS, request.param]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def start() -> None:
    """What removes the folders that were left."""
    with TemporaryFolder("check") as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_the_folder_of_a_process_that_lives_stays(holder):
    _, folder = holder
    (folder / "file").touch()
    start()
    assert (folder / "file").exists()


def test_the_folder_of_a_process_that_was_killed_goes(holder):
    process, folder = holder
    (folder / "file").touch()
    process.kill()
    process.wait()
    start()
    assert not folder.exists()


def test_another_folder_of_the_same_process_stays():
    with TemporaryFolder("check") as one, TemporaryFolder("grade") as other:
        start()
        assert one.is_dir()
        assert other.is_dir()


def test_a_folder_that_nobody_locks_stays(own_place):
    """An earlier version of gradiente, which may run at the same time, made such ones."""
    folders = [own_place / f"gradiente-{kind}-abc" for kind in ("check", "grade")]
    for folder in folders:
        folder.mkdir()
    start()
    assert all(folder.is_dir() for folder in folders)


def test_a_folder_stays_while_a_students_code_runs_in_it():
    source = (
        "def f():\n    open('a', 'w').close()\n\ndef g():\n    import os\n    return os.path.exists('a')\n"
    )
    with Sandbox(source) as sandbox:
        sandbox.call(Call("f"))
        start()
        assert sandbox.call(Call("g")).result is True


def reads_late(path: Path, workshop: str | None) -> Verdict:
    """A checker during which another check starts."""
    start()
    path.read_bytes()
    return Verdict(path.name, workshop or "xor", (), (), (), "process")


def test_a_submission_that_is_graded_stays(tmp_path):
    submission = StudentSubmission("ana", "ana.py", b"x = 1\n")
    verdicts = tmp_path / "verdicts"
    verdicts.mkdir()
    (found,) = grade([submission], verdicts, reads_late, workshop="xor", workers=1)
    assert found.obstacle is None
