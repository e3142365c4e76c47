"""What a file's network is, and how its training steps come about: the code is made to train, and observed."""

import ast
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradiente.checker.observing.costs import stated_loss
from gradiente.checker.observing.data import HIDDEN, INPUTS, Data, possible_data, written_sizes
from gradiente.checker.observing.forward import ForwardPass, forward_passes
from gradiente.checker.observing.inputs import given_inputs, possible_inputs, single_inputs
from gradiente.checker.observing.steps import ObservedStep, Target, changes_of, observed_steps, step_of
from gradiente.checker.observing.targets import possible_targets
from gradiente.checker.observing.values import Values
from gradiente.checker.reading.plans import Plan, plans
from gradiente.checker.rules.dataflow import Step
from gradiente.checker.rules.search import Explanation, Search
from gradiente.checker.running.calls import Call
from gradiente.checker.running.sandbox import Sandbox

LOSSES = ("cross_entropy", "squared_error")
STEPS = 2  # that are explained together; the first is the one before them
FIRST_EVENTS = (250, 1000)  # of a program that trains by itself: a few steps
MOST_SECONDS = 12.0  # of looking for one
GOOD = 3.0  # an explanation that costs less is that of the network which the code has


@dataclass(frozen=True)
class Recognition:
    """How the steps of a file's network come about.

    Arguments:
        plan: how the code was made to train; None where it trained by itself
        data: that it was given; None where it has its own
        values, observed: what was seen, the steps that were explained
        steps: the same with all quantities
        explanation: of their changes
    """

    plan: Plan | None
    data: Data | None
    values: Values
    observed: Sequence[ObservedStep]
    steps: Sequence[Step]
    explanation: Explanation

    @property
    def forward(self) -> ForwardPass:
        return self.observed[0].passes[-1]


def recognize(sandbox: Sandbox, source: str) -> Recognition | None:
    """The recognition that explains best what was observed; None where no training step was seen."""
    best: Recognition | None = None
    for found in _recognitions(sandbox, source):
        if best is None or found.explanation.cost < best.explanation.cost:
            best = found
        if best.explanation.right:
            break
    return best


def _recognitions(sandbox: Sandbox, source: str) -> Iterator[Recognition]:
    """One for each way to make the code train that leads to steps; the next way only where none is good."""
    until = time.process_time() + MOST_SECONDS
    for plan in plans(ast.parse(source)):
        found, sizes = _of_plan(sandbox, plan, possible_data(INPUTS), until)
        if not _good(found) and sizes:
            found += _of_plan(sandbox, plan, possible_data(*sizes), until)[0]
        yield from found
        if _good(found) or time.process_time() > until:
            return
    if sandbox.load(observe=True) is None:
        for count in FIRST_EVENTS:
            found = explained(None, Values(sandbox.events[:count]), None)
            if found:
                yield found
                return


def _of_plan(
    sandbox: Sandbox, plan: Plan, forms: Iterable[Data], until: float
) -> tuple[list[Recognition], tuple[int, int] | None]:
    """The recognitions of one plan over forms of the data, up to a right one; else the sizes that the code has."""
    found: list[Recognition] = []
    sizes = None
    for data in forms:
        if time.process_time() > until:
            break
        values = _run(sandbox, plan, data)
        one = values and explained(plan, values, data)
        if one:
            found.append(one)
            if one.explanation.right:
                break
        elif values and sizes is None:
            sizes = written_sizes(values, data)
    return found, sizes


def _good(found: Sequence[Recognition]) -> bool:
    return any(one.explanation.cost < GOOD for one in found)


def _run(sandbox: Sandbox, plan: Plan, data: Data) -> Values | None:
    sizes = (len(data.X), HIDDEN, len(data.Y))
    outcome = sandbox.call(Call("", (data.x, data.y, *sizes), probe=plan.source, observe=True))
    return Values(outcome.events) if outcome.events else None


def explained(
    plan: Plan | None, values: Values, data: Data | None, losses: Sequence[str] = LOSSES
) -> Recognition | None:
    """The best explanation of the steps in a recording, over the losses and the batches that they may have."""
    observed = observed_in(values, data)
    if not observed:
        return None
    targets: list[Target] = [data.target] if data else possible_targets(values, observed)
    best: Recognition | None = None
    before, chosen = (
        (observed[0], observed[1 : 1 + STEPS]) if len(observed) > STEPS else (None, observed[:STEPS])
    )
    for target in targets:
        for loss in losses:
            for batch in range(max(len(list(one.batches())) for one in chosen)):
                steps = [_step(one, batch, target, loss) for one in chosen]
                first = _step(before, batch, target, loss) if before else None
                known = [step for step in steps if step is not None]
                if len(known) < len(chosen) or stated_loss(values, known[0]) not in (None, loss):
                    continue
                search = Search(known, [changes_of(step) for step in known], first and changes_of(first))
                found = Recognition(plan, data, values, chosen, known, search.best())
                if best is None or found.explanation.cost < best.explanation.cost:
                    best = found
                if best.explanation.right:
                    return best
    return best


def observed_in(values: Values, data: Data | None) -> list[ObservedStep]:
    inputs = given_inputs(values, data.X) if data else possible_inputs(values)
    observed = observed_steps(values, forward_passes(values, inputs))
    if not observed and data:
        observed = observed_steps(values, forward_passes(values, [*inputs, *single_inputs(data.X)]))
    return observed


def _step(observed: ObservedStep, batch: int, target: Target, loss: str) -> Step | None:
    choices = list(observed.batches())
    return step_of(choices[batch], observed, target, loss) if batch < len(choices) else None
