"""Where a role's function computes a quantity: seen as it runs."""

from collections.abc import Iterator, Sequence

import numpy as np

from gradiente.checker.exercises.comparison import Compared
from gradiente.checker.exercises.named import Named
from gradiente.checker.exercises.probes import ask
from gradiente.checker.observing.values import Values
from gradiente.checker.running.calls import Event
from gradiente.checker.running.sandbox import Sandbox


def line_of(sandbox: Sandbox, one: Compared, named: Named) -> int | None:
    """The first line at which a variable has the quantity as the mistake makes it; None where none has."""
    answer = ask(sandbox, one.exercise, one.role, one.problems[0], one.layout, observe=True)
    events = [
        event for event in answer.outcome.events if event.name != "return" and event.function != "probe"
    ]
    if not events:
        return None
    values = Values(events)
    for value in _wanted(one, named):
        places = {place for place, _ in values.multiples(value)}
        lines = [event for event in events if values.place(event) in places]
        if lines:
            return _first(lines, named.quantity)
    return None


def _first(events: Sequence[Event], quantity: str) -> int:
    """The first of a variable with the name of the quantity; else the first of all."""
    own = [event for event in events if event.name.lower() == quantity.lower()]
    return (own or events)[0].line


def _wanted(one: Compared, named: Named) -> Iterator[np.ndarray]:
    if named.quantity in named.seen:
        yield named.seen[named.quantity]
    for name in (named.quantity, *following(one, named.quantity)):
        value = one.canonical(0, name) if name in one.names else None
        if value is not None and value.ndim == 2 and value.any():
            yield value


def following(one: Compared, quantity: str) -> list[str]:
    """The wrong quantities that are computed from one, the nearest first."""
    if not quantity.startswith("d"):
        return [name for name in one.wrong if name != quantity]
    near = [f"dW{quantity[-1]}", f"db{quantity[-1]}"]
    return [*(name for name in near if name in one.wrong), *(name for name in one.wrong if name not in near)]
