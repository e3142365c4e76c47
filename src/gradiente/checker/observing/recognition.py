"""What a file's network is, and how its training steps come about: the code is made to train, and observed."""

import ast
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gradiente.checker.observing.costs import computed_loss, stated_loss
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
from gradiente.checker.reading.arguments import NONE, Kinds
from gradiente.checker.reading.plans import Plan, plans, rivals
from gradiente.checker.reading.replay import GIVEN_X, GIVEN_Y, on_given_data
from gradiente.checker.rules.dataflow import Step, gradients_of
from gradiente.checker.rules.search import Explanation, Search
from gradiente.checker.running.calls import ABSENT, LEFT_OUT, NOT_INSTALLED, NUMPY_INSTEAD, Call, Event
from gradiente.checker.running.sandbox import Sandbox

LOSSES = ("cross_entropy", "squared_error")
STEPS = 2  # that are explained together; the first is the one before them
MOST_WITHOUT_NAMES = 1000  # events in which parameters without a usual name are looked for
FIRST_EVENTS = (250, 1000, 4000)  # a few steps
MOST_SECONDS = 1.5  # of looking for the best explanation over all plans
MORE_SECONDS = 0.7  # of looking for one of the program's own training, and of that on other data
HOPELESS = ("AttributeError", "NameError", "TypeError", "UnboundLocalError", ABSENT)  # whatever the data
EXCUSED = (LEFT_OUT, NOT_INSTALLED, NUMPY_INSTEAD, "TooLong")  # what the environment has let down
MOST_BETWEEN = 2  # mistakes between two layers
MOST_EXPLAINED = 8  # candidates
ONE = 1.5  # what one mistake costs, and the same one in another layer
GOOD = 3.0  # an explanation that costs less is that of the network which the code has
Run = tuple[Sequence[Event], str]  # what was observed, and the kind of failure that ended it


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

    @property
    def output_seen(self) -> bool:
        """Whether its output is the network's: a softmax of one output is 1, what is before it seems to be linear."""
        last = self.forward.layers[-1]
        linear = not last.activation and stated_loss(self.values, self.steps[0]) == "squared_error"
        return last.output is not None or linear

    @property
    def right_at_loss(self) -> bool:
        """Whether the gradients of the last layer are right, those of others maybe not."""
        known, last = self.explanation, len(self.steps[0].layers)
        names = {f"dW{last}", f"db{last}"}
        wrong = names & {*known.unknown, *known.still, *known.scaled} or known.unsteady or known.uphill
        return last > 1 and not wrong and not any(made.layer == last for made in known.made)

    @property
    def settled(self) -> bool:
        """Whether this is the network that the code has."""
        few = self.explanation.cost < GOOD
        return few or (self.values.by_name and self.right_at_loss)


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
        return Recognition(self.plan, self.data, self.values, self.observed, self.steps, search.best(most))

    @property
    def compared_with_targets(self) -> bool:
        """Whether the last layer learns from the difference of its output and the targets."""
        found, gradient = self.explained(0).explanation, f"dW{len(self.steps[0].layers)}"
        return gradient in found.ratios and gradient not in {made.quantity for made in found.made}


def recognize(sandbox: Sandbox, source: str, kinds: Kinds = NONE) -> Recognition | None:
    """The recognition that explains best what was observed; None where no training step was seen.

    Arguments:
        sandbox: loaded, and observed as it was
        kinds: what functions do, by their names, where that is known
    """
    until = time.process_time() + MOST_SECONDS
    best: Recognition | None = None
    for found in _recognitions(sandbox, source, kinds, until):
        if best is None or found.explanation.cost < best.explanation.cost or found.settled:
            best = found
        if best.settled:
            break
    return best


def _recognitions(sandbox: Sandbox, source: str, kinds: Kinds, until: float) -> Iterator[Recognition]:
    """From each way to make the code train: its functions, its own training, that on other data."""
    own, more = sandbox.events, MORE_SECONDS
    stated = computed_loss(own)
    for plan in plans(ast.parse(source), kinds):
        found = _of_runs(plan, lambda data, plan=plan: _run(sandbox, plan, data), until, stated)
        if found is not None:
            more = 0.0
            yield found
        if time.process_time() > until:
            break
    until = time.process_time() + more
    found = _best(_candidates(None, own, None, until, cut=False, stated=stated), until)
    if found is not None:
        yield found
    until = time.process_time() + more
    replayed = on_given_data(source)
    found = replayed and _of_runs(None, lambda data: _replay(sandbox, replayed, data), until, stated)
    if found:
        yield found


def _of_runs(
    plan: Plan | None, run: Callable[[Data], Run], until: float, stated: str | None
) -> Recognition | None:
    """The best recognition over the forms of the data: of our sizes, else of those that the code has.

    Arguments:
        stated: the loss that the file's own cost has, if any
    """
    sizes: list[tuple[int, int | None]] = [(INPUTS, None)]
    for size in sizes:
        found: list[Candidate] = []
        hopeless = 0
        outputs = 1
        for data in possible_data(*size):
            if len(data.Y) > outputs and found:  # with one output
                best = _best(found, until)
                if best is not None and best.explanation.cost <= ONE and best.output_seen:
                    return best
            outputs = len(data.Y)
            events, failure = run(data)
            broken = plan is None and failure  # the program went on after it
            more = (
                []
                if broken
                else list(_candidates(plan, events, data, until, cut=bool(failure), stated=stated))
            )
            decided = _decided(more)
            if decided is not None:
                return decided
            found += more
            if events and not more and len(sizes) == 1:
                sizes += written_sizes(Values(events), data)
            hopeless = hopeless + 1 if failure in HOPELESS else 0
            others = size is sizes[0] and sizes[1:] and sizes[1][0] != INPUTS
            if hopeless > 1 or others or time.process_time() > until:
                break
        best = _best(found, until)
        if best is not None and (best.values.by_name or best.explanation.cost < GOOD):
            return best
    return None


def rival(sandbox: Sandbox, source: str, found: Recognition) -> tuple[str, str, str] | None:
    """Two functions that fit one role, of which one is right and the other is not: the role, and both names."""
    for kind, name in rivals(ast.parse(source), found.plan) if found.plan else ():
        other = recognize(sandbox, source, {name: kind})
        roles = other.plan.roles if other and other.plan else {}
        fits = other is not None and other.settled and roles.get(kind, "").rpartition(".")[2] == name
        if other is not None and fits and other.explanation.right != found.explanation.right and found.plan:
            return kind, found.plan.roles[kind].rpartition(".")[2], name
    return None


def recognize_steps(events: Sequence[Event], data: Data, loss: str, *, cut: bool) -> Recognition | None:
    """The recognition of steps on known data, with a known loss.

    Arguments:
        cut: whether a failure ended the recording, maybe in the middle of a step
    """
    until = time.process_time() + MOST_SECONDS
    seen = _candidates(None, events, data, until, cut=cut, stated=loss)
    candidates = [one for one in seen if one.steps[0].loss == loss]
    return _decided(candidates) or _best(candidates, until)


def steps_in(events: Sequence[Event], data: Data) -> list[ObservedStep]:
    """All steps of a recording on known data."""
    return _observed(Values(events), data, failed=False)


def _decided(candidates: Sequence[Candidate]) -> Recognition | None:
    """The recognition where nothing is wrong on the way back; else where only what is before the output is."""
    plain = [one.explained(0) for one in candidates]
    for found in plain:
        if found.explanation.right:
            return found
    for found, candidate in zip(plain, candidates, strict=True):
        if found.right_at_loss and (full := candidate.explained(2)).settled:
            return full
    return None


def _best(candidates: Iterable[Candidate], until: float) -> Recognition | None:
    """The best explanation with mistakes: with one between two layers, then with two; of what is explained best so far.

    When the time is over, what is best by then, and one candidate is tried at least.
    """
    ranked = [(one.explained(0), one) for one in candidates]
    for most in (1, MOST_BETWEEN):
        ranked.sort(key=lambda pair: pair[0].explanation.cost)
        if not ranked or ranked[0][0].explanation.cost <= (ONE if most > 1 else 0):
            break
        for place, (found, candidate) in enumerate(ranked[:MOST_EXPLAINED]):
            full = candidate.explained(most)
            if full.explanation.cost < found.explanation.cost:
                ranked[place] = full, candidate
            if full.explanation.cost <= ONE or time.process_time() > until:
                break
    return min((found for found, _ in ranked), key=lambda found: found.explanation.cost, default=None)


def _run(sandbox: Sandbox, plan: Plan, data: Data) -> Run:
    sizes = (len(data.X), HIDDEN, len(data.Y))
    outcome = sandbox.call(Call("", (data.x, data.y, *sizes), probe=plan.source, observe=True))
    return outcome.events, outcome.failure.type if outcome.failure else ""


def _replay(sandbox: Sandbox, source: str, data: Data) -> Run:
    failure = sandbox.replay(source, {GIVEN_X: data.x, GIVEN_Y: data.y})
    if failure:
        return (), failure.type
    failed = [one.type for one in sandbox.failures if one.type not in EXCUSED]
    return sandbox.events, failed[0] if failed else ""


def _candidates(
    plan: Plan | None,
    events: Sequence[Event],
    data: Data | None,
    until: float,
    *,
    cut: bool,
    stated: str | None = None,
) -> Iterator[Candidate]:
    """The steps in a recording, over the targets, the losses and the batches that they may have.

    Arguments:
        cut: whether a failure ended the recording, maybe in the middle of a step
        stated: the loss that the file's own cost has elsewhere
    """
    values, observed = _first_steps(events, data, until, cut=cut)
    if values is None or not observed:
        return
    stated = stated or computed_loss(events)
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
                    yield from _with_outputs(
                        Candidate(plan, data, values, chosen, known, first), stated, _outputs(observed)
                    )


def _outputs(observed: Sequence[ObservedStep]) -> list[str]:
    """The activations of the last layer that were seen: where softmax is 0 and 1 its inverse does not show it."""
    last = [one.layers[-1] for step in observed for one in step.passes]
    return list(dict.fromkeys(layer.activation for layer in last if layer.output is not None))


def _with_outputs(candidate: Candidate, stated: str | None, seen: Sequence[str]) -> Iterator[Candidate]:
    """The candidate with every activation that its last layer may have, where the file's own cost allows it.

    Arguments:
        seen: those that it has in other steps
    """
    last = candidate.observed[0].passes[-1].layers[-1]
    names = [last.activation]
    if last.output is None and seen:
        names = list(seen)
    elif last.output is None:
        names += ["sigmoid", *(["softmax"] if len(last.Z) > 1 else [])]
    unseen = last.output is None and not seen
    wrong = dict(wrong_forms(candidate.values, last)) if unseen else {}
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
        of_cost = (stated_loss(one.values, one.steps[0]) or stated) if name else "squared_error"
        if of_cost in (None, loss) and (name not in wrong or one.compared_with_targets):
            yield one


def _first_steps(
    events: Sequence[Event], data: Data | None, until: float, *, cut: bool
) -> tuple[Values | None, Sequence[ObservedStep]]:
    """The first steps of a recording: of its beginning, where that has enough of them."""
    best: tuple[Values | None, Sequence[ObservedStep]] = None, ()
    for count in (*(count for count in FIRST_EVENTS if count < len(events)), len(events)):
        values = Values(events[:count])
        observed = _observed(values, data, failed=cut)
        going_on = count < len(events) or count > FIRST_EVENTS[-1]
        unfinished = cut and observed and not observed[-1].changes_all
        if observed and (unfinished or (going_on and observed[-1].start > count / 2)):
            observed = observed[:-1]  # the recording may end in it
        if len(observed) > len(best[1]):
            best = values, observed
        if len(observed) > STEPS or time.process_time() > until:
            break
    return best


def _observed(values: Values, data: Data | None, *, failed: bool) -> list[ObservedStep]:
    inputs = possible_inputs(values) if data is None else given_inputs(values, data.X)
    observed = observed_steps(values, forward_passes(values, inputs))
    if not observed and data is not None:
        inputs += single_inputs(data.X)
        observed = observed_steps(values, forward_passes(values, inputs))
    if not (observed or failed) and data is not None and len(values.events) <= MOST_WITHOUT_NAMES:
        values.by_numbers()
        observed = observed_steps(values, forward_passes(values, inputs))
    return observed


def _step(observed: ObservedStep, batch: int, target: Target, loss: str) -> Step | None:
    choices = list(observed.batches())
    return step_of(choices[batch], observed, target, loss) if batch < len(choices) else None
