import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from gradiente import FileError
from gradiente.training.lock import NAME, RunLock

HOLD = """
import sys
from pathlib import Path
from gradiente.training.lock import RunLock
lock = RunLock()
lock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_one_at_a_time_and_nothing_is_left(tmp_path):
    first, second = RunLock(), RunLock()
    first.acquire(tmp_path)
    with pytest.raises(FileError, match="is being trained by another process"):
        second.acquire(tmp_path)
    first.release()
    second.acquire(tmp_path)
    first.release()  # it holds none any more
    with pytest.raises(FileError):
        first.acquire(tmp_path)
    second.release()
    assert os.listdir(tmp_path) == []


def test_a_killed_process_holds_none(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    lock = RunLock()
    with pytest.raises(FileError):
        lock.acquire(tmp_path)
    process.kill()
    process.communicate()
    lock.acquire(tmp_path)
    lock.release()
    assert os.listdir(tmp_path) == []


def test_many_that_come_and_go_never_hold_it_together(tmp_path):
    """Also while the one before removes its file."""
    inside, together = Lock(), Barrier(4)

    def work(_):
        held = 0
        together.wait()
        for _ in range(300):
            lock = RunLock()
            try:
                lock.acquire(tmp_path)
            except FileError:
                continue
            assert inside.acquire(blocking=False)
            held += 1
            inside.release()
            lock.release()
        return held

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) > 0
    assert not (tmp_path / NAME).exists()


def test_where_no_file_can_be_made_it_is_said(tmp_path):
    with pytest.raises(FileError, match="cannot write"):
        RunLock().acquire(tmp_path / "nowhere")
