"""What a file's network is, and how its training steps come about: the code is made to train, and observed."""

import ast
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gradiente.checker.observing.costs import stated_loss
from gradiente.checker.observing.data import HIDDEN, INPUTS, Data, possible_data, written_sizes
from gradiente.checker.observing.forward import ForwardPass, forward_passes, wrong_forms
from gradiente.checker.observing.inputs import given_inputs, possible_inputs, single_inputs
from gradiente.checker.observing.steps import (
    ObservedStep,
    Target,
    changes_of,
    observed_steps,
    step_of,
    with_output,
)
from gradiente.checker.observing.targets import possible_targets
from gradiente.checker.observing.values import Values
from gradiente.checker.reading.plans import Plan, plans
from gradiente.checker.rules.dataflow import Step, gradients_of
from gradiente.checker.rules.search import Explanation, Search
from gradiente.checker.running.calls import Call, Event
from gradiente.checker.running.sandbox import Sandbox

LOSSES = ("cross_entropy", "squared_error")
STEPS = 2  # that are explained together; the first is the one before them
FIRST_EVENTS = (250, 1000)  # a few steps
MOST_SECONDS = 2.0  # of looking for the best explanation over all plans
MORE_SECONDS = 1.0  # of looking for one of the steps of a program that trains by itself
ONE = 1.5  # what one mistake costs, and the same one in another layer
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


@dataclass(frozen=True)
class Candidate:
    """Steps that may be a network's: with targets, a loss and a batch; `before` is the step before them."""

    plan: Plan | None
    data: Data | None
    values: Values
    observed: Sequence[ObservedStep]
    steps: Sequence[Step]
    before: Step | None

    def explained(self, most: int) -> Recognition:
        """What explains the changes best, with so many mistakes between two layers."""
        before = self.before and changes_of(self.before)
        search = Search(self.steps, [changes_of(step) for step in self.steps], before)
        return Recognition(self.plan, self.values, self.observed, self.steps, search.best(most))

    @property
    def compared_with_targets(self) -> bool:
        """Whether the last layer learns from the difference of its output and the targets."""
        found, gradient = self.explained(0).explanation, f"dW{len(self.steps[0].layers)}"
        return gradient in found.ratios and gradient not in {made.quantity for made in found.made}


def recognize(sandbox: Sandbox, source: str) -> Recognition | None:
    """The recognition that explains best what was observed; None where no training step was seen.

    Arguments:
        sandbox: loaded, and observed as it was
    """
    until = time.process_time() + MOST_SECONDS
    own = sandbox.events
    best: Recognition | None = None
    for plan in plans(ast.parse(source)):
        found = _of_plan(sandbox, plan, until)
        if found is not None and (best is None or found.explanation.cost < best.explanation.cost):
            best = found
        if (best and best.explanation.cost < GOOD) or time.process_time() > until:
            break
    if best is None or best.explanation.cost >= GOOD:
        found = _best(_candidates(None, own, None), until + MORE_SECONDS)
        best = found if best is None or (found and found.explanation.cost < GOOD) else best
    return best


def _of_plan(sandbox: Sandbox, plan: Plan, until: float) -> Recognition | None:
    """The best recognition of a plan over the forms of the data: of our sizes, else of those that the code has."""
    sizes: tuple[int, int] | None = None
    for size in (INPUTS,), None:
        if size is None and sizes is None:
            return None
        found: list[Candidate] = []
        for data in possible_data(*(size or sizes or ())):
            if time.process_time() > until:
                break
            events = _run(sandbox, plan, data)
            more = list(_candidates(plan, events, data))
            right = next((one for one in map(_if_right, more) if one), None)
            if right is not None:
                return right
            found += more
            if events and not more and sizes is None:
                sizes = written_sizes(Values(events), data)
        best = _best(found, until)
        if best is not None:
            return best
    return None


def _if_right(candidate: Candidate) -> Recognition | None:
    found = candidate.explained(0)
    return found if found.explanation.right else None


def _best(candidates: Iterable[Candidate], until: float) -> Recognition | None:
    """The best explanation with mistakes: those first that few mistakes explain as far as they go."""
    best: Recognition | None = None
    ordered = sorted(
        ((one.explained(0), one) for one in candidates), key=lambda pair: pair[0].explanation.cost
    )
    for plain, candidate in ordered:
        if best is None or plain.explanation.cost < best.explanation.cost:
            best = plain
        if best.explanation.right or time.process_time() > until:
            break
        found = candidate.explained(2)
        if found.explanation.cost < best.explanation.cost:
            best = found
        if best.explanation.cost <= ONE:
            break
    return best


def _run(sandbox: Sandbox, plan: Plan, data: Data) -> tuple[Event, ...]:
    sizes = (len(data.X), HIDDEN, len(data.Y))
    return sandbox.call(Call("", (data.x, data.y, *sizes), probe=plan.source, observe=True)).events


def _candidates(plan: Plan | None, events: Sequence[Event], data: Data | None) -> Iterator[Candidate]:
    """The steps in a recording, over the targets, the losses and the batches that they may have."""
    values, observed = _first_steps(events, data)
    if values is None or not observed:
        return
    targets: list[Target] = [data.target] if data else possible_targets(values, observed)
    before, chosen = (
        (observed[0], observed[1 : 1 + STEPS]) if len(observed) > STEPS else (None, observed[:STEPS])
    )
    for target in targets:
        for loss in LOSSES:
            for batch in range(max(len(list(one.batches())) for one in chosen)):
                steps = [_step(one, batch, target, loss) for one in chosen]
                known = [step for step in steps if step is not None]
                if len(known) == len(chosen) and len({tuple(gradients_of(step)) for step in known}) == 1:
                    first = _step(before, batch, target, loss) if before else None
                    yield from _with_outputs(Candidate(plan, values, chosen, known, first))


def _with_outputs(candidate: Candidate) -> Iterator[Candidate]:
    """The candidate with every activation that its last layer may have, where the file's own cost allows it."""
    last = candidate.observed[0].passes[-1].layers[-1]
    names = [last.activation]
    if last.output is None:
        names += ["sigmoid", *(["softmax"] if len(last.Z) > 1 else [])]
    wrong = dict(wrong_forms(candidate.values, last)) if last.output is None else {}
    for name in (*names, *wrong):
        one = replace(
            candidate,
            observed=[
                with_output(observed, name, wrong.get(name, last.output)) for observed in candidate.observed
            ],
            steps=[step.with_output(name) for step in candidate.steps],
            before=candidate.before and candidate.before.with_output(name),
        )
        loss = one.steps[0].loss
        of_cost = stated_loss(one.values, one.steps[0]) if name else "squared_error"
        if of_cost in (None, loss) and (name not in wrong or one.compared_with_targets):
            yield one


def _first_steps(events: Sequence[Event], data: Data | None) -> tuple[Values | None, Sequence[ObservedStep]]:
    """The first steps of a recording: of its beginning, where that has enough of them."""
    for count in (*(count for count in FIRST_EVENTS if count < len(events)), len(events)):
        values = Values(events[:count])
        observed = _observed(values, data)
        if count < len(events):
            observed = observed[:-1]  # the recording goes on in it
        if len(observed) > STEPS:
            return values, observed
    return (values, observed) if events else (None, ())


def _observed(values: Values, data: Data | None) -> list[ObservedStep]:
    inputs = given_inputs(values, data.X) if data else possible_inputs(values)
    observed = observed_steps(values, forward_passes(values, inputs))
    if not observed and data is not None:
        observed = observed_steps(values, forward_passes(values, [*inputs, *single_inputs(data.X)]))
    return observed


def _step(observed: ObservedStep, batch: int, target: Target, loss: str) -> Step | None:
    choices = list(observed.batches())
    return step_of(choices[batch], observed, target, loss) if batch < len(choices) else None
