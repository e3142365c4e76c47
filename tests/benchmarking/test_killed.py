"""`gradiente bench` killed in the midst of a round: nothing that it started lives on."""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from gradiente.benchmarking.measuring import Bench

from .conftest import ROOT, is_running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc")


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)],
    ids=["Ctrl-C", "SIGTERM", "SIGKILL"],
)
def test_nothing_lives_on(log, number, status, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what a killed process leaves, the next one removes
    command = [sys.executable, "-m", "tests.benchmarking.killed"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 60
        while "sleeps" not in log.rounds():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)
        started = {*(pid for _, _, pid, _ in log.lines()), *log.lines()[-1][-1]}
        assert len(started) == 3  # two peers and the neighbour
        assert all(map(is_running, started))
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == status
        assert bool(list(tmp_path.glob("gradiente-*"))) is (number == signal.SIGKILL)
        while any(map(is_running, started)):
            assert time.monotonic() < until + 60
            time.sleep(0.02)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        with Bench(threads=1, rounds=1) as following:
            assert list(tmp_path.glob("gradiente-*")) == [Path(following.folder(""))]
    finally:
        process.kill()  # where the signal did not end it
