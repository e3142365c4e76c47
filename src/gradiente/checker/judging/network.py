"""The verdict on a network that belongs to no workshop, from how its training steps came about."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.observing.values import BIAS, Array
from gradiente.checker.reading.vocabulary import kind_of
from gradiente.checker.rules.search import Made
from gradiente.checker.verdict import Finding, FunctionVerdict

ROLES = ("forward", "gradients", "update")
NAMED = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "": "Identity"}
# In words written for two layers, the layer that a mistake of each kind is in.
WRITTEN_FOR = {"dZ": 1, "dA": 2, "output": 2, "target": 2}
OTHER_RULES = re.compile(r"adam|rms_?prop|ada_?grad|ada_?delta|drop_?out|batch_?norm|clip", re.IGNORECASE)


def judged(found: Recognition, source: str, path: Path) -> tuple[FunctionVerdict, ...]:
    """What the functions of the file are, in the order of a step; none where the network's steps are not understood."""
    unknown = () if found.wrong_output else found.explanation.unknown
    if unknown and (len(unknown) == len(found.explanation.values[0]) or OTHER_RULES.search(source)):
        return ()
    if unknown and not found.explanation.base:
        return ()
    places = roles(found, path)
    findings: dict[str, list[Finding]] = {name: [] for name in places.values()}
    for role, finding in _findings(found, places):
        findings[places[role]].append(finding)
    return tuple(
        FunctionVerdict(name, "wrong" if entries else "right", _variants(found, name, places), tuple(entries))
        for name, entries in findings.items()
    )


def structure(found: Recognition) -> str:
    """The network in the notation of --network: Linear(3, 5), Tanh(), …"""
    pieces = []
    for layer in found.steps[0].layers:
        bias = "" if layer.b is not None else ", bias=False"
        pieces.append(f"Linear({layer.W.shape[1]}, {layer.W.shape[0]}{bias})")
        if layer.activation:
            name, _, slope = layer.activation.partition("_0.")
            title = (
                NAMED.get(name)
                or {"gelu": "GELU", "elu": "ELU", "silu": "SiLU"}.get(name)
                or name.capitalize()
            )
            pieces.append(f"{title}({'0.' + slope if slope else ''})")
    return ", ".join(pieces)


def roles(found: Recognition, path: Path) -> dict[str, str]:
    """The function that was taken for the forward pass, the gradients and the update."""
    return {role: _function(found, role) or path.name for role in ROLES}


def _findings(found: Recognition, places: dict[str, str]) -> Iterator[tuple[str, Finding]]:
    explanation = found.explanation
    wrong = found.wrong_output
    if wrong:
        last = len(found.steps[0].layers)
        yield "forward", _at(found, wrong, places["forward"], f"A{last}", {"layers_on": last - 2})
        return  # what comes after it is computed from it
    unused = _without_bias(found)
    for layer in unused:
        yield "forward", _at(found, "bias_missing", places["forward"], f"Z{layer}", {"layers_on": 0})
    for made in explanation.made:
        yield "gradients", _made(found, made, places["gradients"])
    if explanation.unknown:
        yield "gradients", _at(found, "unknown", places["gradients"], explanation.unknown[0], {})
    for factor, names in _by_factor(explanation.scaled):
        yield "gradients", _scaled(found, factor, names, places)
    yield from _unlike(found, places)
    if explanation.uphill:
        sign = _sign(found)
        if sign < 0:
            last = len(found.steps[0].layers)
            yield (
                "gradients",
                _at(found, "output_sign", places["gradients"], f"dZ{last}", {"layers_on": last - 2}),
            )
        else:
            yield "update", Finding("uphill", places["update"], line=_update_line(found))
    still = [name for name in explanation.still if name not in {f"db{layer}" for layer in unused}]
    if still:
        names = ", ".join(_parameter(name) for name in reversed(still))
        yield (
            "update",
            Finding("not_updated", places["update"], line=_update_line(found), values={"names": names}),
        )


def _unlike(found: Recognition, places: dict[str, str]) -> Iterator[tuple[str, Finding]]:
    """Weights that are regularized more or less than the others."""
    extra = {} if found.explanation.unknown else found.explanation.extra
    shares = {name: d for name, (key, d) in extra.items() if key == "weight_decay" and name.startswith("dW")}
    weights = [f"dW{layer.number}" for layer in found.steps[0].layers]
    for name in weights[::-1]:
        if (
            shares
            and abs(shares.get(name, 0.0) / next(iter(shares.values())) - 1) > 1e-3
            and len(weights) > 1
        ):
            yield "gradients", _at(found, "regularization_unlike", places["gradients"], name, {})
            return


def _variants(found: Recognition, name: str, places: dict[str, str]) -> tuple[tuple[str, dict], ...]:
    kinds = (
        dict.fromkeys(key for key, _ in found.explanation.extra.values()) if name == places["update"] else ()
    )
    return tuple((key, {}) for key in kinds)


def _made(found: Recognition, made: Made, function: str) -> Finding:
    kind = made.wrong.kind
    shift = made.layer - WRITTEN_FOR[kind] if kind in WRITTEN_FOR else 0
    return _at(found, made.mistake.key, function, made.quantity, {"layers_on": shift})


def _scaled(found: Recognition, factor: float, names: Sequence[str], places: dict[str, str]) -> Finding:
    m = found.steps[-1].m
    if abs(factor + 1) < 1e-3:
        return _at(found, "opposite_sign", places["gradients"], names[0], {})
    if m > 1 and abs(factor / m - 1) < 1e-3:
        return _at(found, "mean_missing", places["gradients"], names[0], {})
    if m > 1 and abs(factor * m - 1) < 1e-3:
        return _at(found, "mean_twice", places["gradients"], names[0], {})
    return _at(found, "factor", places["gradients"], names[0], {"factor": f"{factor:.4g}"})


def _by_factor(scaled: dict[str, float]) -> list[tuple[float, list[str]]]:
    groups: list[tuple[float, list[str]]] = []
    for name, factor in scaled.items():
        near = next((names for other, names in groups if abs(other / factor - 1) < 1e-3), None)
        if near is None:
            groups.append((factor, [name]))
        else:
            near.append(name)
    return groups


def _at(found: Recognition, key: str, function: str, quantity: str, values: dict) -> Finding:
    """A finding at a quantity, with the line that computes it where that is known."""
    label = _label(found, quantity)
    line = _line(found, quantity)
    return Finding(key, function, label, line, {"where": label, **values}, _formula(found, quantity))


def _label(found: Recognition, quantity: str) -> str:
    """The lecture's name of a quantity: ∂J/∂W[2], Z[1]."""
    letter, layer = quantity.lstrip("d")[:1], quantity.lstrip("d")[1:]
    bare = f"{letter}[{layer}]" if layer else letter
    return f"∂J/∂{bare}" if quantity.startswith("d") else bare


def _formula(found: Recognition, quantity: str) -> str:
    """What is right, in the layout that the code has."""
    step, layers = found.steps[0], found.forward.layers
    rows = not layers[0].out_in
    label, last = _label(found, quantity), len(layers)
    if not quantity[-1:].isdigit():
        return ""
    number = int(quantity[-1])
    given = f"A[{number - 1}]" if number > 1 else "X"
    right = {
        "dW": f"{given}ᵀ ∂J/∂Z[{number}]" if rows else f"∂J/∂Z[{number}] {given}ᵀ",
        "db": f"Σᵢ ∂J/∂Z[{number}]",
        "dA": f"∂J/∂Z[{number + 1}] W[{number + 1}]ᵀ" if rows else f"W[{number + 1}]ᵀ ∂J/∂Z[{number + 1}]",
        "dZ": f"∂J/∂A[{number}] ⊙ g′(Z[{number}])",
    }
    if quantity == f"dZ{last}":
        error = f"(A[{last}] − Y)"
        right["dZ"] = f"1/m · {error}" if step.loss == "cross_entropy" else f"1/m · {error} ⊙ g′(Z[{last}])"
    product = f"{given} W[{number}]" if rows else f"W[{number}] {given}"
    right["Z"] = f"{product} + b[{number}]"
    formula = right.get(quantity[:-1], "")
    return f"{label} = {formula}" if formula else ""


def _parameter(gradient: str) -> str:
    return f"{gradient[1]}[{gradient[2:]}]"


def _line(found: Recognition, quantity: str) -> int | None:
    """Where the quantity is computed: the first event of a multiple of it, or of what follows from it, in the step."""
    values = found.explanation.values[0] if found.explanation.values else {}
    layer = quantity[-1:]
    chain = [quantity, *(name for name in (f"dZ{layer}", f"dW{layer}", f"db{layer}") if name != quantity)]
    if quantity.startswith("Z"):
        entry = found.forward.layers[int(layer) - 1]
        return found.values.events[found.values.first[entry.places[0]]].line
    if quantity[:2] in ("dW", "db"):
        chain = [quantity]
    for name in chain:
        if name in values and (line := _line_of(found, values[name])) is not None:
            return line
    return _update_line(found) if quantity[:2] in ("dW", "db") else None


def _line_of(found: Recognition, wanted: Array) -> int | None:
    one = found.observed[0]
    places = [place for place, _ in found.values.multiples(wanted, one.start)]
    times = [found.values.first[place] for place in places if found.values.first[place] < one.end]
    lines = [found.values.events[time] for time in times if found.values.events[time].name != "return"]
    return min(lines, key=lambda event: event.line).line if lines else None


def _update_line(found: Recognition) -> int | None:
    """Where the last layer's weights get their new value."""
    event = _update_event(found)
    return event.line if event else None


def _update_event(found: Recognition):
    one = found.observed[0]
    for w, _ in reversed(one.after):
        for place in found.values.equal(w, one.start):
            event = found.values.events[found.values.first[place]]
            if event.name != "return":
                return event
    return None


def _function(found: Recognition, role: str) -> str | None:
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
        for place, _ in values.multiples(found.explanation.values[0].get(name, one.after[0][0]), one.start):
            event = events[values.first[place]]
            if values.first[place] < one.end:
                return _named(event.function)
    return _function(found, "update")


def _of_kind(names: Sequence[str], kinds: Sequence[str]) -> str | None:
    for name in names:
        if name in ("<module>", "probe") or kind_of(name.rpartition(".")[2]) in kinds:
            return name
    return None


def _named(function: str) -> str | None:
    """The name of a function as a reader knows it; None for the top level."""
    name = re.sub(r"\.<locals>|\.?<\w+>", "", function)
    return None if name in ("", "probe") else name


def _sign(found: Recognition) -> int:
    """The sign that the code's own gradient of the last weights has beside the right one; 1 where it is not seen."""
    one, last = found.observed[0], len(found.steps[0].layers)
    for place, c in found.values.multiples(found.explanation.values[0][f"dW{last}"], one.start):
        if found.values.first[place] < one.end:
            return 1 if c > 0 else -1
    return 1


def _without_bias(found: Recognition) -> list[int]:
    """The layers whose bias is there and learns, and takes no part in the forward pass."""
    changing: dict[tuple[str, str], set[int]] = {}
    for event in found.values.events:
        place = found.values.place(event)
        if max(event.value.shape, default=1) == event.value.size and found.values.named(place, BIAS):
            changing.setdefault((event.function, event.name), set()).add(place)
    used = {layer.bias for entry in found.observed for layer in entry.passes[-1].layers if np.any(layer.b)}
    missing, start = [], found.observed[-1].start
    for layer, passed in zip(found.steps[-1].layers, found.observed[-1].passes[-1].layers, strict=True):
        if layer.b is not None and np.any(layer.b):
            continue
        for places in changing.values():
            first = found.values.arrays[min(places)]
            held = layer.b is None or passed.bias in places
            known = any(found.values.arrays[one].any() and found.values.first[one] < start for one in places)
            if first.size == len(layer.Z) and known and len(places) > 1 and held and not places & used:
                missing.append(layer.number)
                break
    return missing
