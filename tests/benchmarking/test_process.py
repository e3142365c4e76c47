"""A peer's process, asked by its parent."""

import os
import subprocess
import sys

import pytest

from gradiente.benchmarking.job import Job
from gradiente.benchmarking.peer import Peer
from gradiente.benchmarking.process import Once, PeerDied, Prepared

from .conftest import is_running, stub_peer

pytestmark = pytest.mark.usefixtures("log")


def test_it_prepares_once_and_answers_every_round(log):
    process = Prepared(stub_peer("A"), Job((), option="A", threads=3))
    answers = [process.round() for _ in range(3)]
    process.close()
    assert [number for _, number, _, _ in log.lines()] == [1, 2, 3, 4]  # the first one does not count
    (pid,) = {pid for _, _, pid, _ in log.lines()}
    assert pid != os.getpid()
    assert not is_running(pid)
    for answer in answers:
        assert answer.seconds > 0
        assert answer.core_seconds is not None
        assert answer.accuracy == 0.3  # of as many threads as asked for


def test_once_is_a_new_process_for_every_round(log):
    process = Once(stub_peer("B"), Job((), option="B", threads=1))
    answers = [process.round() for _ in range(2)]
    assert [number for _, number, _, _ in log.lines()] == [1, 1, 1]  # the first one does not count
    assert len({pid for _, _, pid, _ in log.lines()}) == 3
    assert all(answer.seconds > 0 and answer.accuracy == 0.1 for answer in answers)


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's own status")
def test_the_peak_of_the_memory_is_its_own_and_not_that_of_its_parent():
    """getrusage would begin with the parent's; this process holds far more than the child."""
    held = bytearray(300_000_000)
    memory = Once(stub_peer("A"), Job((), option="A")).round().memory
    assert memory is not None
    assert 5_000_000 < memory < len(held)


def test_a_command_is_timed_as_a_whole_and_works_in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    writes = Peer(
        "writes", command=("-c", f"import os; open({str(tmp_path / 'where')!r}, 'w').write(os.getcwd())")
    )
    answer = Once(writes, Job(())).round()
    assert answer.seconds > 0
    assert answer.accuracy is None
    assert (tmp_path / "where").read_text() != str(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["log", "where"]


def test_who_dies_says_why():
    with pytest.raises(PeerDied, match="no such processor"):
        Prepared(stub_peer("dies"), Job((), option="dies"))
    with pytest.raises(PeerDied, match="no such processor"):
        Once(stub_peer("dies"), Job((), option="dies"))
    with pytest.raises(PeerDied, match="ZeroDivisionError"):
        Once(Peer("fails", command=("-c", "1/0")), Job(()))
    process = Prepared(stub_peer("dies later"), Job((), option="dies later"))
    process.round()
    with pytest.raises(PeerDied, match="out of memory"):
        process.round()
    process.close()


def test_it_ends_with_its_input():
    """The kernel closes it when the parent is killed."""
    job = Job((), option="sleeps").to_json()
    command = [sys.executable, "-m", "tests.benchmarking.stub", "prepared", job]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert "ready" in child.stdout.readline()
        child.stdin.write("go\n")
        child.stdin.close()
        assert child.wait(timeout=60) == 1
