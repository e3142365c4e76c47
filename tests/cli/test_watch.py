"""`gradiente check --watch`: a process that sees a file change."""

import os
import queue
import signal
import threading
from pathlib import Path

import pytest
from tests.checker.corpus import MISTAKES, RIGHT

from gradiente.cli.watch import WatchedFile, watch

from .conftest import gradiente, start

RIGHT_FILE = next(case.source for case in RIGHT if case.name == "xor-columns-base")
SIGN = next(case.source for case in MISTAKES if case.name == "xor-columns-output_sign")
PATIENCE = 60  # seconds for what comes at once


@pytest.fixture
def watching(own_folder):
    """Start it on a file; a function that waits for words in its output."""
    processes = []

    def begin(source, *options):
        Path("xor.py").write_text(source, encoding="utf-8")
        process = start("check", "xor.py", "--watch", "--lang", "en", *options)
        lines: queue.Queue[str] = queue.Queue()
        output = process.stdout
        assert output is not None
        reader = threading.Thread(target=lambda: [lines.put(line) for line in output])
        reader.start()
        processes.append((process, reader))

        def until(words):
            while words not in lines.get(timeout=PATIENCE):
                pass

        return process, until

    yield begin
    for process, reader in processes:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()
        process.stderr.close()


def test_every_save_is_checked_and_the_status_is_that_of_the_last_verdict(watching):
    process, until = watching(SIGN)
    until("the sign is reversed")
    until("is checked again when it is saved")
    Path("xor.py").write_text(RIGHT_FILE, encoding="utf-8")
    until("Everything is right")
    until("is checked again when it is saved")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0


def test_a_file_that_is_away_or_broken_is_waited_for(watching):
    process, until = watching(RIGHT_FILE)
    until("Everything is right")
    until("is checked again when it is saved")
    os.unlink("xor.py")
    Path("xor.py").write_text("def backProp(X, y\n", encoding="utf-8")
    until("is never closed")
    until("is checked again when it is saved")
    Path("new.py").write_text(SIGN, encoding="utf-8")
    os.replace("new.py", "xor.py")  # as editors save
    until("the sign is reversed")
    until("is checked again when it is saved")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 1


def test_a_file_without_any_function_is_said_so_and_watched(watching):
    process, until = watching("x = 1\n")
    until("name the workshop with --workshop")
    until("is checked again when it is saved")
    Path("xor.py").write_text(RIGHT_FILE, encoding="utf-8")
    until("Everything is right")
    process.kill()


def test_a_half_written_file_is_no_content(tmp_path, monkeypatch):
    file = tmp_path / "x.py"
    contents = ["half", None, "half", "whole", "whole", "", "whole", "whole", "other", "other"]
    steps = iter(contents)

    def pause(_seconds):
        content = next(steps)
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_text(content)

    monkeypatch.setattr("gradiente.cli.watch.time.sleep", pause)
    seen = []

    def passes():
        seen.append(file.read_text())
        if len(seen) == 2:
            raise KeyboardInterrupt
        return True

    assert watch(str(file), passes, lambda: None) == 0
    assert seen == ["whole", "other"]


def test_a_change_of_the_same_size_at_the_same_time_is_seen(tmp_path):
    file = tmp_path / "x.py"
    file.write_text("a = 1")
    watched = WatchedFile(str(file))
    before, status = watched.digest(), file.stat()
    file.write_text("a = 2")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert watched.digest() not in (before, None)


def test_without_a_verdict_ctrl_c_is_no_verdict(tmp_path):
    def interrupted():
        raise KeyboardInterrupt

    (tmp_path / "x.py").write_text("a = 1")
    with pytest.raises(KeyboardInterrupt):
        watch(str(tmp_path / "x.py"), interrupted, lambda: None)


WRONG = [
    (["none.py", "--watch"], 1, "there is no file none.py"),
    (["xor.py", "--watch", "--json"], 2, "leave one of them out"),
    (["xor.py", "--watch", "--workshop", "minst"], 2, "did you mean mnist"),
]


@pytest.mark.parametrize(("arguments", "status", "words"), WRONG)
def test_what_cannot_be_watched_is_said_at_once(own_folder, arguments, status, words):
    Path("xor.py").write_text(RIGHT_FILE, encoding="utf-8")
    answer = gradiente("check", *arguments, "--lang", "en")
    assert (answer.status, answer.out) == (status, "")
    assert words in answer.err
