"""Where a quantity of a network of the file's own is computed: its name, its formula, its line and its function."""

import re
from collections.abc import Sequence

from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.observing.values import Array
from gradiente.checker.reading.vocabulary import kind_of
from gradiente.checker.reference.layer_formulas import layer_formula
from gradiente.checker.running.calls import Event


def formula(found: Recognition, quantity: str, *, mean: bool = False) -> str:
    """What is right, in the layout that the code has."""
    straight = found.forward.layers[0].out_in
    return layer_formula(found.steps[0], quantity, columns=straight, out_in=straight, mean=mean)


def line(found: Recognition, quantity: str) -> int | None:
    """Where the quantity is computed: the first event of a multiple of it, or of what follows from it, in the step."""
    values = found.explanation.values[0] if found.explanation.values else {}
    layer = quantity[-1:]
    if quantity[0] in "ZA":
        entry = found.forward.layers[int(layer) - 1]
        place = entry.places[-1 if quantity[0] == "A" else 0]
        return found.values.events[found.values.first[place]].line
    chain = [quantity, *(name for name in (f"dZ{layer}", f"dW{layer}", f"db{layer}") if name != quantity)]
    if quantity[:2] in ("dW", "db"):
        chain = [quantity]
    for name in chain:
        if name in values and (event := event_of(found, values[name])) is not None:
            return event.line
    return update_line(found) if quantity[:2] in ("dW", "db") else None


def event_of(found: Recognition, wanted: Array) -> Event | None:
    """The assignment of a multiple of an array in the first explained step that stands first in the file."""
    one, places = found.observed[0], {place for place, _ in held(found, wanted)}
    assigned: dict[int, Event] = {}
    for event in found.values.events[one.start : one.end]:
        if event.name != "return" and (place := found.values.place(event)) in places:
            assigned.setdefault(place, event)
    return min(assigned.values(), key=lambda event: event.line) if assigned else None


def held(found: Recognition, wanted: Array) -> list[tuple[int, float]]:
    """Where the first explained step holds c times an array that is computed on the way back, and c.

    With one instance and one output ∂J/∂W is a multiple of the activations: what the forward pass computed is none.
    """
    one, values = found.observed[0], found.values
    layers = [layer for entry in one.passes for layer in entry.layers]
    forward = {one.passes[-1].input.place, *(place for layer in layers for place in layer.places)}
    return [
        (place, c)
        for place, c in values.multiples(wanted, one.start)
        if values.first[place] < one.end and place not in forward
    ]


def update_line(found: Recognition, gradient: str = "") -> int | None:
    """Where a parameter gets its new value, or where the last layer's weights do."""
    event = _update_event(found, gradient)
    return event.line if event else None


def _update_event(found: Recognition, gradient: str = "") -> Event | None:
    one = found.observed[0]
    wanted = [w for w, _ in reversed(one.after)]
    if gradient:
        after = one.after[int(gradient[2:]) - 1][gradient[1] == "b"]
        wanted = [*([] if after is None else [after]), *wanted]
    for array in wanted:
        for place in found.values.equal(array, one.start):
            event = found.values.events[found.values.first[place]]
            if event.name != "return":
                return event
    return None


def function(found: Recognition, role: str) -> str | None:
    """The function of the file that does this part of a step; None at the top level of the program."""
    events, values = found.values.events, found.values
    if role == "update":
        event = _update_event(found)
        return _named(event.function) if event else None
    if role == "forward":
        places = [place for layer in found.forward.layers for place in layer.places]
        names = [event.function for event in events if values.place(event) in places]
        return _named(
            _of_kind(names, ("forward", "train", "backward", "update")) or (names[0] if names else "")
        )
    one, last = found.observed[0], len(found.steps[0].layers)
    for name in (f"dW{last}", f"dZ{last}", "dW1", "dZ1"):
        for place, _ in held(found, found.explanation.values[0].get(name, one.after[0][0])):
            return _named(events[values.first[place]].function)
    return function(found, "update")


def _of_kind(names: Sequence[str], kinds: Sequence[str]) -> str | None:
    for name in names:
        if name in ("<module>", "probe") or kind_of(name.rpartition(".")[2]) in kinds:
            return name
    return None


def _named(qualified: str) -> str | None:
    """The name of a function as a reader knows it; None for the top level."""
    name = re.sub(r"\.<locals>|\.?<\w+>", "", qualified)
    return None if name in ("", "probe") else name
