"""initParams: shapes that fit, neurons that differ, weights small enough to learn."""

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gradiente.checker.judging.failures import described, failure_finding, returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session
from gradiente.checker.reading.identify import arrays_of, by_names
from gradiente.checker.reference.layout import layouts
from gradiente.checker.verdict import Finding

Array = np.ndarray
NAME = "initParams"
INPUTS, HIDDEN, OUTPUTS = 784, 512, 10
PARAMETERS = ("W1", "b1", "W2", "b2")
SHAPES: Mapping[str, tuple[int, int]] = {"W1": (HIDDEN, INPUTS), "W2": (OUTPUTS, HIDDEN)}
SATURATED, WIDE = (
    0.5,
    8.0,
)  # the share of saturated neurons, the spread of the outputs' z, beyond which little is learned

WIDER = 4.0  # times √(1/k), beyond which a spread is worth a remark


def judge(session: Session) -> Judgement:
    outcome = session.call(NAME, {})
    if outcome.failure is not None:
        return Judgement((failure_finding(session, NAME, outcome.failure),), error=True)
    arrays = arrays_of(outcome.result)
    if outcome.result is None or not arrays:
        return Judgement((returned_finding(session, NAME, outcome.result, PARAMETERS),), error=True)
    found = _found(arrays)
    missing = [name for name in PARAMETERS if name not in found]
    if missing:
        values = {"got": described(outcome.result), "missing": ", ".join(name.lower() for name in missing)}
        return Judgement((Finding("init_shape", NAME, line=session.function(NAME).line, values=values),))
    out_in = found["W1"].shape == SHAPES["W1"]
    if (found["W2"].shape == SHAPES["W2"]) != out_in:
        values = {"got": described(outcome.result), "missing": "w2"}
        return Judgement((Finding("init_shape", NAME, line=session.function(NAME).line, values=values),))
    if _form(found["b1"]) != _form(found["b2"]):
        names = (
            list(outcome.result) if isinstance(outcome.result, Mapping) else session.function(NAME).returned()
        )
        return Judgement((_bias_forms(session, found, out_in, by_names(names, PARAMETERS)),))
    left = sorted(layouts(bias=_form(found["b1"]), out_in=out_in), key=lambda one: one.columns != out_in)
    weights = {name: found[name] if out_in else found[name].T for name in SHAPES}
    mistakes = tuple(_mistakes(session, found, weights))
    return Judgement(
        mistakes,
        (("weights_out_in" if out_in else "weights_in_out", {}),),
        facts=replace(session.facts, layouts=tuple(left)),
        remarks=() if mistakes else tuple(_spreads(weights)),
    )


def _spreads(weights: Mapping[str, Array]) -> list[tuple[str, Mapping[str, Any]]]:
    """A remark on weights that spread several times as far as √(1/k) with k inputs, and still learn."""
    found = {name: (float(value.std()), 1 / math.sqrt(value.shape[1])) for name, value in weights.items()}
    wide = {name: pair for name, pair in found.items() if pair[0] > WIDER * pair[1]}
    spread, usual = (", ".join(f"{pair[i]:.2g}" for pair in wide.values()) for i in (0, 1))
    return [("init_spread", {"names": _lower(list(wide)), "spread": spread, "usual": usual})] if wide else []


def _bias_forms(
    session: Session, found: Mapping[str, Array], out_in: bool, way: Mapping[str, Any] | None
) -> Finding:
    """Two biases of different forms: the one that does not go with the weights is the wrong one."""
    natural = "column" if out_in else "row"
    other = next((name for name in ("b1", "b2") if _form(found[name]) != natural), "b2")
    wanted = (found[other].size, 1) if out_in else (1, found[other].size)
    values = {"names": other, "shape": str(found[other].shape), "wanted": str(wanted)}
    return Finding("init_bias_form", NAME, line=_line(session, other, way or {}), values=values)


def _line(session: Session, name: str, way: Mapping[str, Any]) -> int:
    """Where a parameter is made, or else returned."""
    function = session.function(NAME)
    place = way.get(name, PARAMETERS.index(name))
    value = function.returned_value(place)
    if value is None:
        return function.line
    own = value.id if isinstance(value, ast.Name) else ""
    made = [node for node in ast.walk(function.node) if isinstance(node, ast.Assign)]
    lines = [node.lineno for node in made if any(own in _names(target) for target in node.targets)]
    return max(lines, default=value.lineno)


def _names(target: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _form(bias: Array) -> str:
    return "flat" if bias.ndim == 1 else "column" if bias.shape[1] == 1 else "row"


def _found(arrays: list[Array]) -> dict[str, Array]:
    """Every parameter, recognized by its shape."""
    found: dict[str, Array] = {}
    for value in arrays:
        for name, shape in SHAPES.items():
            if value.shape in (shape, shape[::-1]):
                found.setdefault(name, value)
        for name, size in (("b1", HIDDEN), ("b2", OUTPUTS)):
            if value.size == size and value.ndim <= 2 and max(value.shape) == size:
                found.setdefault(name, value)
    return found


def _mistakes(
    session: Session, found: Mapping[str, Array], weights: Mapping[str, Array]
) -> Iterator[Finding]:
    line = session.function(NAME).line
    whole = [name for name in PARAMETERS if found[name].dtype.kind in "iub"]
    if whole:
        yield Finding("init_integer", NAME, line=line, values={"names": _lower(whole)})
        return
    equal = [name for name, value in weights.items() if np.allclose(value, value[:1])]
    if equal:
        yield Finding("init_symmetric", NAME, line=line, values={"names": _lower(equal)})
        return
    generator = np.random.default_rng(0)
    # Pictures as MNIST has them: one pixel in five has ink, half of it black on average.
    x = generator.random((INPUTS, 64)) * (generator.random((INPUTS, 64)) < 0.2)
    z1 = weights["W1"].astype(float) @ x
    saturated = float(np.mean(np.abs(np.tanh(z1)) > 0.99))
    z2 = weights["W2"].astype(float) @ np.tanh(z1)
    if saturated > SATURATED:
        yield Finding(
            "init_large", NAME, line=line, values={"names": "w1", "share": f"{100 * saturated:.0f}"}
        )
    elif float(z2.std()) > WIDE:
        yield Finding(
            "init_large", NAME, line=line, values={"names": "w2", "share": f"{100 * saturated:.0f}"}
        )


def _lower(names: list[str]) -> str:
    return ", ".join(name.lower() for name in names)
