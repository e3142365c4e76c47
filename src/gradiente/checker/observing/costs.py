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
    known = list(_values(a, y))
    found = {known[place][0] for place in _close([value for _, value in known], seen)}
    return found.pop() if len(found) == 1 else None


def computed_loss(events: Sequence[Event]) -> str | None:
    """The loss that costs have anywhere in a recording: of targets and outputs that came before; None as above.

    A measure beside the cost, as the squared error of a classifier, is none. Of single numbers two costs must agree.
    """
    seen: Counter[str] = Counter()
    of_pairs: dict[tuple[int, int], list[tuple[str, float]]] = {}

    def values(y: Array, a: Array) -> list[tuple[str, float]]:
        """Those of a pair, which stands before several costs."""
        pair = id(y), id(a)
        if pair not in of_pairs:
            of_pairs[pair] = _of_pair(y, a)
        return of_pairs[pair]

    for index, numbers in islice(costs_in(events), MOST_COSTS):
        near = [
            event for event in events[max(0, index - MOST_BEFORE) : index] if event.value.size <= MOST_NUMBERS
        ]
        arrays = {id(event.value): event.value for event in near if (event.value % 1).any()}
        targets = {id(event.value): event.value for event in near if _is_target(event)}
        known = [
            (loss, one, 1 if y.size == 1 else 2)
            for y, a in product(targets.values(), arrays.values())
            for loss, one in values(y, a)
        ]
        of_this: Counter[str] = Counter()
        for place in _close([one for _, one, _ in known], numbers):
            loss, _, weight = known[place]
            of_this[loss] = max(of_this[loss], weight)
        seen += of_this
    return next(iter(seen)) if len(seen) == 1 and seen.total() > 1 else None


def _of_pair(y: Array, a: Array) -> list[tuple[str, float]]:
    """Each loss of an array taken for the output, with another one of its shape taken for the target."""
    output, target = np.squeeze(a), np.squeeze(y)
    if output.shape != target.shape or np.array_equal(a, y):
        return []
    return list(_values(*(np.atleast_2d(one.astype(float)) for one in (output, target))))


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


def _close(values: Sequence[float], seen: Sequence[float]) -> list[int]:
    """Which of the values are one of the numbers that were seen."""
    of, numbers = np.array(values, float), np.array(seen, float)
    with np.errstate(invalid="ignore"):
        near = np.abs(numbers[:, None] - of) <= CLOSE * np.abs(of)
    return np.flatnonzero(near.any(axis=0) & np.isfinite(of) & (of != 0)).tolist()


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
