"""A function called on several random steps, in every layout that it may be written in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradiente.checker.judging.failures import fatal
from gradiente.checker.judging.repair import Mutant, probe
from gradiente.checker.judging.session import Session, step_arguments
from gradiente.checker.reference.layout import Layout, layouts
from gradiente.checker.reference.reference import Reference, Sizes
from gradiente.checker.running.calls import CallOutcome, Failure

Arguments = Callable[[Reference, Layout], Mapping[str, Any]]


@dataclass(frozen=True)
class Run:
    """The function called on every step, in one layout; where one ended badly, that is the last outcome."""

    layout: Layout
    cases: Sequence[Reference]
    outcomes: Sequence[CallOutcome]

    @property
    def finished(self) -> bool:
        return all(outcome.failure is None for outcome in self.outcomes)

    @property
    def ended(self) -> bool:
        """Whether it would only cost time to call again."""
        failure = self.outcomes[-1].failure
        return failure is not None and fatal(failure)


def runs(
    session: Session,
    name: str,
    sizes: Sequence[Sizes],
    *,
    arguments: Arguments = step_arguments,
    mutant: Mutant | None = None,
    record: Sequence[str] = (),
) -> Iterator[Run]:
    """The function, or a mutant of it, in every layout; after an endless loop in none more."""
    if not sizes:
        return
    source = probe(name, mutant) if mutant else None
    for activation in session.activations():
        cases = session.cases(activation, sizes)
        for layout in _likely(session) if mutant else possible(session):
            outcomes: list[CallOutcome] = []
            for case in cases:
                outcomes.append(session.call(name, arguments(case, layout), probe=source, record=record))
                if outcomes[-1].failure is not None:
                    break
            run = Run(layout, cases, outcomes)
            yield run
            if run.ended:
                return


def _likely(session: Session) -> list[Layout]:
    """The layouts in which a mutant is tried, those that are written most."""
    found = possible(session)
    if session.facts.layout is not None:
        return found
    usual = [layout for layout in found if not layout.columns or layout.out_in]
    return [layout for layout in usual if layout.bias != "flat"] or usual


def furthest(tried: Sequence[Run]) -> Failure:
    """The failure of the run that came furthest in the file: its layout is likeliest the one that was meant."""
    problems = [run.outcomes[-1].failure for run in tried]
    return max((p for p in problems if p is not None), key=lambda failure: failure.line or 0)


def possible(session: Session) -> list[Layout]:
    """The layout that is known, with y in both forms; else all that may be, those first that are written most."""
    known, found = session.facts.layout, session.facts.layouts or layouts()
    if known is None:
        return [layout for layout in found if session.facts.layouts or layout.natural]
    form = (known.columns, known.out_in, known.bias)
    found = [layout for layout in layouts() if (layout.columns, layout.out_in, layout.bias) == form]
    return sorted(found, key=lambda layout: layout.target != known.target)
