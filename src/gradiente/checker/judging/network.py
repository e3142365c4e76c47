"""The verdict on a network that belongs to no workshop, from how its training steps came about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from gradiente.checker.judging.factors import ALIKE, factor_key
from gradiente.checker.judging.network_biases import without_bias
from gradiente.checker.judging.network_numbers import Numbers
from gradiente.checker.judging.network_penalty import left_out_by_cost, penalized_biases
from gradiente.checker.judging.network_places import formula, function, held, line, update_line
from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.reference.layer_formulas import label, parameter
from gradiente.checker.rules.activations import ACTIVATIONS, activated
from gradiente.checker.rules.chains import Made
from gradiente.checker.rules.wrong_forms import WRONG_FORMS, meant
from gradiente.checker.verdict import Finding, FunctionVerdict

ROLES = ("forward", "gradients", "update")
NAMED = {
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "": "Identity",
    "gelu": "GELU",
    "elu": "ELU",
    "silu": "SiLU",
}
# In words written for two layers, the layer that a mistake of each kind is in.
WRITTEN_FOR = {"dZ": 1, "dA": 2, "output": 2, "target": 2}
OTHER_RULES = re.compile(r"adam|rms_?prop|ada_?grad|ada_?delta|drop_?out|batch_?norm|clip", re.IGNORECASE)
Places = dict[str, str]  # the function of each role


def judged(found: Recognition, source: str, path: Path) -> tuple[FunctionVerdict, ...]:
    """What the functions of the file are, in the order of a step; none where the network's steps are not understood."""
    unknown = found.explanation.unknown
    if not _wrong_forms(found):
        if unknown and (len(unknown) == len(found.explanation.values[0]) or OTHER_RULES.search(source)):
            return ()
        if unknown and not found.explanation.base:
            return ()
    places = roles(found, path)
    findings: dict[str, list[Finding]] = {name: [] for name in places.values()}
    for role, finding in findings_of(found, places):
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
            pieces.append(_notation(layer.activation))
    return ", ".join(pieces)


def _notation(activation: str) -> str:
    name, _, slope = meant(activation).partition("_0.")
    return f"{NAMED.get(name) or name.capitalize()}({'0.' + slope if slope else ''})"


def roles(found: Recognition, path: Path) -> Places:
    """The function that was taken for the forward pass, the gradients and the update."""
    return {role: function(found, role) or path.name for role in ROLES}


def findings_of(found: Recognition, places: Places) -> Iterator[tuple[str, Finding]]:
    forward = list(_in_forward(found, places["forward"]))
    yield from (("forward", finding) for finding in forward)
    if forward and forward[0].mistake != "bias_missing":
        return  # what comes after it is computed from it
    for entries in _together(found.explanation.made):
        yield "gradients", _made(found, entries, places["gradients"])
    if found.explanation.unknown:
        yield "gradients", _at(found, "unknown", places["gradients"], [found.explanation.unknown[0]])
    for factor, names in _by_factor(_scaled(found)):
        yield _of_factor(found, factor, names, places)
    yield from _unlike(found, places)
    biases = penalized_biases(found)
    if biases and not found.explanation.unknown and left_out_by_cost(found, biases):
        yield "gradients", _at(found, "penalty_bias", places["gradients"], biases)
    if found.explanation.uphill and not found.explanation.unknown:
        if _sign(found) < 0:
            last = len(found.steps[0].layers)
            at = [f"dZ{last}"]
            yield (
                "gradients",
                _at(
                    found,
                    "output_sign",
                    places["gradients"],
                    at,
                    -1.0,
                    layers_on=last - WRITTEN_FOR["output"],
                ),
            )
        else:
            yield "update", _of_update(found, "uphill", [f"dW{len(found.steps[0].layers)}"], places)
    if _is_stale(found):
        yield "forward", Finding("stale", places["forward"], line=update_line(found))
    summed = [
        name for name, (key, d) in found.explanation.extra.items() if key == "momentum" and abs(d - 1) < ALIKE
    ]
    if summed and not found.explanation.unknown:
        yield "update", _of_update(found, "gradients_accumulate", summed, places)
    unused = {f"db{layer}" for layer in without_bias(found)}
    still = [name for name in found.explanation.still if name not in unused]
    if still:
        yield "update", _of_update(found, "not_updated", still[::-1], places)


def _is_stale(found: Recognition) -> bool:
    """Whether the last weights go on by the same change, of activations that are computed once."""
    layer = found.forward.layers[-1]
    held: dict[tuple[str, str], list[np.ndarray]] = {}
    if len(found.observed) > 1:
        return False
    for event in found.values.events:
        if found.values.place(event) == layer.weight:
            held.setdefault(event.variable, [])
        if event.variable in held and event.value.shape == found.values.arrays[layer.weight].shape:
            held[event.variable].append(event.value.astype(float))
    for values in held.values():
        changes = [after - before for before, after in pairwise(values)]
        changes = [change for change in changes if change.any()]
        same = [np.allclose(change, changes[0], rtol=1e-6, atol=0) for change in changes[1:]]
        if same and all(same):
            return True
    return False


def _in_forward(found: Recognition, name: str) -> Iterator[Finding]:
    """What is wrong on the way forward."""
    wrong = _wrong_forms(found)
    if wrong:
        key, numbers = next(iter(wrong.items()))
        activation = _notation(found.steps[0].layers[numbers[0] - 1].activation).removesuffix("()")
        shift = numbers[0] - (2 if key.startswith("softmax") else 1)
        yield _at(
            found, key, name, [f"A{number}" for number in numbers], layers_on=shift, activation=activation
        )
        return
    linear = _without_activation(found)
    if linear:
        after = linear[0] + 1
        passed_by = any(
            found.values.equal(activated(activation, found.forward.layers[linear[0] - 1].Z))
            for activation in ACTIVATIONS
        )
        if passed_by:
            yield _at(found, "wrong_input", name, [f"Z{after}"], layers_on=after - 2)
        else:
            yield _at(found, "activation_missing", name, [f"A{number}" for number in linear], layers_on=0)
        return
    subtracted = [
        layer.number
        for layer, passed in zip(found.steps[0].layers, found.forward.layers, strict=True)
        if passed.subtracted and abs(found.explanation.lengths.get(f"db{layer.number}", 1.0) + 1) < ALIKE
    ]
    if subtracted:
        yield _at(found, "bias_sign", name, [f"Z{number}" for number in subtracted], layers_on=0)
        return
    unused = without_bias(found)
    if unused:
        yield _at(found, "bias_missing", name, [f"Z{number}" for number in unused], layers_on=0)


def _wrong_forms(found: Recognition) -> dict[str, list[int]]:
    """The mistakes in the activations, and the layers that have them."""
    wrong: dict[str, list[int]] = {}
    for layer in found.steps[0].layers:
        if layer.activation in WRONG_FORMS:
            wrong.setdefault(WRONG_FORMS[layer.activation].mistake, []).append(layer.number)
    return wrong


def _without_activation(found: Recognition) -> list[int]:
    """The hidden layers whose output is Z, though the way back has a derivative of an activation."""
    layers = found.steps[0].layers
    derived = {
        made.layer
        for made in found.explanation.made
        if made.wrong.kind == "dZ" and made.key != "derivative_of_error"
    }
    return [layer.number for layer in layers[:-1] if not layer.activation and layer.number in derived]


def _together(made: Sequence[Made]) -> list[list[Made]]:
    """A mistake that is made in several layers is one."""
    groups: dict[str, list[Made]] = {}
    for one in made:
        groups.setdefault(one.key, []).append(one)
    return list(groups.values())


def _made(found: Recognition, made: Sequence[Made], name: str) -> Finding:
    first = made[0]
    shift = first.layer - WRITTEN_FOR[first.wrong.kind] if first.wrong.kind in WRITTEN_FOR else 0
    return _at(found, first.key, name, [one.quantity for one in made], layers_on=shift)


def _unlike(found: Recognition, places: Places) -> Iterator[tuple[str, Finding]]:
    """Weights that are regularized more or less than the others, or have another momentum."""
    explanation = found.explanation
    weights = [f"dW{layer.number}" for layer in found.steps[0].layers][::-1]
    if any(name in explanation.unknown or name in explanation.still for name in weights):
        return
    for kind, key, role in (
        ("weight_decay", "regularization_unlike", "gradients"),
        ("momentum", "momentum_unlike", "update"),
    ):
        shares = {name: d for name, (of, d) in explanation.extra.items() if of == kind and name in weights}
        if kind == "weight_decay":  # beside the gradient
            shares = {name: d / explanation.lengths.get(name, 1.0) for name, d in shares.items()}
        usual = next(iter(shares.values()), None)
        unlike = [name for name in weights if usual and abs(shares.get(name, 0.0) / usual - 1) > ALIKE]
        if unlike:
            yield role, _at(found, key, places[role], unlike[:1])
            return


def _variants(found: Recognition, name: str, places: Places) -> tuple[tuple[str, dict], ...]:
    if name != places["update"]:
        return ()
    kinds = dict.fromkeys(key for key, _ in found.explanation.extra.values())
    biases = ["weight_decay_of_biases"] if penalized_biases(found) else []
    return tuple((key, {}) for key in (*kinds, *biases))


def _scaled(found: Recognition) -> dict[str, float]:
    """The factor of every gradient that is not as long as the others; of two halves the one as long as α is right."""
    scaled, lengths = found.explanation.scaled, found.explanation.lengths
    groups = _by_factor(dict(lengths))
    if len(groups) == 2 and len(groups[0][1]) == len(groups[1][1]):
        base = abs(found.explanation.base[-1])
        for factor, names in groups:
            if names[0] in scaled and any(abs(base * factor / rate - 1) < ALIKE for rate in _rates(found)):
                return {name: c / factor for name, c in lengths.items() if name not in names}
    wrong = {made.quantity for made in found.explanation.made}
    return {name: factor for name, factor in scaled.items() if name not in wrong}


def _rates(found: Recognition) -> set[float]:
    """The learning rates that the code may have: the numbers with such a name."""
    return set(found.values.numbers("lr"))


def _of_factor(
    found: Recognition, factor: float, names: Sequence[str], places: Places
) -> tuple[str, Finding]:
    """What a factor says that some gradients have and the others have not."""
    key = factor_key(factor, found.steps[-1].m, _rates(found))
    if key in ("lr_missing", "lr_twice"):
        return "update", _of_update(found, key, names, places)
    values: dict[str, object] = {}
    if key == "factor":
        values["factor"] = f"{factor:.4g}"
    if _only_in_update(found, factor, names):
        found_there = _of_update(found, key, names, places)
        where = {"where": ", ".join(map(label, names)), **values}
        return "update", replace(found_there, quantity=label(names[0]), values=where)
    return "gradients", _at(found, key, places["gradients"], names, factor, **values)


def _only_in_update(found: Recognition, factor: float, names: Sequence[str]) -> bool:
    """Whether the code's gradient does not have a factor that the change of the parameter has."""
    numbers = Numbers(found)
    own = numbers.factor_of(names[0])
    others = [numbers.factor_of(name) for name in found.explanation.lengths if name not in names]
    other = next((one for one in others if one is not None), None)
    return own is not None and other is not None and abs(own / other / factor - 1) > ALIKE


def _by_factor(scaled: dict[str, float]) -> list[tuple[float, list[str]]]:
    groups: list[tuple[float, list[str]]] = []
    for name, factor in scaled.items():
        near = next((names for other, names in groups if abs(other / factor - 1) < ALIKE), None)
        if near is None:
            groups.append((factor, [name]))
        else:
            near.append(name)
    return groups


def _of_update(found: Recognition, key: str, gradients: Sequence[str], places: Places) -> Finding:
    """A finding in the update of some parameters."""
    names = ", ".join(map(parameter, gradients))
    first = gradients[0]
    rule = f"{parameter(first)} := {parameter(first)} − α · {label(first)}"
    at = update_line(found, "" if key == "not_updated" else first)
    worked = Numbers(found).worked_update(first)
    return Finding(key, places["update"], line=at, values={"names": names}, formula=rule, worked=worked)


def _at(
    found: Recognition,
    key: str,
    name: str,
    quantities: Sequence[str],
    times: float = 1.0,
    **values: object,
) -> Finding:
    """A finding at some quantities, with the line that computes the first where that is known, and one number of it.

    Arguments:
        times: by how much the code's quantity is larger than the right one
    """
    first = quantities[0]
    where = ", ".join(map(label, quantities))
    return Finding(
        key,
        name,
        label(first),
        line(found, first),
        {"where": where, **values},
        formula(
            found,
            first if first != "Y" else f"dZ{len(found.steps[0].layers)}",
            mean=key.startswith("mean_"),
        ),
        Numbers(found).worked(first, times),
    )


def _sign(found: Recognition) -> int:
    """The sign that the code's own gradient of the last layer has beside the right one; 1 where it is not seen."""
    last = len(found.steps[0].layers)
    for name in (f"dW{last}", f"dZ{last}"):
        for _, c in held(found, found.explanation.values[0][name]):
            return 1 if c > 0 else -1
    return 1
