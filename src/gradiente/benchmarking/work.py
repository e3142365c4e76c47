"""A work: what is measured, who takes part, and the ratio to reach."""

from dataclasses import dataclass, field, replace
from typing import Any

from gradiente.benchmarking.job import Job
from gradiente.benchmarking.peer import PEERS, PROGRAMS, Peer
from gradiente.locale import text


@dataclass(frozen=True)
class Entry:
    """A peer that takes part in a work, and how.

    Arguments:
        key: its name in the work; "" is that of the peer
        threads: of its own; None: as many as all others
        quiet: without the neighbour of a work that has one
        changes: of the work's job
        size: of a work whose jobs grow
    """

    peer: str
    key: str = ""
    threads: int | None = None
    quiet: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    size: int | None = None

    @property
    def name(self) -> str:
        """Its name in the work."""
        return self.key or self.peer

    def of(self) -> Peer:
        """The peer itself."""
        return PEERS[self.peer]


@dataclass(frozen=True)
class Target:
    """A bound of ours / the fastest of others.

    Arguments:
        bound: the ratio is to be at most this
        against: names of entries
        ours: the name of our entry
        published: a published value instead of others, in the unit of the work
        accuracy: that ours must have
    """

    bound: float
    against: tuple[str, ...] = ()
    ours: str = "gradiente"
    published: float | None = None
    accuracy: float = 0.0


@dataclass(frozen=True)
class Work:
    """One row of the table of `gradiente bench`.

    Arguments:
        name: on the command line
        job: what every entry does, but for its own changes
        data: "mnist", "xor", "clusters"; "" for none
        unit: what a value is of: "epoch", "step", "prediction" or "process"
        measure: "seconds", "core_seconds" or "memory"
        once: every round is a process of its own, and all that it does counts
        busy: beside a process that keeps one core busy
        share: the ratio is read the other way round, as a share of the limit
        grows: the sizes of the entries: "samples" or "parameters"; "" where they are peers
    """

    name: str
    job: Job
    entries: tuple[Entry, ...]
    targets: tuple[Target, ...] = ()
    data: str = "mnist"
    unit: str = "epoch"
    measure: str = "seconds"
    once: bool = False
    busy: bool = False
    share: bool = False
    grows: str = ""

    @property
    def title(self) -> str:
        """What it is, in the reader's language."""
        return text(f"bench.work.{self.name}")

    @property
    def column(self) -> str:
        """What a value of it is, in the reader's language."""
        return text(f"bench.value.{self.unit if self.measure == 'seconds' else self.measure}")

    def units(self, job: Job) -> int:
        """How many of its units a round has."""
        if self.unit == "prediction":
            return job.predictions
        return job.epochs if self.unit in ("epoch", "step") and self.measure == "seconds" else 1

    def job_of(self, entry: Entry, *, threads: int, folder: str, mnist: str) -> Job:
        """The job of an entry; ours as a process reads MNIST from its own files, as a user does."""
        reads_files = self.once and self.data == "mnist" and entry.of().program == f"{PROGRAMS}.ours"
        return replace(
            self.job,
            folder=folder,
            mnist=mnist if reads_files else None,
            threads=entry.threads or threads,
            option=entry.of().option,
            **entry.changes,
        )

    def quick(self) -> "Work":
        """Only our entries, and those that a target names."""
        named = {name for target in self.targets for name in (target.ours, *target.against)}
        entries = tuple(entry for entry in self.entries if entry.name in named or not named)
        return replace(self, entries=entries)
