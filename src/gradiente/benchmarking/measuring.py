"""Measures a work: its entries in turn, A B A B …, one at a time."""

import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path
from time import perf_counter

from gradiente.benchmarking.arrays import Arrays, clusters, xor
from gradiente.benchmarking.job import Job
from gradiente.benchmarking.process import Once, PeerDied, Prepared, busy_neighbour
from gradiente.benchmarking.result import Measured, Row
from gradiente.benchmarking.work import Entry, Work
from gradiente.data import load
from gradiente.temporary import TemporaryFolder

SETTLING = 0.2  # seconds in which the threads of the one before come to rest
ENOUGH = 60.0  # seconds: an entry whose rounds of a work have taken more takes no further ones


class Bench:
    """The measurement of works on the same data with the same threads; a context manager, whose data are temporary.

    `rows` has every work that was begun, with the rounds that it has come to.

    Arguments:
        threads: of every peer
        rounds: of every entry; fewer of one whose rounds take more than `ENOUGH` seconds in all
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
        self.rows: list[Row] = []
        self._temporary = TemporaryFolder("bench")

    def __enter__(self) -> "Bench":
        self._place = self._temporary.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._temporary.__exit__()

    def measure(self, work: Work) -> Row:
        """Every round of every entry, but no more of one that dies or has taken `ENOUGH`.

        Errors: FileError where MNIST is not at hand
        """
        measured = [Measured(entry, missing=entry.of().missing()) for entry in work.entries]
        row = Row(work, measured, self.rounds)
        self.rows.append(row)
        folder = self.folder(work.data)
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
        folder = self._place / data
        if data and not folder.exists():
            _arrays(data, self.mnist).write(folder)
        return str(folder)

    def _round(self, work: Work, one: Measured, job: Job, process: Once | Prepared, number: int) -> None:
        if one.died is not None or one.spent > ENOUGH:
            return
        self.progress(work, one.entry, number)
        busy = work.busy and not one.entry.quiet
        with busy_neighbour() if busy else nullcontext():
            time.sleep(SETTLING)
            started = perf_counter()
            try:
                one.add(work, work.units(job), process.round())
            except PeerDied as death:
                one.died = str(death)
            one.spent += perf_counter() - started


def _arrays(data: str, mnist: str) -> Arrays:
    if data == "xor":
        return xor()
    if data == "clusters":
        return clusters(10_000, 4, 4)
    train, test = load("mnist", data_dir=mnist or None)
    return Arrays(train.x, train.y, test.x, test.y)
