"""`grade` killed while students' code sleeps: no process of it lives on, and the next start removes its folders."""

import tempfile
from pathlib import Path

import pytest

from gradiente.checker.running import isolation
from gradiente.temporary import TemporaryFolder

from .conftest import write_class
from .test_grading import start, wait_until
from .test_real_check import RIGHT

FIRST = "    m = X.shape[1]\n"
SLEEPS = RIGHT.replace(
    FIRST, f"    open('asleep', 'w').close()\n    import time\n    time.sleep(10**6)\n{FIRST}"
)
needs_bubblewrap = pytest.mark.skipif(not isolation.bubblewrap_works(), reason="needs bubblewrap")


def parents():
    """The parent of every process, and when it began; what nobody has waited for yet is none."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, *more = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if state != "Z":
            found[int(stat.parent.name)] = int(parent), more[17]
    return found


def started_by(process):
    """A process and all below it, each with when it began."""
    found, known = {process.pid}, parents()
    while more := {one for one, (parent, _) in known.items() if parent in found} - found:
        found |= more
    return {(one, known[one][1]) for one in found}


def alive(processes):
    return processes & {(one, began) for one, (_, began) in parents().items()}


@pytest.mark.parametrize("mode", [pytest.param("bubblewrap", marks=needs_bubblewrap), "process"])
def test_a_killed_grading_leaves_no_process_and_its_folders_to_the_next(mode, tmp_path, monkeypatch):
    places = tmp_path / "temporary"
    write_class(
        tmp_path,
        {"class/ana.py": SLEEPS, "class/beto.py": SLEEPS + "\n", "verdicts": None, "temporary": None},
    )
    monkeypatch.setenv("TMPDIR", str(places))
    monkeypatch.setattr(tempfile, "tempdir", str(places))
    with TemporaryFolder("grade") as living:
        process = start(tmp_path / "class", tmp_path / "verdicts", checker=mode)
        try:
            wait_until(lambda: len(list(places.glob("gradiente-locked-check-*/asleep"))) == 2)
            processes = started_by(process)
            assert len(processes) >= 5  # grade, two workers, two students
        finally:
            process.kill()
            process.communicate()
        wait_until(lambda: not alive(processes))
        left = set(places.iterdir()) - {living}
        assert {path.name.split("-")[2] for path in left} == {"check", "grade"}
        with TemporaryFolder("check") as new:
            assert set(places.iterdir()) == {living, new}
    assert list(places.iterdir()) == []
