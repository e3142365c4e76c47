"""Measures a work: its entries in turn, A B A B …, one at a time."""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path

from gradiente.benchmarking.arrays import Arrays, clusters, xor
from gradiente.benchmarking.job import Job
from gradiente.benchmarking.process import Once, PeerDied, Prepared, busy_neighbour
from gradiente.benchmarking.result import Measured, Row
from gradiente.benchmarking.work import Entry, Work
from gradiente.data import load

SETTLING = 0.2  # seconds in which the threads of the one before come to rest


class Bench:
    """The measurement of works on the same data with the same threads; a context manager, whose data are temporary.

    Arguments:
        threads: of every peer
        rounds: of every entry
        data_dir: where the files of MNIST are, as in `load`
        progress: called with the work, the entry and the number of the round (0 as it prepares)
    """

    def __init__(
        self,
        *,
        threads: int,
        rounds: int,
        data_dir: str | None = None,
        progress: Callable[[Work, Entry, int], None] = lambda work, entry, number: None,
    ) -> None:
        self.threads, self.rounds, self.progress = threads, rounds, progress
        self.mnist = "" if data_dir is None else str(Path(data_dir).absolute())
        self._temporary = tempfile.TemporaryDirectory(prefix="gradiente-bench-")

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.cleanup()

    def measure(self, work: Work) -> Row:
        """Every round of every entry; one whose process dies is left out from then on.

        Errors: FileError where MNIST is not at hand
        """
        folder = self.folder(work.data)
        row = Row(work, [Measured(entry, missing=entry.of().missing()) for entry in work.entries])
        with ExitStack() as ending:
            taking_part: list[tuple[Measured, Job, Once | Prepared]] = []
            for one in row.measured:
                if one.missing:
                    continue
                job = work.job_of(one.entry, threads=self.threads, folder=folder, mnist=self.mnist)
                self.progress(work, one.entry, 0)
                try:
                    process = (Once if work.once else Prepared)(one.entry.of(), job)
                except PeerDied as death:
                    one.died = str(death)
                    continue
                ending.callback(process.close)
                taking_part.append((one, job, process))
            for number in range(1, self.rounds + 1):
                for one, job, process in taking_part:
                    self._round(work, one, job, process, number)
        return row

    def folder(self, data: str) -> str:
        """The folder with the .npy files of a data set, written when it is first asked for."""
        folder = Path(self._temporary.name) / data
        if data and not folder.exists():
            _arrays(data, self.mnist).write(folder)
        return str(folder)

    def _round(self, work: Work, one: Measured, job: Job, process: Once | Prepared, number: int) -> None:
        if one.died is not None:
            return
        self.progress(work, one.entry, number)
        busy = work.busy and not one.entry.quiet
        with busy_neighbour() if busy else nullcontext():
            time.sleep(SETTLING)
            try:
                one.add(work, work.units(job), process.round())
            except PeerDied as death:
                one.died = str(death)


def _arrays(data: str, mnist: str) -> Arrays:
    if data == "xor":
        return xor()
    if data == "clusters":
        return clusters(10_000, 4, 4)
    train, test = load("mnist", data_dir=mnist or None)
    return Arrays(train.x, train.y, test.x, test.y)
