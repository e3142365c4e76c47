"""Side by side, each for itself: what one submission does ends with it, and what was checked stays checked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradiente.errors import ArgumentError, FileError
from gradiente.grading import StudentResult, grade, grading, submissions
from gradiente.locale import set_language

from . import stub
from .conftest import write_class

ROOT = Path(__file__).parents[2]


@pytest.fixture
def verdicts(tmp_path):
    folder = tmp_path / "verdicts"
    folder.mkdir()
    return folder


def graded(folder, verdicts, **options):
    options = {"workers": 2, **options}
    return {row.student: row for row in grade(submissions(folder), verdicts, stub.check, **options)}


def statuses(results: dict[str, StudentResult]):
    return {student: result.status for student, result in results.items()}


def right(*names):
    return {f"{name}.py": f"# right\nname = {name!r}" for name in names}


def test_every_ending_belongs_to_one_student(tmp_path, verdicts):
    files = {
        "died.py": "# die",
        "exited.py": "# exit",
        "raised.py": "# raise",
        "broken.ipynb": "# unreadable",
        "wrong.py": "# mistake stub_one dW[1]",
        "syntax.py": "# syntax",
        "blank.py": "# blank",
        "one_thread.py": "# threads",
        "two/a.py": "",
        "unsayable.py": "# unsayable",
        "two/b.py": "",
        **right("ana", "beto", "caro"),
    }
    heard = []
    folder = write_class(tmp_path / "class", files)
    results = graded(folder, verdicts, finished=lambda result: heard.append(result.student))
    assert statuses(results) == {
        "ana": "right",
        "beto": "right",
        "blank": "blank",
        "broken": "unreadable",
        "caro": "right",
        "died": "error",
        "exited": "error",
        "one_thread": "right",
        "raised": "error",
        "syntax": "not_run",
        "two": "two_files",
        "unsayable": "error",
        "wrong": "mistakes",
    }
    assert sorted(heard) == list(results)
    assert "lack of memory" in results["died"].first_mistake()
    assert "SystemExit: away" in results["exited"].first_mistake()
    assert "RuntimeError: the check of raised.py is broken�[31m" in results["raised"].first_mistake()
    assert results["broken"].first_mistake() == "there is no file broken.ipynb: check the name and the folder"
    assert results["wrong"].first_mistake() == "the factor is missing in dW[1]"
    wrong = results["wrong"].verdict
    assert wrong is not None
    assert wrong.file == "wrong.py"


def test_text_that_no_file_can_hold_costs_one_student(tmp_path, verdicts):
    files = {"ana.py": "# unstorable", "beto.py": "# unprintable", **right("caro")}
    folder = write_class(tmp_path / "class", files)
    for _ in range(2):  # and the next time
        results = graded(folder, verdicts)
        assert statuses(results) == {"ana": "error", "beto": "unreadable", "caro": "right"}
        for result in results.values():
            assert result.first_mistake().encode().decode().isprintable()
    assert len(list(verdicts.iterdir())) == 1


def test_messages_of_the_workers_are_in_the_readers_language(tmp_path, verdicts):
    set_language("es")
    results = graded(write_class(tmp_path / "class", {"ana.py": "# unreadable"}), verdicts)
    assert results["ana"].first_mistake() == "no existe el archivo ana.py: revise el nombre y la carpeta"


def test_a_worker_that_dies_by_chance_costs_nobody_anything(tmp_path, verdicts):
    files = {"ana.py": f"# die_once {tmp_path / 'died'}", **right("beto", "caro", "dan")}
    assert set(statuses(graded(write_class(tmp_path / "class", files), verdicts)).values()) == {"right"}


def test_only_what_is_new_or_changed_is_checked_again(tmp_path, verdicts):
    folder = write_class(tmp_path / "class", right("ana", "beto", "caro"))
    first = graded(folder, verdicts)
    assert stub.calls() == 3
    assert graded(folder, verdicts) == first
    assert stub.calls() == 3
    write_class(folder, {"beto.py": "# mistake stub_one dW[1]", "dan.py": "# right\nanother = 1"})
    assert statuses(graded(folder, verdicts)) == {
        "ana": "right",
        "beto": "mistakes",
        "caro": "right",
        "dan": "right",
    }
    assert stub.calls() == 5
    graded(folder, verdicts, workshop="xor")  # another question
    assert stub.calls() == 9


def test_a_verdict_found_without_bubblewrap_is_none_of_those_found_with_it(tmp_path, verdicts, monkeypatch):
    folder = write_class(tmp_path / "class", right("ana"))
    for mode in ("process", "bubblewrap", "process"):
        monkeypatch.setattr(grading, "isolation", lambda found=mode: found)
        graded(folder, verdicts)
    assert stub.calls() == len(list(verdicts.iterdir())) == 2


def test_the_same_file_is_checked_once_for_all_who_handed_it_in(tmp_path, verdicts):
    folder = write_class(
        tmp_path / "class", {"ana.py": "# right", "beto/xor.py": "# right", "caro.ipynb": "# right"}
    )
    results = graded(folder, verdicts)
    assert stub.calls() == 2  # a notebook is another thing
    assert [row.verdict.file for row in results.values() if row.verdict] == ["ana.py", "xor.py", "caro.ipynb"]


def test_what_failed_by_no_fault_of_the_students_is_tried_again(tmp_path, verdicts):
    folder = write_class(tmp_path / "class", {"ana.py": "# raise"})
    graded(folder, verdicts)
    graded(folder, verdicts)
    assert stub.calls() == 2
    assert list(verdicts.iterdir()) == []


def test_a_damaged_verdict_is_made_anew(tmp_path, verdicts):
    damages = ["", "{", "[]", '{"file": "x"}', '{"functions": 3}', "null"]
    folder = write_class(tmp_path / "class", right(*(f"student{place}" for place in range(len(damages)))))
    graded(folder, verdicts)
    whole = {path: path.read_bytes() for path in verdicts.iterdir()}
    for path, content in zip(whole, damages, strict=True):
        path.write_text(content, encoding="utf-8")
    graded(folder, verdicts)
    assert {path: path.read_bytes() for path in verdicts.iterdir()} == whole


def start(folder, verdicts, workers=2, checker="stub"):
    module = "tests.grading.killed"
    command = [sys.executable, "-m", module, str(folder), str(verdicts), str(workers), checker]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_until(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def alive(group):
    """Whether a process of that group is still there; what nobody has waited for yet is not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, number = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(number) == group and state != "Z":
            return True
    return False


def slow_class(tmp_path):
    return write_class(tmp_path / "class", {f"s{i:02}.py": f"# sleep 0.2\nnumber = {i}" for i in range(12)})


def test_a_killed_process_leaves_what_is_done_and_no_workers_behind(tmp_path, verdicts):
    folder = slow_class(tmp_path)
    process = start(folder, verdicts)
    wait_until(lambda: len(list(verdicts.glob("*.json"))) >= 3)
    process.kill()
    process.communicate()
    wait_until(lambda: not alive(process.pid))
    done, begun = len(list(verdicts.glob("*.json"))), stub.calls()
    assert 3 <= done < 12
    assert set(statuses(graded(folder, verdicts)).values()) == {"right"}
    assert stub.calls() - begun == 12 - done


@pytest.mark.parametrize(
    "everyone", [False, True], ids=["the process", "its whole group, as a terminal does"]
)
def test_ctrl_c_lets_what_is_under_way_end_and_begins_nothing_new(everyone, tmp_path, verdicts):
    folder = slow_class(tmp_path)
    process = start(folder, verdicts)
    wait_until(lambda: len(list(verdicts.glob("*.json"))) >= 3)
    if everyone:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert err.count("Traceback") == 1  # the script's own: no worker says anything
    assert "KeyboardInterrupt" in err
    assert len(list(verdicts.glob("*.json"))) == stub.calls() < 12
    wait_until(lambda: not alive(process.pid))


def test_a_second_ctrl_c_ends_it_at_once(tmp_path, verdicts):
    folder = write_class(tmp_path / "class", {"ana.py": "# sleep 600"})
    process = start(folder, verdicts)
    wait_until(lambda: stub.calls() == 1)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    wait_until(lambda: not alive(process.pid))


@pytest.mark.parametrize("workers", [0, -1])
def test_at_least_one_worker(workers, tmp_path, verdicts):
    with pytest.raises(ArgumentError, match=f"at least 1, got {workers}"):
        graded(write_class(tmp_path / "class", right("ana")), verdicts, workers=workers)


def test_verdicts_that_cannot_be_kept_end_it_with_a_message(tmp_path):
    folder = write_class(tmp_path / "class", right("ana", "beto"))
    with pytest.raises(FileError, match="nowhere"):
        graded(folder, tmp_path / "nowhere")
