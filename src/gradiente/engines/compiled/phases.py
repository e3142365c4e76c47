"""The phases of a step, whose pieces threads take from a queue."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.source import Source
from gradiente.engines.compiled.team import NEXT, STEPS


@dataclass(frozen=True)
class Work:
    """A function of a phase, called with a piece and a step, in so many pieces."""

    name: str
    pieces: int


@dataclass
class Segment:
    """What a piece does in one phase.

    Arguments:
        sums: the place of the first sum over the batch that its chunks add to
        before: the lines before its chunks, which need the sums of the segment before
        chunk: the lines of a chunk
    """

    sums: int
    before: list[str]
    chunk: list[str] = field(default_factory=list)


def queue(source: Source, before: Sequence[Work], phases: Sequence[Sequence[Work]]) -> list[str]:
    """The lines of a thread: it takes the next piece, does it, and takes another, until all steps are taken.

    Arguments:
        before: the works before the first step
        phases: the works of each phase of a step, which begins when all pieces before it are done
    """
    first = sum(work.pieces for work in before)
    tickets = sum(work.pieces for phase in phases for work in phase)
    lines = [f"ticket = add(team, {NEXT}, 1)"]
    if before:
        lines += nested(
            f"if ticket < {first}:",
            [*_calls(source, before, "ticket", "0"), "finish(team, calls)", "continue"],
        )
    lines += [f"step = (ticket - {first}) // {tickets}", f"k = ticket - {first} - step * {tickets}"]
    lines += nested(f"if load(team, {STEPS}) <= step:", ["break"])
    start = 0
    for place, phase in enumerate(phases):
        stop = start + sum(work.pieces for work in phase)
        needed = f"{first} + step * {tickets} + {start}"
        inner = nested(f"if not ready(team, calls, {needed}, step):", ["break"])
        inner += _calls(source, phase, f"k - {start}", "step")
        lines += nested(f"{'elif' if place else 'if'} k < {stop}:", inner)
        start = stop
    return nested("while True:", [*lines, "finish(team, calls)"])


def _calls(source: Source, works: Sequence[Work], k: str, step: str) -> list[str]:
    """The lines that do piece k of the works."""
    lines, start = [f"piece = {k}"], 0
    for place, work in enumerate(works):
        head = f"{'elif' if place else 'if'} piece < {start + work.pieces}:"
        lines += nested(head, [source.call(work.name, f"piece - {start}", step)])
        start += work.pieces
    return lines
