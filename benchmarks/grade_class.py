"""A class of 100 generated submissions, graded by `gradiente grade`: the seconds it takes, and those of a second time.

The students hand in what tests/checker/corpus holds: right solutions, planted mistakes, hostile files; as files, in
folders and in zips. Usage:

    python benchmarks/grade_class.py [--students 100] [--hostile 10] [--workers N] [--keep FOLDER]
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from corpus import HOSTILE, MISTAKES, RIGHT, Case

from gradiente.checker.running.isolation import bubblewrap_works


def spread(cases: list[Case], number: int) -> list[Case]:
    """So many of them, evenly from first to last; from the first again where there are too few."""
    if number <= len(cases):
        return [cases[place * len(cases) // number] for place in range(number)]
    return [cases[place % len(cases)] for place in range(number)]


def class_of(students: int, hostile: int) -> list[Case]:
    """A third of the others is right."""
    others = students - hostile
    right = others // 3
    return [
        *spread(list(HOSTILE), hostile),
        *spread(list(RIGHT), right),
        *spread(list(MISTAKES), others - right),
    ]


def hand_in(folder: Path, cases: list[Case]) -> None:
    """One after the other as a file, in a folder, and as a zip."""
    folder.mkdir(parents=True)
    for place, case in enumerate(cases):
        name = f"{place:03} {case.name}"
        source = f"{case.source}\n# {place}\n"  # nobody's file is another's
        if place % 3 == 0:
            (folder / f"{name}.py").write_text(source, encoding="utf-8")
        elif place % 3 == 1:
            (folder / name).mkdir()
            (folder / name / f"{case.workshop}.py").write_text(source, encoding="utf-8")
        else:
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                archive.writestr(f"{case.workshop}/{case.workshop}.py", source)


def grade(folder: Path, workers: int) -> tuple[dict[str, Any], float]:
    """The result, and the seconds, the start of Python included."""
    command = [sys.executable, "-m", "gradiente", "grade", str(folder), "--workers", str(workers), "--json"]
    if not bubblewrap_works():
        command.append("--unsafe")  # the files are our own
    started = time.perf_counter()
    done = subprocess.run([*command, "--lang", "en"], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout), time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--hostile", type=int, default=10)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--keep", type=Path, help="a new folder for the class and its grades")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        root = options.keep or Path(temporary)
        cases = class_of(options.students, options.hostile)
        hand_in(root / "class", cases)
        found, seconds = grade(root / "class", options.workers)
        _, again = grade(root / "class", options.workers)
    statuses = collections.Counter(row["status"] for row in found["students"])
    graded = sum(row["total"] is not None for row in found["students"])
    print(f"{len(cases)} submissions, {options.hostile} hostile, {options.workers} workers")
    print(f"{seconds:.1f} s, a second time {again:.1f} s; {graded} graded; {dict(statuses.most_common())}")


if __name__ == "__main__":
    main()
