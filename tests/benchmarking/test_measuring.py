"""The rounds of a work: their order, the neighbour, and what becomes of who dies or is not there."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from gradiente.benchmarking import measuring, process
from gradiente.benchmarking.measuring import ENOUGH, Bench
from gradiente.benchmarking.peer import PEERS, Peer
from gradiente.benchmarking.process import busy_neighbour
from gradiente.benchmarking.works import WORKS

from .conftest import PROGRAM, is_running, stub_work

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")


def measured(work, rounds=3):
    with Bench(threads=1, rounds=rounds) as bench:
        return bench.measure(work)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_the_entries_take_turns(log):
    row = measured(stub_work("A", "B"))
    assert log.rounds() == ["A", "B"] * 3
    assert [len(one.values) for one in row.measured] == [3, 3]
    assert [one.accuracy for one in row.measured] == [0.1, 0.1]
    assert not any(is_running(pid) for _, _, pid, _ in log.lines())


def test_processes_take_turns_too(log):
    measured(stub_work("A", "B", once=True), rounds=2)
    assert [name for name, *_ in log.lines()] == ["A", "B"] * 3


@pytest.mark.parametrize(("seconds", "rounds"), [(ENOUGH / 3, 4), (ENOUGH / 2, 3), (ENOUGH + 1, 1), (1.0, 5)])
def test_who_has_taken_long_enough_takes_no_further_rounds(log, monkeypatch, seconds, rounds):
    """On a clock that only the rounds of B move."""
    monkeypatch.setattr(measuring, "perf_counter", lambda: seconds * log.rounds().count("B"))
    row = measured(stub_work("A", "B"), rounds=5)
    assert log.rounds() == ["A", "B"] * rounds + ["A"] * (5 - rounds)
    assert [len(one.values) for one in row.measured] == [5, rounds]
    assert row.fewer() == ["B"] * (rounds < 5)


def test_what_never_answers_is_ended_and_the_others_go_on(log, monkeypatch):
    def progress(work, entry, number):
        short = (entry.name, number) == ("sleeps", 1)
        monkeypatch.setattr(process, "PATIENCE", 0.5 if short else 600.0)

    with Bench(threads=1, rounds=3, progress=progress) as bench:
        row = bench.measure(stub_work("sleeps", "A"))
    assert (row.of("sleeps").died or "").startswith("its process gave no answer within")
    assert [len(one.values) for one in row.measured] == [0, 3]
    assert not any(is_running(pid) for _, _, pid, _ in log.lines())


def test_interrupted_it_has_the_rounds_that_were_measured(log):
    def progress(work, entry, number):
        if (entry.name, number) == ("B", 2):
            raise KeyboardInterrupt

    with Bench(threads=1, rounds=3, progress=progress) as bench:
        bench.measure(stub_work("A"))
        with pytest.raises(KeyboardInterrupt):
            bench.measure(stub_work("A", "B"))
        assert [[len(one.values) for one in row.measured] for row in bench.rows] == [[3], [2, 1]]
    assert not any(is_running(pid) for _, _, pid, _ in log.lines())


def test_who_dies_is_left_out_and_the_others_go_on(log):
    row = measured(stub_work("dies", "A", "dies later", "B"))
    assert log.rounds() == ["A", "dies later", "B", "A", "dies later", "B", "A", "B"]
    assert [len(one.values) for one in row.measured] == [0, 3, 1, 3]
    assert (row.of("dies").died or "").endswith("no such processor")
    assert (row.of("dies later").died or "").endswith("out of memory")
    assert row.of("A").died is None


def test_who_is_not_installed_is_named_and_not_started(log, monkeypatch):
    missing = Peer("missing", PROGRAM, "A", {"no_such_module": "no-such-package", "json": "json"})
    monkeypatch.setitem(PEERS, "missing", missing)
    row = measured(stub_work("missing", "B"))
    assert row.of("missing").missing == ["no-such-package"]
    assert set(log.rounds()) == {"B"}


@needs_proc
def test_the_neighbour_is_another_process_that_is_busy_and_then_gone():
    with busy_neighbour() as pid:
        before, until = cpu_seconds(pid), time.monotonic() + 60
        while cpu_seconds(pid) < before + 0.1:  # another process that needs no processor never gets there
            assert time.monotonic() < until
            time.sleep(0.01)
    assert not is_running(pid)


@needs_proc
def test_a_busy_work_runs_beside_the_neighbour_and_its_quiet_entry_alone(log):
    measured(stub_work("A", "A quiet", "B", busy=True), rounds=2)
    rounds = [busy for _, number, _, busy in log.lines() if number > 1]
    assert [len(busy) for busy in rounds] == [1, 0, 1] * 2
    assert all(busy == [] for _, number, _, busy in log.lines() if number == 1)
    assert not any(is_running(pid) for busy in rounds for pid in busy)


@needs_proc
def test_a_work_that_is_not_busy_has_no_neighbour(log):
    measured(stub_work("A", "B"), rounds=1)
    assert all(busy == [] for *_, busy in log.lines())


def test_its_data_are_temporary():
    with Bench(threads=1, rounds=1) as bench:
        folder = Path(bench.folder("xor"))
        assert {path.name for path in folder.iterdir()} == {
            "train_x.npy",
            "train_y.npy",
            "test_x.npy",
            "test_y.npy",
        }
    assert not folder.exists()


def test_quick_keeps_those_that_a_target_names():
    quick = WORKS["mlp"].quick()
    assert [entry.name for entry in quick.entries] == ["gradiente", "torch-fused", "torch-compile", "jax"]
    assert WORKS["growth-samples"].quick() == WORKS["growth-samples"]
    assert replace(quick, entries=()) == replace(WORKS["mlp"], entries=())
