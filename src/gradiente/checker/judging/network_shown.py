"""What `--save-problem` saves of a network of the file's own: a call that was recorded, or the arrays of the number."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.observing.recorded import (
    RETURN,
    SELF,
    Leaves,
    RecordedFunction,
    base_of,
    expression_of,
    recorded_step,
)
from gradiente.checker.observing.values import Array
from gradiente.checker.problem import EXPECTED, GOT, Problem, indexed
from gradiente.checker.rules.activations import ACTIVATIONS, through
from gradiente.checker.running.calls import Call
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.verdict import Finding, FunctionVerdict, WorkedExample

OBJECT = "net"


def with_problems(
    sandbox: Sandbox, found: Recognition, source: str, verdicts: Sequence[FunctionVerdict]
) -> tuple[FunctionVerdict, ...]:
    """The verdicts, their findings with what shows their numbers, where that is known."""
    recorded = recorded_step(found, ast.parse(source))
    return tuple(
        replace(
            verdict, findings=tuple(_with_problem(sandbox, found, recorded, one) for one in verdict.findings)
        )
        for verdict in verdicts
    )


def _with_problem(
    sandbox: Sandbox, found: Recognition, recorded: Sequence[RecordedFunction], finding: Finding
) -> Finding:
    worked = finding.worked
    if worked is None or worked.got is None or worked.shape is not None:
        return finding
    wanted = worked.got, worked.expected
    for problem in _called(recorded, worked):
        outcome = sandbox.call(Call("", (problem.arrays,), probe=problem.probe))
        if outcome.failure is None and _near(outcome.result, wanted):
            return replace(finding, worked=replace(worked, problem=problem))
    return replace(finding, worked=replace(worked, problem=_from_arrays(found, finding.quantity, worked)))


def _near(numbers: object, wanted: Sequence[float]) -> bool:
    single = isinstance(numbers, tuple) and all(np.size(number) == 1 for number in numbers)
    return single and bool(np.allclose(np.ravel(np.asarray(numbers)), wanted, rtol=1e-9, atol=0))


def _called(recorded: Sequence[RecordedFunction], worked: WorkedExample) -> Iterator[Problem]:
    """The calls that gave an array in which the student's number stands."""
    for one in recorded:
        gave = [(f"result{name.removeprefix(RETURN)}", value) for name, value in one.gave.items()]
        left = [
            (name.replace(SELF, OBJECT, 1), value) for name, value in one.changed.items() if _of_self(name)
        ]
        for place, value in (*gave, *left):
            if _holds(place, value, worked) and (call := _call(one)) is not None:
                steps, arrays = call
                number = f"np.asarray({place}){indexed(worked.place)}"
                expected, got = np.asarray(worked.expected), np.asarray(worked.got)
                yield Problem(steps, arrays, expected, got, number, f"problem[{EXPECTED!r}].item()")


def _of_self(name: str) -> bool:
    return base_of(name) == SELF


def _holds(name: str, value: Array, worked: WorkedExample) -> bool:
    """Whether a number stands in an array; 0 does in many, and only a name tells in which."""
    inside = len(worked.place) == value.ndim and all(
        i < size for i, size in zip(worked.place, value.shape, strict=True)
    )
    if not inside or worked.got is None or not np.isclose(value[worked.place], worked.got, rtol=1e-9):
        return False
    return worked.got != 0 or re.findall(r"\w+", name)[-1:] == re.findall(r"\w+", worked.quantity)[-1:]


def _call(one: RecordedFunction) -> tuple[str, dict[str, Array]] | None:
    """Python that calls the function as it was called, and the arrays of it; None where some argument is none."""
    arrays: dict[str, Array] = {}

    def words(name: str, value: Array) -> str:
        if not value.ndim:
            return repr(int(value) if value == int(value) else float(value))
        key = "_".join(re.findall(r"\w+", name))
        arrays[key] = value
        return f"problem[{key!r}]"

    arguments = []
    for parameter in one.parameters:
        if any(base_of(name) == parameter for name in one.given):
            given = expression_of(one.given, parameter, words)
            if given is None:
                return None
            arguments.append(f"{parameter}={given}")
    owner, _, name = one.name.rpartition(".")
    steps = []
    if owner:
        steps.append(f"{OBJECT} = file[{owner!r}].__new__(file[{owner!r}])")
        for attribute in dict.fromkeys(base_of(leaf.removeprefix(f"{SELF}.")) for leaf in one.before):
            held = expression_of(one.before, f"{SELF}.{attribute}", words)
            steps += [] if held is None else [f"{OBJECT}.{attribute} = {held}"]
    called = f"{OBJECT}.{name}" if owner else f"file[{name!r}]"
    return "; ".join([*steps, f"result = {called}({', '.join(arguments)})"]), arrays


def _from_arrays(found: Recognition, quantity: str, worked: WorkedExample) -> Problem | None:
    """The right number from the arrays of the step, beside the student's as it was seen: where no call gives that."""
    m, k = found.steps[0].m, len(found.steps[0].Y)
    usual = [sign * c * n for sign in (1, -1) for c in (1, 2, 0.5) for n in (1, m, 1 / m, m * k, 1 / (m * k))]
    arrays = _arrays(found)
    for words in _formulas(found, quantity):
        if not set(re.findall(r"\['(\w+)'\]", words)) <= set(arrays):
            continue
        value = eval(words, {"problem": arrays, "np": np})  # of our own making
        flat = f"np.ravel({words})" if len(worked.place) == 1 else f"({words})"
        value = np.ravel(value) if len(worked.place) == 1 else value
        if value.ndim != len(worked.place) or any(
            i >= n for i, n in zip(worked.place, value.shape, strict=True)
        ):
            continue
        c = next((c for c in usual if np.isclose(c * value[worked.place], worked.expected, rtol=1e-9)), None)
        if c is not None:
            used = {name: arrays[name] for name in re.findall(r"\['(\w+)'\]", words)}
            factor = "" if c == 1 else f"{c!r} * "
            return Problem(
                f"right = {factor}{flat}",
                used,
                np.asarray(worked.expected),
                np.asarray(worked.got),
                f"problem[{GOT!r}].item()",
                f"right{indexed(worked.place)}",
            )
    return None


def _arrays(found: Recognition) -> Mapping[str, Array]:
    """The quantities of the step in the layout of the code, the gradients as the code has them up to a factor."""
    step, rows = found.steps[0], not found.forward.layers[0].out_in
    values: Leaves = {"A0": step.layers[0].X, "Y": step.Y}
    for layer in step.layers:
        values |= {f"{letter}{layer.number}": getattr(layer, letter) for letter in "WZA"}
        values[f"b{layer.number}"] = np.zeros((len(layer.Z), 1)) if layer.b is None else layer.b
        if layer.activation in ACTIVATIONS and layer.activation != "softmax":
            values[f"slope{layer.number}"] = through(layer.activation, layer.Z, np.ones_like(layer.Z))
    values |= found.explanation.values[0]
    return {name: np.asarray(value).T if rows else np.asarray(value) for name, value in values.items()}


def _formulas(found: Recognition, quantity: str) -> Iterator[str]:
    """The right rule of a quantity in Python; of a gradient that no variable holds that of what follows from it."""
    rows, last = not found.forward.layers[0].out_in, len(found.steps[0].layers)
    number = int(re.findall(r"\d+", quantity)[-1]) if re.search(r"\d", quantity) else last
    names = {
        name: f"problem[{name + str(number)!r}]" for name in ("W", "b", "Z", "A", "dZ", "dA", "dW", "slope")
    }
    x, above, dz_above = (
        f"problem['A{number - 1}']",
        f"problem['W{number + 1}']",
        f"problem['dZ{number + 1}']",
    )
    error = f"({names['A']} - problem['Y'])" if number == last else names["dA"]
    straight = number == last and found.steps[0].loss == "cross_entropy"
    rules = {
        "∂J/∂A": f"{dz_above} @ {above}.T" if rows else f"{above}.T @ {dz_above}",
        "∂J/∂Z": error if straight else f"{error} * {names['slope']}",
        "∂J/∂W": f"{x}.T @ {names['dZ']}" if rows else f"{names['dZ']} @ {x}.T",
        "∂J/∂b": f"{names['dZ']}.sum(axis={0 if rows else 1}, keepdims=True)",
        "Z": f"{x} @ {names['W']} + {names['b']}" if rows else f"{names['W']} @ {x} + {names['b']}",
    }
    kind = quantity.partition("[")[0]
    rate = found.explanation.base[0] if found.explanation.base else 0.0
    yield from (rules[one] for one in (kind, "∂J/∂W") if one in rules)
    if not quantity:
        yield from (
            f"problem['{letter}{n}'] - {abs(rate)!r} * problem['d{letter}{n}']"
            for n in range(last, 0, -1)
            for letter in "Wb"
        )
