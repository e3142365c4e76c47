"""The loss that a student's own cost is: the law for the student's gradients."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, product

import numpy as np

from gradiente.checker.observing.values import Array, Values, parts
from gradiente.checker.reading.vocabulary import meanings
from gradiente.checker.rules.dataflow import Step
from gradiente.checker.running.calls import Event

CLOSE = 1e-5  # of the number: what a small constant inside a logarithm changes
COST = re.compile(
    r"\w*cost\w*|\w*loss\w*|\w*p[eé]rdida\w*|perda\w*|j(_\w+)?|mse|bce|\w*entropy|\w*entropia",
    re.IGNORECASE,
)


MEASURE = re.compile(r"mse|ecm|error|val|test|acc", re.IGNORECASE)
MOST_COSTS, MOST_BEFORE, MOST_NUMBERS = (
    6,
    400,
    5000,
)  # costs that are compared; events before each; of an array


def stated_loss(values: Values, step: Step) -> str | None:
    """The loss whose value for this step a variable or function named as a cost has; None where none or both have."""
    a, y = step.layers[-1].A, step.Y
    seen = [float(event.value.ravel()[0]) for event in values.events if _is_cost(event)]
    found = {loss for loss, value in _values(a, y) if any(_close(value, one) for one in seen)}
    return found.pop() if len(found) == 1 else None


def computed_loss(events: Sequence[Event]) -> str | None:
    """The loss that costs have anywhere in a recording: of targets and outputs that came before; None as above.

    A measure beside the cost, as the squared error of a classifier, is none. Of single numbers two costs must agree.
    """
    seen: Counter[str] = Counter()
    for index, numbers in islice(costs_in(events), MOST_COSTS):
        near = [
            event for event in events[max(0, index - MOST_BEFORE) : index] if event.value.size <= MOST_NUMBERS
        ]
        arrays = {id(event.value): event.value for event in near if (event.value % 1).any()}
        targets = {id(event.value): event.value for event in near if _is_target(event)}
        of_this: Counter[str] = Counter()
        for y, a in product(targets.values(), arrays.values()):
            if np.squeeze(a).shape == np.squeeze(y).shape and not np.array_equal(a, y):
                pair = (np.atleast_2d(np.squeeze(one).astype(float)) for one in (a, y))
                for loss, one in _values(*pair):
                    if any(_close(one, number) for number in numbers):
                        of_this[loss] = max(of_this[loss], 1 if y.size == 1 else 2)
        seen += of_this
    return next(iter(seen)) if len(seen) == 1 and seen.total() > 1 else None


def costs_in(events: Sequence[Event]) -> Iterator[tuple[int, list[float]]]:
    """The costs of a recording: the event of each, its number, and by how much it is more than the one before.

    Of a list the last number is the new one.
    """
    before: dict[tuple[str, str], float] = {}
    for index, event in enumerate(events):
        listed = event.value.ndim == 1 and any(COST.fullmatch(word) for word in parts(event.name))
        of_number = _is_cost(event) and not event.value.ndim
        if (listed or of_number) and not MEASURE.search(event.name):
            number = float(event.value.ravel()[-1])
            if number % 1:  # else it counts something
                yield index, [number, number - before.get(event.variable, 0.0)]
            before[event.variable] = number


def _is_target(event: Event) -> bool:
    words = parts(event.name)
    return bool(words) and "Y" in meanings(words[-1])


def _is_cost(event: Event) -> bool:
    words = parts(f"{event.name} {event.function}")
    return event.value.size == 1 and any(COST.fullmatch(word) for word in words)


def _close(value: float, seen: float) -> bool:
    return bool(np.isfinite(value) and value and abs(seen - value) <= CLOSE * abs(value))


def _values(a: Array, y: Array) -> Iterator[tuple[str, float]]:
    """Each loss as a sum or a mean, over the instances or over all numbers."""
    k, m = y.shape
    sizes = {1, k, m, k * m}
    with np.errstate(all="ignore"):
        entropy = -np.where(y > 0, y * np.log(a), 0).sum()
        binary = entropy - np.where(y < 1, (1 - y) * np.log(1 - a), 0).sum()
    square = ((a - y) ** 2).sum()
    for size in sizes:
        if (a > 0).all() and (a < 1).all():
            yield "cross_entropy", entropy / size
            yield "cross_entropy", binary / size
        yield "squared_error", square / size
        yield "squared_error", square / size / 2
