"""Works of stubs in processes of their own, and what they wrote down."""

import os
from pathlib import Path

import pytest

from gradiente.benchmarking.job import Job
from gradiente.benchmarking.peer import PEERS, Peer
from gradiente.benchmarking.work import Entry, Work

from . import stub

ROOT = Path(__file__).parents[2]
STUBS = ("A", "B", "dies", "dies later", "sleeps")
PROGRAM = "tests.benchmarking.stub"


def stub_peer(option):
    return Peer(option, PROGRAM, option)


def stub_work(*options, **facts):
    """A work whose entries are stubs; "A quiet" is A without the neighbour."""
    entries = [
        Entry(option.removesuffix(" quiet"), option, quiet=option.endswith(" quiet")) for option in options
    ]
    return Work("stubs", Job(()), tuple(entries), data="", **facts)


class Log:
    def __init__(self, path):
        self.path = path

    def lines(self):
        """Of every round: option, its number in that process, the process, the busy neighbours beside it."""
        rows = [line.split("|") for line in self.path.read_text(encoding="utf-8").splitlines()]
        return [
            (name, int(number), int(pid), [int(n) for n in busy.split()]) for name, number, pid, busy in rows
        ]

    def rounds(self):
        """The options in the order of their rounds, without those that only prepare."""
        return [name for name, number, _, _ in self.lines() if number > 1]


@pytest.fixture
def log(tmp_path, monkeypatch):
    """The stubs as peers, and what they write down."""
    for option in STUBS:
        monkeypatch.setitem(PEERS, option, stub_peer(option))
    path = tmp_path / "log"
    path.touch()
    monkeypatch.setenv(stub.LOG, str(path))
    before = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *([before] if before else [])]))
    return Log(path)


def is_running(pid):
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
