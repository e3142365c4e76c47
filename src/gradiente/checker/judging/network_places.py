"""Where a quantity of a network of the file's own is computed: its name, its formula, its line and its function."""

import re
from collections.abc import Sequence

from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.observing.values import Array
from gradiente.checker.reading.vocabulary import kind_of
from gradiente.checker.reference.formulas import plain
from gradiente.checker.rules.activations import ACTIVATIONS
from gradiente.checker.rules.wrong_forms import meant
from gradiente.checker.running.calls import Event
from gradiente.layers import Softmax


def label(quantity: str) -> str:
    """The lecture's name of a quantity.

    >>> label("dW2"), label("Z1"), label("Y"), label("J")
    ('∂J/∂W[2]', 'Z[1]', 'Y', 'J')
    """
    letter, layer = quantity.lstrip("d")[:1], quantity.lstrip("d")[1:]
    bare = f"{letter}[{layer}]" if layer else letter
    return f"∂J/∂{bare}" if quantity.startswith("d") else bare


def parameter(gradient: str) -> str:
    """W[2] of dW2."""
    return f"{gradient[1]}[{gradient[2:]}]"


def formula(found: Recognition, quantity: str, *, mean: bool = False) -> str:
    """What is right, in the layout that the code has; with the 1/m of the mean in sight."""
    if not quantity[-1:].isdigit():
        return ""
    step, passed = found.steps[0], found.forward.layers
    rows, last, number = not passed[0].out_in, len(passed), int(quantity[-1])
    layer = step.layers[number - 1]
    given = f"A[{number - 1}]" if number > 1 else "X"
    right = {
        "dW": f"{given}ᵀ ∂J/∂Z[{number}]" if rows else f"∂J/∂Z[{number}] {given}ᵀ",
        "db": f"Σᵢ ∂J/∂Z[{number}]",
        "dA": f"∂J/∂Z[{number + 1}] W[{number + 1}]ᵀ" if rows else f"W[{number + 1}]ᵀ ∂J/∂Z[{number + 1}]",
        "dZ": f"∂J/∂A[{number}] ⊙ g′(Z[{number}])",
        "Z": f"{given} W[{number}]" if rows else f"W[{number}] {given}",
    }
    if number == last:
        error = f"1/m · (A[{last}] − Y)"
        right["dZ"] = error if step.loss == "cross_entropy" else f"{error} ⊙ g′(Z[{last}])"
    if layer.b is not None:
        right["Z"] += f" + b[{number}]"
    if quantity.startswith("A"):
        return _activation(meant(layer.activation), number)
    if quantity[:-1] not in right:
        return ""
    words = right[quantity[:-1]]
    if mean and quantity[:2] in ("dW", "db"):
        words = f"1/m · {words.replace('∂J', '∂L')}"
    return f"{label(quantity)} = {words}"


def _activation(name: str, number: int) -> str:
    """A[1] = max(0, Z), Z = Z[1]; of softmax one instance, whichever axis the instances have."""
    if not name:
        return f"A[{number}] = g(Z[{number}])"
    equation = ACTIVATIONS[name].equation
    if name == "softmax":
        equation = Softmax.equation.replace("_{ij}", "").replace("_{ik}", "_{k}")
    right = plain(equation).partition("=")[2].strip()
    return f"A[{number}] = {right}, Z = Z[{number}]"


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
